package dev.steerc.runtime;

import dev.steerc.onnx.Dim;
import dev.steerc.problem.Choices;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks whether a graph can be fed some tensors; tells all that does not fit. */
final class RawCheck {
  private static final int LISTED = 8;

  private final RawGraph graph;
  private final Signature signature;
  private final Map<String, TensorData> inputs;
  private final List<Problem> problems = new ArrayList<>();

  /** An input whose symbol got a size. */
  private record Named(String input, long size) {}

  RawCheck(RawGraph graph, Map<String, TensorData> inputs) {
    this.graph = graph;
    this.signature = graph.signature();
    this.inputs = inputs;
  }

  void check(Set<String> outputs) {
    names(outputs);
    Map<String, Named> symbols = new HashMap<>();
    inputs.forEach(
        (name, tensor) ->
            signature.input(name).ifPresent(slot -> checkInput(slot, tensor, symbols)));
    orThrow();
    checkIds();
    checkPorts();
    orThrow();
  }

  private void orThrow() {
    if (!problems.isEmpty()) {
      throw new SteercException(problems);
    }
  }

  private void wrong(String what) {
    problems.add(Problem.of(Code.BAD_TENSOR, what));
  }

  private void wrong(String what, String note) {
    problems.add(Problem.of(Code.BAD_TENSOR, what).note(note));
  }

  private void names(Set<String> outputs) {
    inputs.keySet().stream()
        .filter(name -> signature.input(name).isEmpty())
        .forEach(name -> unknown("input", name, signature.inputs()));
    outputs.stream()
        .filter(name -> signature.output(name).isEmpty())
        .forEach(name -> unknown("output", name, signature.outputs()));
    List<String> missing =
        signature.inputs().stream()
            .filter(slot -> !slot.isOptional() && !inputs.containsKey(slot.name()))
            .map(Signature.Slot::name)
            .toList();
    if (!missing.isEmpty()) {
      wrong("inputs are missing: " + listed(missing));
    }
  }

  private void unknown(String kind, String name, List<Signature.Slot> slots) {
    List<String> names = Signature.names(slots);
    String note =
        Choices.close(name, names)
            .map(close -> "did you mean `" + close + "`?")
            .orElse("the " + kind + "s are " + listed(names));
    wrong("the graph has no " + kind + " `" + name + "`", note);
  }

  private static String listed(List<String> names) {
    int more = names.size() - LISTED;
    String first = String.join(", ", names.subList(0, Math.min(LISTED, names.size())));
    return more > 0 ? first + " and " + more + " more" : first;
  }

  private void checkInput(Signature.Slot slot, TensorData tensor, Map<String, Named> symbols) {
    if (tensor.type() != slot.type()) {
      wrong(
          "the input `" + slot.name() + "` is " + tensor.type().label(),
          "the graph declares " + slot.type().label());
    }
    checkShape(slot, tensor.dims(), symbols);
    if (slot.isSteering() && !tensor.isFinite()) {
      wrong("the input `" + slot.name() + "` has NaN or infinite elements");
    }
  }

  private void checkShape(Signature.Slot slot, long[] dims, Map<String, Named> symbols) {
    boolean fits = dims.length == slot.dims().size();
    for (int i = 0; fits && i < dims.length; i++) {
      Dim declared = slot.dims().get(i);
      fits = dims[i] >= 0 && (!declared.isFixed() || declared.size() == dims[i]);
    }
    if (!fits) {
      wrong(
          "the input `" + slot.name() + "` has the shape " + Arrays.toString(dims),
          "the graph declares " + slot.dims());
      return;
    }
    for (int i = 0; i < dims.length; i++) {
      checkSymbol(slot, slot.dims().get(i).name(), dims[i], symbols);
    }
  }

  private void checkSymbol(
      Signature.Slot slot, String symbol, long size, Map<String, Named> symbols) {
    if (symbol.isEmpty()) {
      return;
    }
    Named before = symbols.putIfAbsent(symbol, new Named(slot.name(), size));
    if (before != null && before.size() != size) {
      wrong(
          "`" + symbol + "` is " + size + " in the input `" + slot.name() + "`",
          "and " + before.size() + " in `" + before.input() + "`");
    }
  }

  /** ONNX Runtime would take a token of no vocabulary for one counted from the end, or fail. */
  private void checkIds() {
    TensorData ids = inputs.get(graph.ids());
    for (int i = 0; i < ids.size(); i++) {
      long id = (Long) ids.get(i);
      if (id < 0 || id >= graph.vocabulary()) {
        wrong(
            "token " + id + " is not in the vocabulary",
            "the model has the tokens 0.." + (graph.vocabulary() - 1));
        return;
      }
    }
    if (ids.size() == 0) {
      wrong("the input `" + graph.ids() + "` has no token");
    }
  }

  /** What broadcasts the wrong way would change the shape of the batch, and nobody would notice. */
  private void checkPorts() {
    long[] ids = inputs.get(graph.ids()).dims();
    for (Signature.Slot slot : signature.inputs()) {
      if (slot.isSteering() && inputs.containsKey(slot.name())) {
        for (int i = 0; i < slot.dims().size(); i++) {
          String symbol = slot.dims().get(i).name();
          long size = inputs.get(slot.name()).dims()[i];
          checkBroadcast(slot, symbol.endsWith(".batch"), "rows", size, ids[0]);
          checkBroadcast(slot, symbol.endsWith(".seq"), "tokens", size, ids[1]);
        }
        checkRank(slot);
      }
    }
  }

  private void checkBroadcast(
      Signature.Slot slot, boolean applies, String what, long size, long expected) {
    if (applies && size != 1 && size != expected) {
      wrong(
          "the input `" + slot.name() + "` is for " + size + " " + what,
          "the run has " + expected + "; it takes one for each, or one for all");
    }
  }

  /** All inputs of a projection have one rank; of bias and gain one may stand for all. */
  private void checkRank(Signature.Slot slot) {
    String base = slot.name().substring(0, slot.name().lastIndexOf('.') + 1);
    boolean oneForAll = slot.name().equals(base + "bias") || slot.name().equals(base + "gain");
    long rank = rank(slot.name());
    long read = rank(base + "read");
    if (rank >= 0 && read >= 0 && rank != read && !(oneForAll && rank == 1)) {
      wrong(
          "the input `" + slot.name() + "` has rank " + rank,
          "`" + base + "read` has rank " + read + "; feed both alike");
    }
  }

  /** The rank of an input where it is free, else -1; a default has rank 1. */
  private long rank(String name) {
    List<Dim> dims = signature.input(name).map(Signature.Slot::dims).orElse(List.of());
    for (int i = 0; i < dims.size(); i++) {
      if (dims.get(i).name().endsWith(".rank")) {
        return inputs.containsKey(name) ? inputs.get(name).dims()[i] : 1;
      }
    }
    return -1;
  }
}
