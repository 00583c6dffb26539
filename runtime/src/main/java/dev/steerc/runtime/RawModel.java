package dev.steerc.runtime;

import dev.steerc.onnx.Dim;
import dev.steerc.problem.SteercException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The graph of a model, to be run as it is: with every input by name, the steering inputs and the
 * cache among them. Of a pair of decoders, a run that brings an input that only the second has goes
 * to the second, and every other to the first.
 */
public final class RawModel {
  private final SteeredModel model;
  private final RawGraph first;
  private final RawGraph second;

  RawModel(SteeredModel model, RawGraph first, RawGraph second) {
    this.model = model;
    this.first = first;
    this.second = second;
  }

  /** Inputs and outputs; of a pair of decoders, those of both. */
  public Signature signature() {
    if (first == second) {
      return first.signature();
    }
    List<Signature.Slot> inputs = new ArrayList<>(first.signature().inputs());
    second.signature().inputs().stream()
        .filter(slot -> first.signature().input(slot.name()).isEmpty())
        .forEach(slot -> inputs.add(slot.optional()));
    List<Signature.Slot> outputs = new ArrayList<>(first.signature().outputs());
    second.signature().outputs().stream()
        .filter(slot -> first.signature().output(slot.name()).isEmpty())
        .forEach(outputs::add);
    return new Signature(inputs, outputs);
  }

  private RawGraph graph(Set<String> inputs) {
    boolean goesOn =
        inputs.stream()
            .anyMatch(
                name ->
                    first.signature().input(name).isEmpty()
                        && second.signature().input(name).isPresent());
    return goesOn ? second : first;
  }

  /**
   * Checks what is to be fed and fetched. ONNX Runtime would find some of it out in the middle of
   * the run, some never.
   *
   * @throws SteercException with all that does not fit
   */
  public void check(Map<String, TensorData> inputs, Set<String> outputs) {
    RawGraph graph = graph(inputs.keySet());
    new RawCheck(graph, inputs).check(outputs);
  }

  /**
   * How many tokens of how many rows a run is to take in: rows, tokens of each, and tokens with
   * those in the cache.
   */
  public record Extent(long rows, long tokens, long columns) {}

  /** The extent of a run whose inputs were checked. */
  public Extent extent(Map<String, TensorData> inputs) {
    RawGraph graph = graph(inputs.keySet());
    long[] ids = inputs.get(graph.ids()).dims();
    long columns = ids[1];
    for (TensorData input : inputs.values()) {
      long[] dims = input.dims();
      // a cache is [.., batch, heads, past, size]
      columns = dims.length >= 4 ? Math.max(columns, ids[1] + dims[dims.length - 2]) : columns;
    }
    return new Extent(ids[0], ids[1], columns);
  }

  /**
   * What each output will take, in bytes, by inputs that were checked. Where no input tells a size,
   * the first one without a name is the rows, and any other counts as the tokens that are run with
   * those in the cache.
   */
  public Map<String, Long> sizes(Map<String, TensorData> inputs) {
    RawGraph graph = graph(inputs.keySet());
    Map<String, Long> symbols = graph.symbols(inputs);
    Extent extent = extent(inputs);
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (Signature.Slot output : graph.signature().outputs()) {
      long bytes = TensorData.bytes(output.type(), sizes(output.dims(), symbols, extent));
      sizes.put(output.name(), bytes < 0 ? Long.MAX_VALUE : bytes);
    }
    return sizes;
  }

  private static long[] sizes(List<Dim> dims, Map<String, Long> symbols, Extent extent) {
    long[] sizes = new long[dims.size()];
    for (int i = 0; i < sizes.length; i++) {
      Dim dim = dims.get(i);
      // what has fewer sizes than rows, tokens and width may be flat, with both in the first
      boolean isRows = i == 0 && sizes.length > 2 && dim.name().isEmpty();
      long otherwise = isRows ? extent.rows() : extent.columns();
      sizes[i] = dim.isFixed() ? dim.size() : symbols.getOrDefault(dim.name(), otherwise);
    }
    return sizes;
  }

  /**
   * Runs the graph once; nothing is generated, and nothing is kept.
   *
   * @param inputs every input, except optional ones that keep their defaults
   * @param outputs the names of those to read
   * @return them, in the order of the graph
   * @throws SteercException when something does not fit, or the run fails
   */
  public Map<String, TensorData> infer(Map<String, TensorData> inputs, Set<String> outputs) {
    check(inputs, outputs);
    List<Map<String, TensorData>> result = new ArrayList<>(1);
    model.running(() -> result.add(graph(inputs.keySet()).run(inputs, outputs)));
    return result.get(0);
  }
}
