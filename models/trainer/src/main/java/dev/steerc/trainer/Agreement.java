package dev.steerc.trainer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.steerc.models.Batch;
import dev.steerc.models.Feed;
import dev.steerc.models.Gpt2;
import dev.steerc.models.TestGraph;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
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
    TestGraph graph = new TestGraph("demo", "", weights, Export.DIALECT, TOLERANCE);
    Greedy torch = new Greedy(Model.of(weights));
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(onnx.toString())) {
      Agreement all = new Agreement(0, 0, 0);
      for (long[] prompt : prompts) {
        long[] whole = torch.whole(prompt, count);
        float[] theirs = logits(session, graph.feeds(Batch.single(whole)));
        all = all.and(of(torch.allLogits(whole), theirs, whole, prompt.length));
      }
      return all;
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime refuses the exported model", e);
    }
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

  private static float[] logits(OrtSession session, List<Feed> feeds) throws OrtException {
    Map<String, OnnxTensor> inputs = new HashMap<>();
    try {
      for (Feed feed : feeds) {
        inputs.put(feed.name(), tensor(feed));
      }
      try (OrtSession.Result result = session.run(inputs)) {
        OnnxTensor logits = (OnnxTensor) result.get("logits").orElseThrow();
        float[] values = new float[logits.getFloatBuffer().remaining()];
        logits.getFloatBuffer().get(values);
        return values;
      }
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private static OnnxTensor tensor(Feed feed) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    return feed.name().startsWith("past")
        ? OnnxTensor.createTensor(environment, feed.data().asFloatBuffer(), feed.shape())
        : OnnxTensor.createTensor(environment, feed.data().asLongBuffer(), feed.shape());
  }
}
