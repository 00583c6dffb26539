package dev.steerc.spark.learn;

import dev.steerc.runtime.capture.Passage;
import dev.steerc.runtime.learn.Examples;
import dev.steerc.runtime.learn.Split;
import java.io.Serializable;
import java.util.List;

/**
 * What is held out or not as a whole: a pair of texts, or a text with its label.
 *
 * @param index which it is, counted from 0
 * @param passages the positive and the negative text of a pair, or one text
 * @param label the label of the one text; empty for a pair
 */
record Unit(long index, List<Passage> passages, String label) implements Serializable {

  boolean isPair() {
    return passages.size() == 2;
  }

  /** Which of all texts its first is, counted from 1. */
  long firstText() {
    return index * passages.size() + 1;
  }

  /** What decides whether it is held out. */
  double place(long seed) {
    return Split.place(Examples.key(passages), seed);
  }
}
