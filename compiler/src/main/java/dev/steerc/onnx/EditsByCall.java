package dev.steerc.onnx;

import dev.steerc.onnx.proto.NodeProto;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * The edits of a patch by the call of a function that they are in. A call that has any is written
 * out in the file. Where all that changes is what becomes of the values that it yields, the call
 * itself is edited instead, and stays one.
 */
final class EditsByCall {
  private final Map<Expansion, List<Edit>> edits = new LinkedHashMap<>();
  private final PriorityQueue<Expansion> open =
      new PriorityQueue<>(Comparator.comparingInt(Expansion::depth).reversed());
  private final Set<Expansion> written = new HashSet<>();

  private EditsByCall() {}

  /** Every call that has to be written out with its edits; what stands in the file is at null. */
  static Map<Expansion, List<Edit>> of(List<Edit> all) {
    EditsByCall sorted = new EditsByCall();
    for (Edit edit : all) {
      sorted.at(expansion(edit)).add(edit);
    }
    while (!sorted.open.isEmpty()) {
      sorted.settle(sorted.open.poll());
    }
    return sorted.edits;
  }

  private static Expansion expansion(Edit edit) {
    if (edit instanceof Edit.OfNode node) {
      return node.node().expansion().orElse(null);
    }
    return edit instanceof Edit.OfGraph graph ? graph.graph().expansion().orElse(null) : null;
  }

  private List<Edit> at(Expansion expansion) {
    if (expansion != null && !edits.containsKey(expansion)) {
      open.add(expansion);
    }
    return edits.computeIfAbsent(expansion, e -> new ArrayList<>());
  }

  private void settle(Expansion expansion) {
    Expansion outer = expansion.call().expansion().orElse(null);
    List<Edit> around = at(outer);
    Boundary boundary = new Boundary(expansion);
    if (!written.contains(expansion) && edits.get(expansion).stream().allMatch(boundary::has)) {
      edits.remove(expansion).forEach(edit -> around.add(boundary.moved(edit)));
    } else {
      written.add(outer);
    }
  }

  /** What can be changed of a call without changing its inside. */
  private record Boundary(Expansion expansion, Set<String> read) {

    Boundary(Expansion expansion) {
      this(expansion, expansion.reads());
    }

    boolean has(Edit edit) {
      if (edit instanceof Edit.RenameOutput rename) {
        String value = rename.node().output(rename.output());
        return expansion.call().outputs().contains(value) && isOutside(value);
      }
      return edit instanceof Edit.InsertAfter after && after.nodes().stream().allMatch(this::fits);
    }

    private boolean fits(NodeProto node) {
      return node.getInputList().stream().noneMatch(expansion::owns)
          && node.getOutputList().stream().allMatch(this::isOutside);
    }

    private boolean isOutside(String value) {
      return !value.isEmpty() && !read.contains(value);
    }

    Edit moved(Edit edit) {
      Node call = expansion.call();
      if (edit instanceof Edit.RenameOutput rename) {
        String value = rename.node().output(rename.output());
        return new Edit.RenameOutput(call, call.outputs().indexOf(value), rename.name());
      }
      return new Edit.InsertAfter(call, ((Edit.InsertAfter) edit).nodes());
    }
  }
}
