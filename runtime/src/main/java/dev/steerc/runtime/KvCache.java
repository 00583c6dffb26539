package dev.steerc.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/**
 * The keys and values of the tokens that have been run: the outputs of one run, which the next one
 * is fed as they are.
 */
final class KvCache implements AutoCloseable {
  /** Of no tokens. */
  static final KvCache NONE = new KvCache(List.of(), new OnnxTensor[0], 0, null);

  private final List<String> names;
  private final OnnxTensor[] tensors;
  private final int columns;
  private final OrtSession.Result owner;

  private KvCache(List<String> names, OnnxTensor[] tensors, int columns, OrtSession.Result owner) {
    this.names = names;
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
    OnnxTensor[] tensors = new OnnxTensor[inputs.size()];
    for (int i = 0; i < tensors.length; i++) {
      tensors[i] = (OnnxTensor) result.get(outputs.get(i)).orElseThrow();
    }
    return new KvCache(inputs, tensors, columns, result);
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

    /** The same with its last row some times more. */
    Part repeatingLast(int times) {
      int[] more = Arrays.copyOf(rows, rows.length + times);
      Arrays.fill(more, rows.length, more.length, rows[rows.length - 1]);
      return new Part(cache, more, shift);
    }

    /** Whether it is the whole cache, in its order. */
    boolean isWhole() {
      long all = cache.tensors[0].getInfo().getShape()[cache.batchAxis()];
      return rows.length == all && Arrays.equals(rows, IntStream.range(0, rows.length).toArray());
    }
  }

  /** Batch, heads, columns, head size; with keys and values in one tensor, a 2 in front. */
  int batchAxis() {
    return tensors[0].getInfo().getShape().length - 4;
  }

  /** The fewest tokens that any of its tensors has room for. */
  long room() {
    long room = tensors.length == 0 ? 0 : Long.MAX_VALUE;
    for (OnnxTensor tensor : tensors) {
      long[] dims = tensor.getInfo().getShape();
      room = Math.min(room, dims[dims.length - 2]);
    }
    return room;
  }

  /** The inputs that it is fed to. */
  List<String> names() {
    return names;
  }

  /** The shape of what an input is fed. */
  long[] dims(String name) {
    return tensors[names.indexOf(name)].getInfo().getShape();
  }

  /** Gives each tensor with the name of its input. */
  void forEach(BiConsumer<String, OnnxTensor> to) {
    for (int i = 0; i < tensors.length; i++) {
      to.accept(names.get(i), tensors[i]);
    }
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
