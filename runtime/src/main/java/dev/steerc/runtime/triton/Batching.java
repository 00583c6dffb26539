package dev.steerc.runtime.triton;

import dev.steerc.onnx.Dim;
import dev.steerc.onnx.Graph;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.Signature;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Whether Triton can join requests to a graph: it puts their inputs together in front, and takes
 * their outputs apart there.
 *
 * @param ids the input that takes token ids, empty when that is not known
 * @param where what problems call the model
 */
record Batching(Signature signature, String ids, String where) {

  /** Refuses a graph that Triton would not load with batching, or would join wrongly. */
  void check() {
    signature.inputs().stream()
        .filter(Signature.Slot::isOptional)
        .findFirst()
        .ifPresent(
            slot -> {
              throw optional(slot);
            });
    List<String> others =
        Stream.concat(signature.inputs().stream(), signature.outputs().stream())
            .filter(slot -> !beginsWithBatch(slot))
            .map(slot -> "`" + slot.name() + "` " + slot.dims())
            .toList();
    if (!others.isEmpty()) {
      throw unbatched(others);
    }
  }

  private RuntimeException optional(Signature.Slot slot) {
    return Problem.of(Code.NOT_BATCHABLE, "the input `" + slot.name() + "` is optional")
        .at(where)
        .note("Triton takes optional inputs only where it joins no requests")
        .help("leave --max-batch out, or patch the model with --inputs required")
        .exception();
  }

  private RuntimeException unbatched(List<String> slots) {
    int more = slots.size() - 1;
    return Problem.of(
            Code.NOT_BATCHABLE,
            slots.get(0)
                + " does not begin with a batch of any size"
                + (more > 0 ? ", nor do " + more + " other inputs and outputs" : ""))
        .at(where)
        .note("Triton joins requests, and takes answers apart, in the first dimension")
        .help(
            "export it with --max-batch 0, so that Triton joins none; a request may still bring"
                + " many rows")
        .exception();
  }

  private boolean beginsWithBatch(Signature.Slot slot) {
    return !slot.dims().isEmpty() && !slot.dims().get(0).isFixed() && !isOther(slot);
  }

  /** Whether the first dimension is known to be another than the batch. */
  private boolean isOther(Signature.Slot slot) {
    String first = slot.dims().get(0).name();
    String batch =
        signature
            .input(ids)
            .map(Signature.Slot::dims)
            .filter(dims -> !dims.isEmpty())
            .map(dims -> dims.get(0).name())
            .orElse("");
    Set<String> others = new HashSet<>();
    for (Signature.Slot input : signature.inputs()) {
      input.dims().stream().skip(1).map(Dim::name).forEach(others::add);
    }
    return !first.isEmpty() && !first.equals(batch) && others.contains(first);
  }

  /** Whether a row's result is the same whatever the other rows are. */
  static boolean isSafe(Graph graph) {
    return graph.nodes().stream()
        .allMatch(
            node ->
                !node.op().startsWith("DynamicQuantize")
                    && node.subgraphs().stream().allMatch(Batching::isSafe));
  }
}
