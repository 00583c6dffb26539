package dev.steerc.cli.serve.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.cli.serve.ServeOptions;
import dev.steerc.cli.serve.TestServer;
import dev.steerc.manifest.Json;
import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import dev.steerc.runtime.steering.VectorStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the API has besides OpenAI's fields, and what its streams look like. */
class CompletionTest {
  private static final String PROMPT = "The weather today is";

  @TempDir static Path folder;
  private static TestServer server;
  private static Alone alone;

  @BeforeAll
  static void start() {
    server = TestServer.start(folder, CompletionTest::withHugeVector);
    alone = new Alone(server);
  }

  /** A vector that overflows inside the model. */
  private static ServeOptions withHugeVector(ServeOptions options) {
    float[] huge = new float[128];
    Arrays.fill(huge, 1e38f);
    huge[0] = -3e38f;
    Vector joy = VectorStore.open(options.vectors()).get("joy");
    Site site = joy.edits().keySet().iterator().next();
    Vector vector = Vector.at(site, "huge", new Edit.Add(new Floats(new long[] {128}, huge)));
    VectorFile.write(vector, Map.of(), options.vectors().resolve("huge.safetensors"));
    return options;
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Map<String, Object> body(Object... more) {
    Map<String, Object> body =
        Json.object("model", "demo", "prompt", PROMPT, "max_tokens", 16L, "seed", 7L);
    body.putAll(Json.object(more));
    return body;
  }

  private static List<Map<?, ?>> choices(Map<String, Object> body) {
    TestServer.Answer answer = TestServer.send(server.json("/v1/completions", body));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return maps(answer.json().get("choices"));
  }

  private static List<Map<?, ?>> maps(Object list) {
    List<Map<?, ?>> maps = new ArrayList<>();
    ((List<?>) list).forEach(one -> maps.add((Map<?, ?>) one));
    return maps;
  }

  private static String text(String prompt, long seed, String... steers) {
    Steering steering = steers.length == 0 ? Steering.NONE : alone.steering(steers);
    return alone.text(prompt, steering, s -> s.maxNewTokens(16).seed(seed)).text();
  }

  @Test
  void comparisonHasPlainTextsBeforeSteeredOnes() {
    List<Map<?, ?>> choices =
        choices(
            body(
                "compare",
                true,
                "steering",
                "joy:4",
                "n",
                2L,
                "prompt",
                List.of(PROMPT, "I feel")));
    assertThat(choices).hasSize(8);
    for (int i = 0; i < 8; i++) {
      boolean steered = i / 2 % 2 == 1;
      String prompt = i < 4 ? PROMPT : "I feel";
      long seed = 7 + i % 2;
      Map<?, ?> choice = choices.get(i);
      assertThat(choice.get("index")).isEqualTo((long) i);
      assertThat(choice.get("steered")).isEqualTo(steered);
      assertThat(choice.get("text"))
          .isEqualTo(steered ? text(prompt, seed, "joy:4") : text(prompt, seed));
      Map<?, ?> receipt = (Map<?, ?>) choice.get("steering");
      assertThat(receipt.get("fingerprint") != null).isEqualTo(steered);
      assertThat(receipt.get("seed")).isEqualTo(seed);
    }
  }

  @Test
  void comparisonWithoutSeedStillSharesOne() {
    List<Map<?, ?>> choices = choices(body("compare", true, "steering", "joy:0", "seed", null));
    assertThat(choices.get(0).get("text")).isEqualTo(choices.get(1).get("text"));
  }

  @Test
  void echoBeginsWithThePrompt() {
    assertThat(choices(body("echo", true)).get(0).get("text")).isEqualTo(PROMPT + text(PROMPT, 7));
    StringBuilder streamed = new StringBuilder();
    events(body("echo", true)).forEach(chunk -> streamed.append(choice(chunk).get("text")));
    assertThat(streamed).hasToString(PROMPT + text(PROMPT, 7));
  }

  @Test
  void tokenIdsAreReturned() {
    Map<?, ?> choice = choices(body("return_token_ids", true)).get(0);
    var expected = alone.text(PROMPT, Steering.NONE, s -> s.maxNewTokens(16).seed(7));
    assertThat((List<?>) choice.get("token_ids")).isEqualTo(longs(expected.tokens()));
    assertThat((List<?>) choice.get("prompt_token_ids")).isEqualTo(longs(expected.prompt()));
    List<Object> streamed = new ArrayList<>();
    events(body("return_token_ids", true))
        .forEach(chunk -> streamed.addAll((List<?>) choice(chunk).get("token_ids")));
    assertThat(streamed).isEqualTo(longs(expected.tokens()));
  }

  private static List<Long> longs(long[] ids) {
    return Arrays.stream(ids).boxed().toList();
  }

  @Test
  void stopTokensEndTheText() {
    long[] tokens = alone.text(PROMPT, Steering.NONE, s -> s.maxNewTokens(16).seed(7)).tokens();
    Map<?, ?> choice =
        choices(body("stop_token_ids", List.of(tokens[4]), "return_token_ids", true)).get(0);
    int end = longs(tokens).indexOf(tokens[4]) + 1;
    assertThat((List<?>) choice.get("token_ids")).isEqualTo(longs(tokens).subList(0, end));
    assertThat(choice.get("finish_reason")).isEqualTo("stop");
  }

  @Test
  void samplingIsThatOfTheRequest() {
    String expected =
        alone
            .text(
                PROMPT,
                Steering.NONE,
                s ->
                    s.maxNewTokens(16)
                        .sampling(
                            p ->
                                p.temperature(3)
                                    .topP(0.95)
                                    .topK(20)
                                    .minP(0.01)
                                    .repetitionPenalty(1.1)
                                    .frequencyPenalty(0.5)
                                    .presencePenalty(0.7)
                                    .seed(7)))
            .text();
    Map<?, ?> choice =
        choices(
                body(
                    "temperature",
                    3L,
                    "top_p",
                    0.95,
                    "top_k",
                    20L,
                    "min_p",
                    0.01,
                    "repetition_penalty",
                    1.1,
                    "frequency_penalty",
                    0.5,
                    "presence_penalty",
                    0.7))
            .get(0);
    assertThat(choice.get("text")).isEqualTo(expected).isNotEqualTo(text(PROMPT, 7));
    assertThat(choices(body("temperature", 0L)).get(0).get("text"))
        .isEqualTo(alone.text(PROMPT, Steering.NONE, s -> s.maxNewTokens(16).greedy()).text());
  }

  @Test
  void moreTextsThanTheServerRunsAreRefused() {
    TestServer.Answer answer =
        TestServer.send(
            server.json("/v1/completions", body("prompt", Collections.nCopies(17, PROMPT))));
    assertThat(answer.status()).isEqualTo(413);
  }

  @Test
  void streamEndsWithDone() {
    try (Stream<String> lines =
        TestServer.events(server.json("/v1/completions", body("stream", true)))) {
      List<String> all = lines.toList();
      assertThat(all.get(all.size() - 1)).isEqualTo("[DONE]");
      assertThat(all.subList(0, all.size() - 1))
          .allMatch(line -> line.startsWith("{\"id\":\"cmpl"));
    }
  }

  @Test
  void streamOfSeveralTextsTellsThemApart() {
    String[] texts = {"", "", "", ""};
    for (Map<?, ?> chunk : events(body("n", 2L, "compare", true, "steering", "joy:4"))) {
      Map<?, ?> choice = choice(chunk);
      int index = ((Long) choice.get("index")).intValue();
      texts[index] += choice.get("text");
      assertThat(choice.get("steered")).isEqualTo(index > 1);
    }
    assertThat(texts)
        .containsExactly(
            text(PROMPT, 7), text(PROMPT, 8), text(PROMPT, 7, "joy:4"), text(PROMPT, 8, "joy:4"));
  }

  private static List<Map<?, ?>> events(Map<String, Object> body) {
    body.put("stream", true);
    try (Stream<String> lines = TestServer.events(server.json("/v1/completions", body))) {
      return maps(lines.filter(line -> !line.equals("[DONE]")).map(Json::parse).toList());
    }
  }

  private static Map<?, ?> choice(Map<?, ?> chunk) {
    return (Map<?, ?>) ((List<?>) chunk.get("choices")).get(0);
  }

  /** Sixteen clients at once, each with a steering of its own. */
  @Test
  void eachOfManyGetsTheTextItWouldGetAlone() {
    List<String> vectors = List.of("joy", "gloom", "formal", "pirate");
    ExecutorService clients = Executors.newFixedThreadPool(16);
    List<CompletableFuture<Object>> texts = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      Map<String, Object> body = body("steering", steer(vectors, i), "seed", (long) i);
      texts.add(CompletableFuture.supplyAsync(() -> choices(body).get(0).get("text"), clients));
    }
    for (int i = 0; i < 32; i++) {
      assertThat(texts.get(i).join()).isEqualTo(text(PROMPT, i, steer(vectors, i)));
    }
    clients.shutdown();
  }

  private static String steer(List<String> vectors, int i) {
    return vectors.get(i % 4) + ":" + (1 + i / 4) / 2.0;
  }

  @Test
  void scoresThatAreNotFiniteAreABadRequest() {
    Map<String, Object> body = body("steering", "huge:1");
    TestServer.Answer answer = TestServer.send(server.json("/v1/completions", body));
    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.text()).contains("scores-not-finite");
    body.put("stream", true);
    TestServer.Answer stream = TestServer.send(server.json("/v1/completions", body));
    assertThat(stream.status()).isEqualTo(400);
  }

  /** The plain text of a comparison comes; the steered one fails in the middle of the stream. */
  @Test
  void failureInAStreamIsItsLastEvent() {
    Map<String, Object> body = body("steering", "huge:1", "compare", true, "stream", true);
    TestServer.Answer answer = TestServer.send(server.json("/v1/completions", body));
    assertThat(answer.status()).isEqualTo(200);
    String[] events = answer.text().strip().split("\n\n");
    assertThat(events[events.length - 1])
        .contains("scores-not-finite")
        .startsWith("data: {\"error\"");
    assertThat(answer.text()).doesNotContain("[DONE]");
  }
}
