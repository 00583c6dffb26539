package dev.steerc.runtime.bulk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.models.TestData;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.Listener;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.Session;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.TokenScore;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a row's scores are does not depend on the rows that run beside it, to the last bit. */
class NeighboursTest {
  private static final int ROWS = 7;

  private static SteeredModel open(String graph) {
    return SteeredModel.open(
        TestData.root().resolve("testdata/" + graph + ".onnx"), ModelOptions.DEFAULT.threads(1));
  }

  /** Prompts of one length, whose texts end one by one. */
  private static List<Prompt> prompts(SteeredModel model, int length) {
    Random random = new Random(length);
    List<Prompt> prompts = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      int most = 1 + i * 2 % ROWS;
      long[] ids = random.longs(length, 0, model.vocabulary()).toArray();
      prompts.add(
          Prompt.ofIds(ids)
              .with(s -> s.greedy().maxNewTokens(most).endTokens(Set.of()).logprobs(3)));
    }
    return prompts;
  }

  private static List<List<TokenScore>> scores(
      SteeredModel model, List<Prompt> prompts, int atOnce) {
    List<List<TokenScore>> scores = new ArrayList<>();
    for (int from = 0; from < prompts.size(); from += atOnce) {
      List<Prompt> some = prompts.subList(from, Math.min(prompts.size(), from + atOnce));
      try (Session session = model.startApart(some, Listener.NONE)) {
        session.finish().stream().map(Completion::scores).forEach(scores::add);
      }
    }
    return scores;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "graphs/withpast",
        "graphs/nopast-op17",
        "graphs/int4",
        "graphs/int8-blocks",
        "graphs/qdq",
        "graphs/fp16",
        "graphs/static-idsonly-ir3",
        "families/llama-genai",
        "families/gpt-oss",
        "families/qwen3"
      })
  void scoresAreThoseOfARowAlone(String graph) {
    try (SteeredModel model = open(graph)) {
      assertThat(model.mixing()).isEmpty();
      for (int length : List.of(1, 4)) {
        List<Prompt> prompts = prompts(model, length);
        List<List<TokenScore>> alone = scores(model, prompts, 1);
        for (int atOnce : List.of(2, 3, 4, ROWS)) {
          assertThat(scores(model, prompts, atOnce)).as("%d at once", atOnce).isEqualTo(alone);
        }
      }
    }
  }

  @Test
  void operatorsThatMixRowsAreNamed() {
    try (SteeredModel model = open("graphs/int8")) {
      assertThat(model.mixing()).containsExactly("DynamicQuantizeLinear");
      List<Prompt> prompts = prompts(model, 4);
      assertThat(scores(model, prompts, ROWS)).isNotEqualTo(scores(model, prompts, 1));
    }
  }
}
