package dev.steerc.trainer;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import ai.onnxruntime.TensorInfo;
import dev.steerc.manifest.Json;
import dev.steerc.models.Gpt2;
import dev.steerc.runtime.Engine;
import dev.steerc.runtime.Feed;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How far an exported model in ONNX Runtime is from the same weights in libtorch.
 *
 * @param distance the largest difference of any logit
 * @param equal tokens that are the best in both
 * @param tokens tokens that libtorch chose, greedily
 */
record Agreement(double distance, int equal, int tokens) {
  private static final double TOLERANCE = 1e-3;

  /** Whether the two are the same model: every greedy token is equal. */
  boolean holds() {
    return distance <= TOLERANCE && equal == tokens;
  }

  /**
   * Compares continuations of prompts.
   *
   * @param weights as the file has them, rounded where it rounds them
   */
  static Agreement of(Path onnx, Gpt2 weights, List<long[]> prompts, int count) {
    Greedy torch = new Greedy(Model.of(weights));
    try (Engine engine = Engine.open(onnx, OptLevel.ALL_OPT)) {
      Agreement all = new Agreement(0, 0, 0);
      for (long[] prompt : prompts) {
        long[] whole = torch.whole(prompt, count);
        float[] theirs = logits(engine, whole);
        all = all.and(of(torch.allLogits(whole), theirs, whole, prompt.length));
      }
      return all;
    }
  }

  /** Reads what {@link #toMap} gives. */
  static Agreement of(Fields fields) {
    return new Agreement(fields.number("distance"), fields.whole("equal"), fields.whole("tokens"));
  }

  Map<String, Object> toMap() {
    return Json.object("distance", distance, "equal", equal, "tokens", tokens);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "logits within %.1e of libtorch's, %d of %d greedy tokens equal",
        distance,
        equal,
        tokens);
  }

  private Agreement and(Agreement other) {
    return new Agreement(
        Math.max(distance, other.distance), equal + other.equal, tokens + other.tokens);
  }

  private static Agreement of(float[] ours, float[] theirs, long[] whole, int prompt) {
    double distance = 0;
    for (int i = 0; i < ours.length; i++) {
      distance = Math.max(distance, Math.abs((double) ours[i] - theirs[i]));
    }
    int vocab = ours.length / whole.length;
    int equal = 0;
    for (int place = prompt; place < whole.length; place++) {
      equal += Greedy.best(theirs, (place - 1) * vocab, vocab) == whole[place] ? 1 : 0;
    }
    return new Agreement(distance, equal, whole.length - prompt);
  }

  private static float[] logits(Engine engine, long... ids) {
    Map<String, Feed> feeds = new HashMap<>();
    engine.inputs().forEach((name, info) -> feeds.put(name, feed(name, info, ids)));
    return engine.run(feeds, Map.of()).get("logits").values();
  }

  private static Feed feed(String name, TensorInfo input, long... ids) {
    long[] row = {1, ids.length};
    long[] dims = input.getShape();
    return switch (name) {
      case "input_ids" -> Feed.of(input.type, row, i -> ids[i]);
      case "attention_mask" -> Feed.of(input.type, row, i -> 1);
      case "position_ids" -> Feed.of(input.type, row, i -> i);
      default -> Feed.of(input.type, new long[] {1, dims[1], 0, dims[3]}, i -> 0); // no past
    };
  }
}
