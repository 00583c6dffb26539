package dev.steerc.trainer;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.steerc.runtime.Engine;
import dev.steerc.runtime.Feed;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.text.Tokenizer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs a text through a model at once, for its scores and taps. */
final class Forward implements AutoCloseable {
  private final Engine engine;
  private final Tokenizer tokenizer;

  private Forward(Engine engine, Tokenizer tokenizer) {
    this.engine = engine;
    this.tokenizer = tokenizer;
  }

  static Forward open(Path model, Path tokenizer) {
    return new Forward(Engine.open(model, OptLevel.ALL_OPT), Tokenizer.open(tokenizer));
  }

  long[] encode(String text) {
    return tokenizer.encode(text);
  }

  /** All float outputs for one row of tokens. */
  Map<String, Floats> run(long... ids) {
    Map<String, Feed> feeds = new LinkedHashMap<>();
    engine
        .inputs()
        .forEach(
            (name, info) -> {
              long[] dims = info.getShape().clone();
              if (name.startsWith("past_key_values")) {
                feeds.put(name, Feed.of(info.type, new long[] {1, dims[1], 0, dims[3]}, i -> 0));
              } else {
                feeds.put(name, feed(name, info.type, ids));
              }
            });
    return engine.run(feeds, Map.of());
  }

  private static Feed feed(String name, OnnxJavaType type, long... ids) {
    long[] dims = {1, ids.length};
    return switch (name) {
      case "input_ids" -> Feed.of(type, dims, i -> ids[i]);
      case "attention_mask" -> Feed.of(type, dims, i -> 1);
      default -> Feed.of(type, dims, i -> i);
    };
  }

  /**
   * The mean negative log-likelihood of a text's tokens behind its prompt.
   *
   * @param prompt the tokens of the prompt
   */
  double surprise(long[] ids, int prompt) {
    Floats logits = run(ids).get("logits");
    double total = 0;
    for (int i = prompt; i < ids.length; i++) {
      total += surprise(logits, i - 1, (int) ids[i]);
    }
    return total / Math.max(1, ids.length - prompt);
  }

  private static double surprise(Floats logits, int position, int token) {
    int width = logits.width();
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < width; i++) {
      max = Math.max(max, logits.values()[position * width + i]);
    }
    double sum = 0;
    for (int i = 0; i < width; i++) {
      sum += Math.exp(logits.values()[position * width + i] - max);
    }
    return max + Math.log(sum) - logits.values()[position * width + token];
  }

  @Override
  public void close() {
    engine.close();
    tokenizer.close();
  }
}
