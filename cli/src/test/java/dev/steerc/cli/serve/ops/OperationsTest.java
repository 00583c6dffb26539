package dev.steerc.cli.serve.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.steerc.cli.serve.ServeOptions;
import dev.steerc.cli.serve.Server;
import dev.steerc.cli.serve.TestServer;
import dev.steerc.cli.serve.TestServer.Answer;
import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.SteercException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators see: health, metrics and the log. */
class OperationsTest {
  @TempDir static Path folder;

  private TestServer start(boolean jsonLog, boolean logPrompts) {
    return TestServer.start(
        folder,
        o ->
            new ServeOptions(
                o.host(),
                o.port(),
                o.name(),
                o.vectors(),
                o.keys(),
                o.limits(),
                jsonLog,
                logPrompts,
                o.inline(),
                o.origins()));
  }

  private static Answer complete(TestServer server, String prompt) {
    return server.post("/v1/completions", "prompt", prompt, "steering", "joy:4");
  }

  /** The lines of the log about an address; one may come a moment after its answer. */
  private static List<String> lines(TestServer server, String path) throws InterruptedException {
    while (!server.log().contains(path)) {
      Thread.sleep(5);
    }
    return server.log().lines().filter(line -> line.contains(path)).toList();
  }

  private static double value(TestServer server, String name) {
    return server
        .get("/metrics")
        .text()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
        .findFirst()
        .orElse(-1);
  }

  @Test
  void healthTellsTheState() {
    try (TestServer server = start(false, false)) {
      Answer answer = server.get("/health");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.text()).isEqualTo("{\"status\":\"ok\",\"model\":\"demo\"}");
      HttpRequest.Builder head =
          HttpRequest.newBuilder(server.at("/health"))
              .method("HEAD", HttpRequest.BodyPublishers.noBody());
      assertThat(TestServer.send(head).status()).isEqualTo(200);
    }
  }

  @Test
  void healthTellsThatNothingIsGenerated() throws Exception {
    try (TestServer server = start(false, false)) {
      Thread.getAllStackTraces().keySet().stream()
          .filter(thread -> thread.getName().equals("batch"))
          .forEach(Thread::interrupt);
      while (server.get("/health").status() == 200) {
        Thread.sleep(5);
      }
      assertThat(server.get("/health").text()).contains("\"status\":\"failed\"");
      Answer refused = complete(server, "I feel");
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.text()).contains("\"code\":\"stopping\"");
    }
  }

  @Test
  void takenPortIsAProblem() {
    try (TestServer server = start(false, false)) {
      int port = server.server().port();
      ServeOptions options = server.server().options();
      ServeOptions same =
          new ServeOptions(
              options.host(),
              port,
              options.name(),
              options.vectors(),
              options.keys(),
              options.limits(),
              false,
              false,
              true,
              List.of());
      Log log = new Log(System.err, false, false);
      SteercException refusal =
          catchThrowableOfType(
              SteercException.class, () -> Server.start(server.model(), same, log));
      assertThat(refusal.problems().get(0).code()).isEqualTo(Code.PORT_TAKEN);
      assertThat(refusal).hasMessageContaining("127.0.0.1:" + port);
    }
  }

  @Test
  void metricsCountWhatWasDone() throws Exception {
    try (TestServer server = start(false, false)) {
      assertThat(complete(server, "I feel").status()).isEqualTo(200);
      server.get("/secret-1");
      server.get("/secret-2");
      lines(server, "/secret-2");
      String text = server.get("/metrics").text();
      assertThat(text)
          .contains("# TYPE steerc_time_to_first_token_seconds histogram")
          .contains(
              "steerc_requests_total{method=\"POST\",route=\"/v1/completions\",status=\"200\"} 1.0")
          .contains("steerc_requests_total{method=\"GET\",route=\"none\",status=\"404\"} 2.0")
          .contains("steerc_problems_total{code=\"no-such-path\"} 2.0")
          .contains("steerc_time_to_first_token_seconds_bucket{le=\"0.001\"}")
          .contains("steerc_time_to_first_token_seconds_bucket{le=\"60.0\"} 1")
          .contains("steerc_time_to_first_token_seconds_count 1")
          .contains("steerc_vector_changes_total{change=\"put\"} 0.0")
          .doesNotContain("secret");
      double tokens = value(server, "steerc_generated_tokens_total");
      assertThat(tokens).isBetween(1.0, 60.0);
      assertThat(value(server, "steerc_time_per_token_seconds_count")).isEqualTo(tokens - 1);
      assertThat(value(server, "steerc_prompt_tokens_total")).isPositive();
      assertThat(value(server, "steerc_batch_texts")).isZero();
      assertThat(value(server, "steerc_queue_requests")).isZero();
      assertThat(value(server, "steerc_java_threads")).isPositive();
    }
  }

  @Test
  void openMetricsIsSpokenToo() {
    try (TestServer server = start(false, false)) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(server.at("/metrics"))
              .header("Accept", "application/openmetrics-text;version=1.0.0");
      assertThat(TestServer.send(request).text()).endsWith("# EOF\n");
    }
  }

  @Test
  void logIsOneObjectForEachRequest() throws Exception {
    try (TestServer server = start(true, false)) {
      Answer answer = complete(server, "A secret prompt");
      Map<?, ?> line = (Map<?, ?>) Json.parse(lines(server, "/v1/completions").get(0));
      assertThat(line.get("status")).isEqualTo(200L);
      assertThat(line.get("method")).isEqualTo("POST");
      assertThat(line.get("caller")).isEqualTo("127.0.0.1");
      assertThat(line.get("problem")).isNull();
      assertThat((Long) line.get("generated_tokens")).isPositive();
      assertThat((List<?>) line.get("steering")).hasSize(1);
      assertThat(line.get("id"))
          .isEqualTo(answer.response().headers().firstValue("X-Request-Id").orElseThrow());
      assertThat(line.get("time")).asString().matches("\\d{4}-.*Z");
      assertThat(server.log()).doesNotContain("secret");
    }
  }

  @Test
  void promptsAreLoggedWhenAskedFor() throws Exception {
    try (TestServer server = start(true, true)) {
      complete(server, "A secret\nprompt");
      Map<?, ?> line = (Map<?, ?>) Json.parse(lines(server, "/v1/completions").get(0));
      assertThat(line.get("prompts")).isEqualTo(List.of("A secret\nprompt"));
      assertThat((List<?>) line.get("texts")).hasSize(1);
    }
  }

  @Test
  void textStaysOnItsLine() throws Exception {
    try (TestServer server = start(false, true)) {
      complete(server, "one\ntwo\u001b[2J\u202e");
      server.get("/a%0d%0ab?token=hidden");
      List<String> lines = lines(server, "/a%0d%0ab");
      assertThat(lines).hasSize(1);
      assertThat(lines.get(0)).contains("  404  GET /a%0d%0ab  ", "[no-such-path]");
      assertThat(server.log().lines()).hasSize(2).allMatch(line -> line.startsWith("20"));
      assertThat(server.log())
          .doesNotContain("\u001b", "\u202e", "hidden")
          .contains("tokens  sha256:");
    }
  }
}
