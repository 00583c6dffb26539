package dev.steerc.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.Steerc;
import dev.steerc.models.TestData;
import dev.steerc.plan.AddVector;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.runtime.steering.Positions;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library as a service embeds it. */
class ServiceTest {
  private static final Path TESTDATA = TestData.root().resolve("testdata");

  @TempDir Path folder;

  @BeforeEach
  void modelWithTokenizer() throws Exception {
    Request request =
        Request.of(
            List.of(
                new AddVector(new Site.InBlock(1, Site.Kind.RESID_POST)),
                new AddVector(new Site.InBlock(2, Site.Kind.RESID_POST))),
            InputMode.OPTIONAL);
    Steerc.patch(TESTDATA.resolve("graphs/withpast.onnx"), request, folder.resolve("m.onnx"));
    Files.copy(TESTDATA.resolve("tokenizer/tokenizer.json"), folder.resolve("tokenizer.json"));
    Files.copy(TESTDATA.resolve("vectors/east.safetensors"), folder.resolve("joy.safetensors"));
  }

  /** What the README shows. */
  @Test
  void steeredTextInThreeLines() {
    try (SteeredModel model = SteeredModel.open(folder.resolve("m.onnx"))) {
      Steering joy = Steering.of(VectorFile.read(folder.resolve("joy.safetensors")), 4);
      assertThat(model.generate("I feel", joy).text()).isNotEmpty();
    }
  }

  @Test
  void batchOfRequestsEachWithItsOwnSteering() {
    try (SteeredModel model = SteeredModel.open(folder.resolve("m.onnx"))) {
      Vector joy = VectorFile.read(folder.resolve("joy.safetensors"));
      Steering late = Steering.of(Term.of(joy, 4).on(Positions.GENERATED));
      List<Completion> texts =
          model.generate(
              Prompt.of("I feel").with(s -> s.greedy().maxNewTokens(8)),
              Prompt.of("The weather").steered(late).with(s -> s.seed(1).maxNewTokens(5)));
      assertThat(texts).extracting(c -> c.tokens().length).containsExactly(8, 5);
      assertThat(texts.get(0).reason()).contains(FinishReason.LENGTH);
    }
  }

  @Test
  void oneModelServesManyThreads() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (SteeredModel model = SteeredModel.open(folder.resolve("m.onnx"))) {
      Prompt prompt = Prompt.of("I feel").with(s -> s.seed(7).maxNewTokens(6));
      long[] alone = model.generate(prompt).get(0).tokens();
      List<Future<List<Completion>>> all =
          IntStream.range(0, 16)
              .mapToObj(i -> threads.submit(() -> model.generate(prompt)))
              .toList();
      for (Future<List<Completion>> one : all) {
        assertThat(one.get().get(0).tokens()).isEqualTo(alone);
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void tokensComeOneByOne() {
    StringBuilder streamed = new StringBuilder();
    Prompt prompt = Prompt.of("I feel").with(s -> s.seed(3).maxNewTokens(9));
    try (SteeredModel model = SteeredModel.open(folder.resolve("m.onnx"));
        Session session =
            model.start(List.of(prompt), (row, token, text) -> streamed.append(text))) {
      assertThat(session.step()).isTrue();
      assertThat(session.completions().get(0).tokens()).hasSize(1);
      Completion whole = session.finish().get(0);
      assertThat(streamed).hasToString(whole.text());
      assertThat(whole.tokens()).hasSize(9);
    }
  }
}
