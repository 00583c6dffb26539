package dev.steerc.cli.serve.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.cli.serve.TestServer;
import dev.steerc.cli.serve.TestServer.Answer;
import dev.steerc.manifest.Json;
import dev.steerc.plan.Site;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Positions;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.VectorFile;
import dev.steerc.runtime.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code POST /v1/probe}, against what the model's taps give, compared with plain loops. */
class ProbeTest {
  private static final String TEXT = "Question: How do I bake bread? Answer:";
  private static final Site SITE = new Site.InBlock(2, Site.Kind.RESID_MID);

  @TempDir static Path folder;
  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start(folder.resolve("demo"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static VectorFile vector(String name) {
    return VectorFile.open(server.vectors().resolve(name + ".safetensors"));
  }

  private static float[] direction(String name, Site site) {
    return vector(name).vector().edits().get(site).tensors().get("vector").values();
  }

  private static double cosine(float[] values, int token, float[] direction) {
    double dot = 0;
    double a = 0;
    double b = 0;
    for (int i = 0; i < direction.length; i++) {
      double x = values[token * direction.length + i];
      dot += x * direction[i];
      a += x * x;
      b += (double) direction[i] * direction[i];
    }
    return dot / Math.sqrt(a * b);
  }

  private static List<?> tokens(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return (List<?>) answer.json().get("tokens");
  }

  private static double number(Object token, String field) {
    return ((Number) ((Map<?, ?>) token).get(field)).doubleValue();
  }

  private static void check(Answer answer, Floats seen, float[] direction) {
    List<?> tokens = tokens(answer);
    assertThat(tokens).hasSize((int) seen.dims()[0]);
    for (int i = 0; i < tokens.size(); i++) {
      assertThat(number(tokens.get(i), "cosine"))
          .isCloseTo(cosine(seen.values(), i, direction), within(1e-6));
    }
  }

  @Test
  void readsEachTokenOfAText() {
    Answer answer = server.post("/v1/probe", "text", TEXT, "vector", "kitchen-question");
    Floats seen = server.model().trace(Prompt.of(TEXT)).get(0).activations().get(SITE);
    check(answer, seen, direction("kitchen-question", SITE));
    assertThat(answer.json().get("site")).isEqualTo("2.resid_mid");
    StringBuilder whole = new StringBuilder();
    tokens(answer).forEach(token -> whole.append(((Map<?, ?>) token).get("text")));
    Tokenizer tokenizer = server.model().tokenizer().orElseThrow();
    assertThat(whole).hasToString(tokenizer.decode(tokenizer.encode(TEXT)));
  }

  @Test
  void meanIsThatOfTheActivations() {
    Answer answer = server.post("/v1/probe", "text", TEXT, "vector", "kitchen-question");
    Floats seen = server.model().trace(Prompt.of(TEXT)).get(0).activations().get(SITE);
    int width = seen.width();
    float[] mean = new float[width];
    for (int i = 0; i < seen.values().length; i++) {
      mean[i % width] += seen.values()[i] / seen.dims()[0];
    }
    double expected = cosine(mean, 0, direction("kitchen-question", SITE));
    assertThat(((Number) answer.json().get("mean")).doubleValue())
        .isCloseTo(expected, within(1e-5));
  }

  @Test
  void readsWhatWasGeneratedAsItWasGenerated() {
    Term term = Term.of(vector("joy").vector(), 2).on(Positions.GENERATED);
    Completion text =
        server
            .model()
            .generate(
                Prompt.of(TEXT)
                    .steered(Steering.of(term))
                    .with(settings -> settings.seed(3).maxNewTokens(12)))
            .get(0)
            .orThrow();
    long[] ids =
        LongStream.concat(LongStream.of(text.prompt()), LongStream.of(text.tokens())).toArray();
    Answer answer =
        server.post(
            "/v1/probe",
            "token_ids",
            LongStream.of(ids).boxed().toList(),
            "prompt_tokens",
            text.prompt().length,
            "vector",
            "kitchen-question",
            "steering",
            "joy:2:generated");
    // the prompt is read as it is, what follows with the steering: as if all were steered from
    // there
    Term later = Term.of(vector("joy").vector(), 2).on(Positions.after(text.prompt().length));
    Floats seen =
        server
            .model()
            .trace(Prompt.ofIds(ids).steered(Steering.of(later)))
            .get(0)
            .activations()
            .get(SITE);
    check(answer, seen, direction("kitchen-question", SITE));
    Floats plain = server.model().trace(Prompt.ofIds(ids)).get(0).activations().get(SITE);
    assertThat(seen.distance(plain)).isGreaterThan(1);
  }

  @Test
  void promptAndCompletionAreToldApart() {
    Answer answer =
        server.post("/v1/probe", "prompt", TEXT, "completion", " Warm the oven.", "vector", "joy");
    int prompt = server.model().tokenizer().orElseThrow().encode(TEXT).length;
    assertThat(answer.json().get("prompt_tokens")).isEqualTo((long) prompt);
    assertThat(tokens(answer).size()).isGreaterThan(prompt);
  }

  @Test
  void thresholdIsThatOfTheVectorsCondition() {
    VectorFile.write(
        vector("kitchen-question").vector(),
        Map.of("when", "@2.resid_mid<0.25"),
        server.vectors().resolve("gate.safetensors"));
    try (TestServer again = TestServer.start(folder.resolve("demo"))) {
      Map<?, ?> gate = again.post("/v1/probe", "text", TEXT, "vector", "gate").json();
      assertThat(gate.get("threshold")).isEqualTo(0.25);
      assertThat(gate.get("above")).isEqualTo(false);
    }
    assertThat(server.post("/v1/probe", "text", TEXT, "vector", "joy").json().get("threshold"))
        .isNull();
  }

  @Test
  void aProjectionIsReadByWhatItReads() {
    Answer answer =
        server.post("/v1/probe", "text", TEXT, "vector", "compliance", "site", "1.resid_mid");
    Site site = new Site.InBlock(1, Site.Kind.RESID_MID);
    Floats seen = server.model().trace(Prompt.of(TEXT)).get(0).activations().get(site);
    check(
        answer,
        seen,
        vector("compliance").vector().edits().get(site).tensors().get("read").values());
  }

  @Test
  void saysWhatIsWrong() {
    refused(404, "vector-not-found", "text", TEXT, "vector", "jolly");
    refused(400, "bad-request", "text", TEXT, "vector", "joy", "site", "9.resid_mid");
    refused(400, "site-not-named", "text", TEXT, "vector", "joy", "site", "2.resid_mid");
    refused(400, "bad-request", "vector", "joy");
    refused(400, "bad-request", "token_ids", List.of(), "vector", "joy");
    refused(400, "bad-request", "token_ids", List.of(1, 1.5), "vector", "joy");
    refused(400, "bad-request", "token_ids", List.of(1), "prompt_tokens", 2, "vector", "joy");
    refused(400, "unknown-token", "token_ids", List.of(99_999), "vector", "joy");
    refused(400, "prompt-too-long", "text", TEXT.repeat(40), "vector", "joy");
    refused(413, "too-large", "text", TEXT.repeat(1000), "vector", "joy");
  }

  @Test
  void aVectorThatIsNotThereIsRefusedInTheWordsOfTheApi() {
    Answer answer = server.post("/v1/probe", "text", TEXT, "vector", "x".repeat(100_000));
    assertThat(answer.text()).contains("`vector`: ", "GET /v1/vectors lists them");
    assertThat(answer.text()).doesNotContain("kitchen-question", "path").hasSizeLessThan(1000);
  }

  @Test
  void problemsAreToldInTheWordsOfTheApi() {
    Answer missing = server.post("/v1/probe", "text", TEXT, "vector", "jox");
    assertThat(missing.status()).isEqualTo(404);
    assertThat(missing.text()).contains("did you mean `joy`").doesNotContain("--", "calm");
    server.put("/v1/vectors/vague", vectorThatSays("@2>x"));
    Answer vague = server.post("/v1/probe", "text", TEXT, "vector", "vague");
    assertThat(vague.status()).isEqualTo(400);
    assertThat(vague.text()).contains("`vague@2>x`").doesNotContain("--", "shell");
    server.delete("/v1/vectors/vague");
  }

  private static byte[] vectorThatSays(String when) {
    Object vector =
        Json.object(
            "values",
            Collections.nCopies(128, 1.0),
            "site",
            "2.resid_mid",
            "metadata",
            Json.object("when", when));
    return Json.write(vector).getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aFieldThatIsUnknownIsNoneThatHasNoEffect() {
    Answer answer = server.post("/v1/probe", "text", TEXT, "vector", "joy", "steerings", "joy:4");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).contains("did you mean `steering`?");
  }

  private static void refused(int status, String code, Object... pairs) {
    Answer answer = server.post("/v1/probe", pairs);
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(((Map<?, ?>) answer.json().get("error")).get("code")).isEqualTo(code);
  }

  @Test
  void aModelWithoutTheTapSaysSo() {
    VectorFile joy = vector("joy");
    assertThatThrownBy(() -> Probe.of(joy, Optional.empty(), Set.of(SITE)))
        .isInstanceOfSatisfying(
            SteercException.class,
            e -> {
              assertThat(e.problems().get(0).code().slug()).isEqualTo("tap-missing");
              assertThat(e.problems().get(0).help()).contains("--at 1.resid_mid:tap");
            });
  }

  @Test
  void oneIsReadAtATime() throws Exception {
    Turn turn = new Turn(4, Duration.ofMillis(1));
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Thread first =
        new Thread(
            () -> {
              try {
                turn.take(
                    () -> {
                      inside.countDown();
                      return await(leave);
                    });
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    first.start();
    inside.await();
    assertThatThrownBy(() -> turn.take(() -> "second"))
        .isInstanceOfSatisfying(
            SteercException.class,
            e -> assertThat(e.problems().get(0).code().slug()).isEqualTo("overloaded"));
    leave.countDown();
    first.join();
    assertThat(turn.take(() -> "third")).isEqualTo("third");
  }

  private static boolean await(CountDownLatch latch) {
    try {
      latch.await();
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }
}
