package dev.steerc.trainer;

import java.util.List;
import java.util.Map;

/**
 * What a training learns from, and what its loss is measured on meanwhile.
 *
 * @param facts what tells these lessons from others, by the names that messages use
 */
record Lessons(Batches batches, List<Batches.Rows> heldOut, Map<String, String> facts) {
  Lessons {
    facts = Map.copyOf(facts);
  }
}
