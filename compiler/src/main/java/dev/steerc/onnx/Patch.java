package dev.steerc.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What to change in a model: a value, applied by {@link Splice}. Insertions at one place keep the
 * order they have here.
 */
public record Patch(List<Edit> edits) {

  public Patch {
    edits = List.copyOf(edits);
  }

  /** This patch and more edits behind it. */
  public Patch and(List<? extends Edit> more) {
    List<Edit> all = new ArrayList<>(edits);
    all.addAll(more);
    return new Patch(all);
  }

  /** How many nodes of the original change. */
  public long replacedNodes() {
    return edits.stream()
        .map(
            edit ->
                edit instanceof Edit.RenameOutput rename
                    ? rename.node()
                    : edit instanceof Edit.ReplaceInput replace ? replace.node() : null)
        .filter(node -> node != null)
        .collect(Collectors.toSet())
        .size();
  }

  /** How many nodes are new. */
  public long addedNodes() {
    return edits.stream()
        .mapToLong(
            edit ->
                edit instanceof Edit.InsertBefore before
                    ? before.nodes().size()
                    : edit instanceof Edit.InsertAfter after ? after.nodes().size() : 0)
        .sum();
  }
}
