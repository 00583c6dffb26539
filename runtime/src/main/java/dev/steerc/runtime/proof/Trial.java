package dev.steerc.runtime.proof;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.residual.Residual;
import dev.steerc.runtime.Columns;
import dev.steerc.runtime.Feed;
import dev.steerc.runtime.InputRole;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * One run on made-up inputs: a prompt, or a step with a cache.
 *
 * @param name what a table calls it
 * @param rows the rows of the batch
 * @param past the tokens in the cache
 * @param tokens the tokens that the run adds to each row
 * @param feeds what to feed
 */
public record Trial(String name, int rows, int past, int tokens, Map<String, Feed> feeds) {
  private static final int ROWS = 2;
  private static final int PROMPT = 6;
  private static final int PAST = 5;

  /**
   * The trials that may suit a model: a prompt, and a step where it has a cache. Half of a pair of
   * decoders runs only one of them.
   *
   * @param inputs the inputs to feed, without the ports
   * @param residual the model's stream, when it is known
   */
  public static List<Trial> of(
      Map<String, TensorInfo> inputs, Optional<Residual> residual, long seed) {
    Shape shape = Shape.of(inputs, residual);
    List<Trial> trials = new ArrayList<>();
    int prompt = shape.tokens < 0 ? PROMPT : shape.tokens;
    trials.add(new Maker(inputs, shape, seed).make("prompt", 0, prompt));
    if (!shape.cache.isEmpty() && shape.tokens < 0) {
      trials.add(new Maker(inputs, shape, seed + 1).make("step", PAST, 1));
    }
    return trials;
  }

  /**
   * One run of a single row.
   *
   * @param past the tokens in the cache
   * @param tokens the tokens to run, unless the graph fixes their number
   */
  public static Trial of(
      Map<String, TensorInfo> inputs, Optional<Residual> residual, int past, int tokens) {
    Shape shape = Shape.of(inputs, residual).single(inputs);
    int run = shape.tokens < 0 ? tokens : shape.tokens;
    return new Maker(inputs, shape, 0).make("run", shape.cache.isEmpty() ? 0 : past, run);
  }

  /** What the inputs of a model say about its batches. */
  private record Shape(String ids, Set<String> cache, int rows, int tokens, long vocabulary) {

    static Shape of(Map<String, TensorInfo> inputs, Optional<Residual> residual) {
      Set<String> cache = residual.map(r -> Set.copyOf(r.cache().inputs())).orElse(Set.of());
      String ids =
          residual
              .map(Residual::ids)
              .filter(inputs::containsKey)
              .orElseGet(() -> firstIntegers(inputs));
      long[] dims = inputs.get(ids).getShape();
      long vocabulary = residual.map(r -> r.vocabulary().orElse(16)).orElse(16L);
      int rows = dims[0] > 0 ? (int) dims[0] : ROWS;
      int tokens = dims.length > 1 && dims[1] > 0 ? (int) dims[1] : -1;
      return new Shape(ids, cache, rows, tokens, vocabulary);
    }

    /** The same with one row, unless the graph fixes their number. */
    Shape single(Map<String, TensorInfo> inputs) {
      return new Shape(
          ids, cache, inputs.get(ids).getShape()[0] > 0 ? rows : 1, tokens, vocabulary);
    }

    private static String firstIntegers(Map<String, TensorInfo> inputs) {
      return inputs.entrySet().stream()
          .filter(
              e ->
                  e.getValue().type == OnnxJavaType.INT64
                      || e.getValue().type == OnnxJavaType.INT32)
          .map(Map.Entry::getKey)
          .findFirst()
          .orElseThrow(
              () ->
                  Problem.of(Code.UNKNOWN_INPUT, "no input takes token ids")
                      .note("the inputs are " + String.join(", ", inputs.keySet()))
                      .help("steerc can make up token ids, masks, positions and caches only")
                      .exception());
    }
  }

  /** Makes up the inputs of one trial. */
  private record Maker(Map<String, TensorInfo> inputs, Shape shape, long seed) {

    Trial make(String name, int past, int tokens) {
      Random random = new Random(seed);
      Map<String, Feed> feeds = new LinkedHashMap<>();
      inputs.forEach((input, info) -> feeds.put(input, feed(input, info, past, tokens, random)));
      return new Trial(name, shape.rows, past, tokens, feeds);
    }

    private Feed feed(String name, TensorInfo info, int past, int tokens, Random random) {
      long[] dims = info.getShape();
      long[][] ids = new long[shape.rows][tokens];
      Columns columns = Columns.ofAlike(ids, past);
      InputRole role = InputRole.of(name, info, shape.ids, shape.cache);
      if (role == InputRole.IDS) {
        for (long[] row : ids) {
          Arrays.setAll(row, i -> random.nextInt((int) shape.vocabulary));
        }
      }
      return role == InputRole.PAST
          ? Feed.of(info.type, columns.cache(dims), i -> random.nextGaussian() * 0.5)
          : columns.feed(role, info.type, dims);
    }
  }
}
