package dev.steerc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.cli.serve.TestServer;
import dev.steerc.manifest.Json;
import dev.steerc.models.demo.DemoModel;
import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code steerc serve} as a script has it: what it says first, and how it ends. */
class ServeCommandTest {
  private static final int REQUESTS = 12;
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir static Path folder;

  private static DemoModel demo;

  @BeforeAll
  static void patch() {
    demo = TestServer.patched(folder);
  }

  private static Steered.Run serve(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("serve"));
    all.addAll(List.of(arguments));
    return new Steered(folder).run(all.toArray(new String[0]));
  }

  @Test
  void signalFinishesWhatRuns() throws Exception {
    Process process =
        new Steered(folder)
            .builder(
                List.of(),
                "serve",
                "model.steered.onnx",
                "--port=0",
                "--json",
                "--log=json",
                "--max-batch=1",
                "--threads=1")
            .redirectError(folder.resolve("log.txt").toFile())
            .start();
    try {
      BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
      Map<?, ?> first = (Map<?, ?>) Json.parse(lines.readLine());
      assertThat(first.get("model")).isEqualTo("model");
      assertThat(first.get("keys")).isEqualTo(false);
      String url = (String) first.get("url");
      assertThat(url).isEqualTo("http://127.0.0.1:" + first.get("port"));
      List<CompletableFuture<HttpResponse<String>>> answers = complete(url);
      while (!get(url + "/metrics").contains("\nsteerc_prompt_tokens_total " + 3.0 * REQUESTS)) {
        Thread.sleep(1); // until all have been taken in
      }
      process.toHandle().destroy(); // SIGTERM; the process's own method closes its pipes as well
      for (CompletableFuture<HttpResponse<String>> answer : answers) {
        assertThat(answer.get(1, TimeUnit.MINUTES).statusCode()).isEqualTo(200);
      }
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).isZero();
      assertThat(lines.readLine()).isNull();
    } finally {
      process.destroyForcibly();
    }
  }

  private static List<CompletableFuture<HttpResponse<String>>> complete(String url) {
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(url + "/v1/completions"))
              .header("Content-Type", "application/json")
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      "{\"prompt\":\"I feel\",\"steering\":\"joy:4\"}"))
              .build();
      answers.add(HTTP.sendAsync(request, HttpResponse.BodyHandlers.ofString()));
    }
    return answers;
  }

  private static String get(String url) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
    return HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  @Test
  void unpatchedModelIsRefused() throws Exception {
    Steered.Run run = serve(demo.model().toString(), "--port=0");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.output()).contains("error[port-missing]", "steerc patch", "model.onnx");
  }

  @Test
  void publicAddressIsRefused() throws Exception {
    Steered.Run run = serve("model.steered.onnx", "--host=0.0.0.0", "--port=0");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.output()).contains("error[key-needed]", "--api-key-file");
  }

  @Test
  void aFileIsNoFolderOfVectors() throws Exception {
    Steered.Run run = serve("model.steered.onnx", "--vectors=model.steered.onnx", "--port=0");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.output()).contains("`model.steered.onnx` is no folder");
  }

  @Test
  void wrongOptionsAreToldTogether() throws Exception {
    Steered.Run run = serve("model.steered.onnx", "--max-batch=0", "--max-body=1");
    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.output()).contains("--max-batch cannot be 0", "--max-body cannot be 1");
    assertThat(serve("m", "--max-body=lots").output()).contains("no size such as 64m");
    assertThat(serve("m", "--stop-timeout=soon").output()).contains("no time such as 30s");
    assertThat(serve("m", "--log=xml").output()).contains("no form of a log");
    assertThat(serve("m", "--port=70000").output()).contains("no port");
  }
}
