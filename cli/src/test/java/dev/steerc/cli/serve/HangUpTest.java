package dev.steerc.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import dev.steerc.cli.serve.batching.Scheduler;
import dev.steerc.manifest.Json;
import dev.steerc.runtime.Prompt;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that go before they have their answer, and others that do not read it. */
@Timeout(60)
class HangUpTest {
  private static final String HELD = body(EndlessModel.MOST, false);
  private static final String STREAMED = body(EndlessModel.MOST, true);

  @TempDir static Path folder;
  private static EndlessModel served;
  private static Scheduler scheduler;
  private final List<Socket> sockets = new ArrayList<>();

  @BeforeAll
  static void start() throws IOException {
    served = EndlessModel.start(folder, 2, Duration.ofMinutes(10));
    scheduler = served.server().scheduler();
  }

  @AfterEach
  void hangUp() throws Exception {
    for (Socket socket : sockets) {
      socket.close();
    }
    await(() -> scheduler.running() + scheduler.waiting() == 0);
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  private static String body(int tokens, boolean stream) {
    return Json.write(
        Json.object("prompt", "a", "max_tokens", tokens, "seed", 3, "stream", stream));
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      Thread.sleep(10);
    }
  }

  /** Sends a request, and leaves reading to the caller. */
  private Socket connect(String body) throws IOException {
    Socket socket = new Socket("127.0.0.1", served.server().port());
    sockets.add(socket);
    send(socket, body, "");
    return socket;
  }

  private static void send(Socket socket, String body, String headers) throws IOException {
    String head = "POST /v1/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers;
    String request = head + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void closingAStreamFreesTheBatch() throws Exception {
    OpenAIClient client =
        OpenAIOkHttpClient.builder()
            .baseUrl(served.at("/v1").toString())
            .apiKey("any")
            .maxRetries(0)
            .build();
    CompletionCreateParams params =
        CompletionCreateParams.builder()
            .model("endless")
            .prompt("a")
            .maxTokens(EndlessModel.MOST)
            .build();
    try (StreamResponse<Completion> stream = client.completions().createStreaming(params)) {
      assertThat(stream.stream().limit(3).count()).isEqualTo(3);
      assertThat(scheduler.running()).isEqualTo(1);
    }
    await(() -> scheduler.running() == 0);
    client.close();
  }

  @Test
  void hangingUpFreesTheBatchThoughNothingIsWritten() throws Exception {
    Socket gone = connect(HELD);
    await(() -> scheduler.running() == 1);
    gone.close();
    await(() -> scheduler.running() == 0);
  }

  @Test
  void whoHasGoneNoLongerWaits() throws Exception {
    connect(HELD);
    connect(HELD);
    await(() -> scheduler.running() == 2);
    Socket gone = connect(HELD);
    await(() -> scheduler.waiting() == 1);
    gone.close();
    await(() -> scheduler.waiting() == 0);
    assertThat(scheduler.running()).isEqualTo(2);
  }

  @Test
  void whoDoesNotReadHoldsNobodyUp() throws Exception {
    connect(STREAMED);
    await(() -> scheduler.running() == 1);
    assertThat(text(answer(body(20, false)))).isEqualTo(expected(20));
  }

  /** Looking for a hang-up reads from the connection, and must not eat the next request. */
  @Test
  void requestSentAheadIsAnsweredToo() throws Exception {
    Socket running = connect(HELD);
    connect(HELD);
    await(() -> scheduler.running() == 2);
    Socket ahead = connect(body(20, false));
    await(() -> scheduler.waiting() == 1);
    send(ahead, body(30, false), "Connection: close\r\n");
    Thread.sleep(1200); // until it has looked
    running.close();
    String both = new String(ahead.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(both.split("HTTP/1.1 200 OK")).hasSize(3);
    assertThat(both).contains(Json.write(expected(20)), Json.write(expected(30)));
  }

  private String expected(int tokens) {
    return served
        .model()
        .generate(Prompt.of("a").with(s -> s.maxNewTokens(tokens).seed(3)))
        .get(0)
        .text();
  }

  private TestServer.Answer answer(String body) {
    return TestServer.send(
        HttpRequest.newBuilder(served.at("/v1/completions"))
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private static String text(TestServer.Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    Map<?, ?> choice = (Map<?, ?>) ((List<?>) answer.json().get("choices")).get(0);
    return choice.get("text").toString();
  }

  @Test
  void eventsComeWhileTheTextIsGenerated() throws Exception {
    Socket reads = connect(STREAMED);
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(reads.getInputStream(), StandardCharsets.UTF_8));
    assertThat(lines.lines().filter(line -> line.startsWith("data: ")).limit(5)).hasSize(5);
    assertThat(scheduler.running()).isEqualTo(1);
  }
}
