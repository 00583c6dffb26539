package dev.steerc.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The keys and values of the tokens that have been run: the outputs of one run, which the next one
 * is fed as they are.
 */
final class KvCache implements AutoCloseable {
  /** Of no tokens. */
  static final KvCache NONE = new KvCache(Map.of(), 0, null);

  private final Map<String, OnnxTensor> tensors;
  private final int columns;
  private final OrtSession.Result owner;

  private KvCache(Map<String, OnnxTensor> tensors, int columns, OrtSession.Result owner) {
    this.tensors = tensors;
    this.columns = columns;
    this.owner = owner;
  }

  /**
   * What a run leaves.
   *
   * @param outputs the names in the result, in the order of {@code inputs}
   * @param inputs the names of the inputs to feed
   * @param columns the tokens of each row, padding included
   */
  static KvCache of(
      OrtSession.Result result, List<String> outputs, List<String> inputs, int columns) {
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      tensors.put(inputs.get(i), (OnnxTensor) result.get(outputs.get(i)).orElseThrow());
    }
    return new KvCache(tensors, columns, result);
  }

  /**
   * Some rows of a cache, and by how much to widen it, on the side where rows are padded.
   *
   * @param rows which rows, in order
   * @param shift how many columns of padding to add; negative takes so many away
   */
  record Part(KvCache cache, int[] rows, int shift) {
    /** The same where it is. */
    Part still() {
      return new Part(cache, rows, 0);
    }

    /** Whether it is the whole cache, in its order. */
    boolean isWhole() {
      long all = cache.tensors.values().iterator().next().getInfo().getShape()[cache.batchAxis()];
      return rows.length == all && Arrays.equals(rows, IntStream.range(0, rows.length).toArray());
    }
  }

  /** Batch, heads, columns, head size; with keys and values in one tensor, a 2 in front. */
  int batchAxis() {
    return tensors.values().iterator().next().getInfo().getShape().length - 4;
  }

  /** The fewest tokens that any of its tensors has room for. */
  long room() {
    return tensors.values().stream()
        .map(tensor -> tensor.getInfo().getShape())
        .mapToLong(dims -> dims[dims.length - 2])
        .min()
        .orElse(0);
  }

  Map<String, OnnxTensor> tensors() {
    return tensors;
  }

  int columns() {
    return columns;
  }

  @Override
  public void close() {
    if (owner != null) {
      owner.close();
    }
  }
}
