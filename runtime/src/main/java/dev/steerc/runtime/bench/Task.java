package dev.steerc.runtime.bench;

import dev.steerc.manifest.Json;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.steering.Ports;
import dev.steerc.runtime.steering.Steering;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;

/**
 * What a process is to measure.
 *
 * @param original the model before it was patched
 * @param model the model to run
 * @param threads of one operator; 0 for as many as ONNX Runtime takes
 * @param width of the stream
 */
record Task(
    Kind kind, Path original, Path model, int threads, long vocabulary, int width, Amount amount) {
  private static final long SEED = 7;

  /** The kinds of measurement. */
  enum Kind {
    /** One text after the other, through ONNX Runtime alone. */
    BARE,
    /** The same through the runtime, steered where the model can be. */
    PACE,
    /** Batches, with more and more different steerings. */
    BATCH,
    /** How the time of a run divides among kernels. */
    KERNELS,
    /** Memory, while other processes have the model open. */
    MEMORY
  }

  String toJson() {
    return Json.write(
        Json.object(
            "kind", kind.name(),
            "original", original.toString(),
            "model", model.toString(),
            "threads", threads,
            "vocabulary", vocabulary,
            "width", width,
            "amount", amount.toMap()));
  }

  static Task parse(String json) {
    Map<?, ?> map = (Map<?, ?>) Json.parse(json);
    return new Task(
        Kind.valueOf((String) map.get("kind")),
        Path.of((String) map.get("original")),
        Path.of((String) map.get("model")),
        ((Number) map.get("threads")).intValue(),
        ((Number) map.get("vocabulary")).longValue(),
        ((Number) map.get("width")).intValue(),
        Amount.of((Map<?, ?>) map.get("amount")));
  }

  /** A made-up steering of a model; the same number gives the same one. */
  Steering steering(Ports ports, int number) {
    return MadeUpSteering.of(ports, width, number);
  }

  ModelOptions options() {
    return ModelOptions.DEFAULT.threads(threads).oneByOne(kind != Kind.BATCH);
  }

  /** A made-up prompt; the same number gives the same one. */
  long[] prompt(int number, int tokens) {
    Random random = new Random(SEED + number);
    long[] ids = new long[tokens];
    Arrays.setAll(ids, i -> random.nextLong(vocabulary));
    return ids;
  }
}
