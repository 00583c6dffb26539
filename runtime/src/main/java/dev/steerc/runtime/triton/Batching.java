package dev.steerc.runtime.triton;

import dev.steerc.onnx.Dim;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.Signature;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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
    List<Problem> problems = new ArrayList<>();
    for (Signature.Slot slot : signature.inputs()) {
      if (slot.isOptional()) {
        problems.add(optional(slot));
        break;
      }
    }
    signature.inputs().forEach(slot -> checkFirst("input", slot, problems));
    signature.outputs().forEach(slot -> checkFirst("output", slot, problems));
    if (!problems.isEmpty()) {
      throw new SteercException(problems);
    }
  }

  private Problem optional(Signature.Slot slot) {
    return Problem.of(Code.NOT_BATCHABLE, "the input `" + slot.name() + "` is optional")
        .at(where)
        .note("Triton takes optional inputs only where it joins no requests")
        .help("leave --max-batch out, or patch the model with --inputs required");
  }

  private void checkFirst(String kind, Signature.Slot slot, List<Problem> problems) {
    boolean isFree = !slot.dims().isEmpty() && !slot.dims().get(0).isFixed();
    if (isFree && !isOther(slot)) {
      return;
    }
    problems.add(
        Problem.of(
                Code.NOT_BATCHABLE,
                "the " + kind + " `" + slot.name() + "` does not begin with a batch of any size")
            .at(where)
            .note("its dimensions are " + slot.dims())
            .help(
                "export it with --max-batch 0, so that Triton joins no requests; a request may"
                    + " still bring many rows"));
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
}
