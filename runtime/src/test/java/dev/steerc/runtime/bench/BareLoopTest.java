package dev.steerc.runtime.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steerc.runtime.Listener;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Session;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.TestModels;
import dev.steerc.runtime.steering.Steering;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the runtime is compared with does the same work. */
class BareLoopTest {
  private static final long[][] PROMPTS = {{3, 1, 4, 1, 5}, {9, 2, 6, 5, 3}};
  private static final int TOKENS = 12;

  @ParameterizedTest
  @ValueSource(strings = {"withpast", "fused", "int8"})
  void givesTheTokensOfTheRuntime(String name) {
    Path model = TestModels.graph(name);
    List<long[]> expected = new ArrayList<>();
    try (SteeredModel steered = SteeredModel.open(model, ModelOptions.DEFAULT.threads(1))) {
      var prompts =
          Arrays.stream(PROMPTS).map(ids -> Loop.prompt(ids, Steering.NONE, TOKENS)).toList();
      try (Session session = steered.start(prompts, Listener.NONE)) {
        session.finish().forEach(done -> expected.add(done.tokens()));
      }
    }
    try (BareLoop bare = new BareLoop(model, 1)) {
      BareLoop.Run both = bare.run(PROMPTS, TOKENS);
      assertThat(both.tokens()).isDeepEqualTo(expected.toArray(new long[0][]));
      assertThat(both.seconds()).hasSize(TOKENS).doesNotContain(0);
      for (int row : IntStream.range(0, PROMPTS.length).toArray()) {
        long[][] alone = {PROMPTS[row]};
        assertThat(bare.run(alone, TOKENS).tokens()[0]).isEqualTo(expected.get(row));
      }
    }
  }

  @Test
  void modelWithoutACacheIsRefused() {
    assertThatThrownBy(() -> new BareLoop(TestModels.graph("nopast-op17"), 1))
        .hasMessageContaining("the bare loop finds no cache by name");
  }
}
