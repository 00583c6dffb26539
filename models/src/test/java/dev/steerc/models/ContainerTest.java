package dev.steerc.models;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContainerTest {
  private static final int[] PROMPT = {3, 41, 7, 65, 12};
  private static final int LENGTH = 12;

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();

  @Test
  void greedySearchTakesTheBestTokens() throws OrtException {
    Container greedy = container("greedy-search");
    assertThat(((int[][]) sequences(greedy))[0]).isEqualTo(best(greedy.decoder()));
  }

  @Test
  void beamsScoreAtLeastAsHighAsTheBestTokens() throws OrtException {
    Container beams = container("beam-search");
    int[] found = ((int[][][]) sequences(beams))[0][0];
    assertThat(found).startsWith(PROMPT);
    double greedy = score(beams.decoder(), best(beams.decoder()));
    assertThat(score(beams.decoder(), found)).isGreaterThanOrEqualTo(greedy - 1e-4);
  }

  @Test
  void samplingGoesOnWithThePrompt() throws OrtException {
    int[] found = ((int[][]) sequences(container("sampling")))[0];
    assertThat(found).hasSize(LENGTH).startsWith(PROMPT);
    assertThat(Arrays.stream(found)).allMatch(token -> token >= 0 && token <= Container.END);
  }

  private static Container container(String name) {
    return TestData.containers().stream()
        .filter(one -> one.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private Object sequences(Container container) throws OrtException {
    int[] mask = new int[PROMPT.length];
    Arrays.fill(mask, 1);
    Map<String, Object> values = new HashMap<>();
    values.put("input_ids", new int[][] {PROMPT});
    values.put("attention_mask", new int[][] {mask});
    values.put("max_length", new int[] {LENGTH});
    values.put("min_length", new int[] {1});
    values.put("num_beams", new int[] {4});
    values.put("num_return_sequences", new int[] {1});
    values.put("length_penalty", new float[] {1});
    values.put("repetition_penalty", new float[] {1});
    try (var ort = new OrtRun(container.file(TestData.root()))) {
      Map<String, OnnxTensorLike> inputs = new HashMap<>();
      for (String name : ort.session().getInputNames()) {
        inputs.put(name, OnnxTensor.createTensor(environment, values.get(name)));
      }
      try (var result = ort.session().run(inputs)) {
        return result.get(0).getValue();
      }
    }
  }

  /** The most probable token again and again, by the reference. */
  private static int[] best(Gpt2 model) {
    int[] all = Arrays.copyOf(PROMPT, LENGTH);
    for (int end = PROMPT.length; end < LENGTH; end++) {
      double[] logits = logits(model, Arrays.copyOf(all, end))[end - 1];
      for (int token = 0; token < logits.length; token++) {
        all[end] = logits[token] > logits[all[end]] ? token : all[end];
      }
    }
    return all;
  }

  /** The log-probability of all tokens behind the prompt. */
  private static double score(Gpt2 model, int... tokens) {
    double[][] logits = logits(model, tokens);
    double score = 0;
    for (int i = PROMPT.length; i < tokens.length; i++) {
      double total = Arrays.stream(logits[i - 1]).map(Math::exp).sum();
      score += logits[i - 1][tokens[i]] - Math.log(total);
    }
    return score;
  }

  private static double[][] logits(Gpt2 model, int... tokens) {
    long[] ids = Arrays.stream(tokens).asLongStream().toArray();
    return Gpt2Reference.run(model, Batch.single(ids), Gpt2Reference.Edit.NONE).logits()[0];
  }
}
