package dev.steerc.cli.serve.http;

import static dev.steerc.cli.serve.http.FrontServer.request;
import static dev.steerc.cli.serve.http.FrontServer.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes that are no HTTP, sizes that are lies, and clients that are slow, gone or many. */
@Timeout(60)
class HostileClientsTest {
  private static final Duration SOON = Duration.ofMillis(300);
  private static final int BATCH = 2;
  private static final int QUEUE = 4;
  private static final int PLACES = BATCH + QUEUE + 32;

  private final CountDownLatch held = new CountDownLatch(PLACES);
  private final CountDownLatch release = new CountDownLatch(1);
  private final CompletableFuture<Throwable> gone = new CompletableFuture<>();
  private FrontServer server;

  private void start(Duration idle) {
    server =
        new FrontServer(
            FrontServer.limits(BATCH, QUEUE, idle), Optional.empty(), List.of(), this::routes);
  }

  @AfterEach
  void stop() {
    release.countDown();
    server.close();
  }

  private void routes(RoutesConfig routes) {
    routes.get("/health", request -> request.result("well"), Role.ANYONE);
    routes.post("/echo", HostileClientsTest::echo, Role.USE);
    routes.post("/v2/echo", HostileClientsTest::echo, Role.USE);
    routes.put(
        "/vector", request -> request.result("got " + length(request)), Role.ADMIN, Bodies.LARGE);
    routes.get("/stream", this::stream, Role.USE);
    routes.post("/wait", request -> hold(), Role.USE);
    routes.get("/mistake", HostileClientsTest::mistake, Role.USE);
    routes.get("/half", HostileClientsTest::half, Role.USE);
    routes.get("/overflow", request -> overflow(0), Role.USE);
    routes.get("/busy", HostileClientsTest::busy, Role.USE);
  }

  private void hold() throws InterruptedException {
    held.countDown();
    release.await();
  }

  private static void echo(Context request) {
    request.result(Json.write(Body.of(request).fields()));
  }

  private static int length(Context request) throws IOException {
    return request.bodyInputStream().readAllBytes().length;
  }

  private static void mistake(Context request) {
    throw new IllegalStateException("secret");
  }

  private static void half(Context request) throws IOException {
    request.res().getOutputStream().print("half");
    request.res().flushBuffer();
    throw new IllegalStateException("secret");
  }

  private static int overflow(int depth) {
    return overflow(depth + 1) + 1;
  }

  private static void busy(Context request) {
    throw Problem.of(Code.OVERLOADED, "busy").exception();
  }

  /** Writes until the client has gone or was cut off. */
  private void stream(Context request) {
    byte[] event = ("data: " + "x".repeat(8000) + "\n\n").getBytes(StandardCharsets.US_ASCII);
    try {
      OutputStream out = request.contentType("text/event-stream").res().getOutputStream();
      while (true) {
        out.write(event);
        out.flush();
      }
    } catch (IOException e) {
      gone.complete(e);
    }
  }

  private static Map<?, ?> error(String answer) {
    assertThat(answer)
        .contains("Content-Type: application/json", "X-Content-Type-Options: nosniff");
    assertThat(answer).doesNotContain("Server:", "Jetty", "<html");
    Map<?, ?> body = (Map<?, ?>) Json.parse(answer.substring(answer.indexOf("\r\n\r\n") + 4));
    Map<?, ?> error = (Map<?, ?>) body.get("error");
    assertThat(error.get("message")).asString().isNotEmpty();
    assertThat(error.containsKey("type")).isTrue();
    assertThat(error.containsKey("param")).isTrue();
    return error;
  }

  private void check(String request, int status, Code code) throws IOException {
    String answer = server.answer(request);
    assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
    assertThat(error(answer).get("code")).isEqualTo(code.slug());
    isWell();
  }

  private void isWell() throws IOException {
    assertThat(server.answer(request("GET /health"))).contains(" 200 ", "well");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NONSENSE\r\n\r\n",
        "GET\r\n\r\n",
        "GET /health HTTP/9.9\r\n\r\n",
        "GET /health HTTP/1.1\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: many\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
        "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n"
      })
  void bytesThatAreNoHttp(String bytes) throws Exception {
    start(Limits.DEFAULT.idleTime());
    String answer = server.answer(bytes);
    assertThat(answer).matches("(?s)HTTP/1\\.[01] 400 .*");
    assertThat(error(answer).get("code")).isEqualTo("bad-request");
    isWell();
    awaitLog("\"status\":400");
    assertThat(server.log()).contains("bad-request");
  }

  /** The log has a line when a request is over, which may be behind its answer. */
  private void awaitLog(String part) throws InterruptedException {
    while (!server.log().contains(part)) {
      Thread.sleep(5);
    }
  }

  @Test
  void addressesThatThereAreNot() throws Exception {
    start(Limits.DEFAULT.idleTime());
    check(request("GET /nothing"), 404, Code.NO_SUCH_PATH);
    check(request("GET /../../etc/passwd"), 400, Code.BAD_REQUEST);
    check(request("GET /health/%2e%2e/health"), 404, Code.NO_SUCH_PATH);
    check(request("DELETE /health"), 405, Code.NO_SUCH_PATH);
    check(request("OPTIONS /health"), 405, Code.NO_SUCH_PATH);
    assertThat(server.answer(request("DELETE /health"))).contains("Allow: GET");
  }

  @Test
  void webSocketsAreNotSpoken() throws Exception {
    start(Limits.DEFAULT.idleTime());
    String answer =
        server.answer(
            """
            GET /health HTTP/1.1
            Host: localhost
            Connection: Upgrade
            Upgrade: websocket
            Sec-WebSocket-Version: 13
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

            """
                .replace("\n", "\r\n"));
    assertThat(answer).startsWith("HTTP/1.1 200 ").contains("well").doesNotContain("Set-Cookie");
  }

  @Test
  void headersThatAreTooLong() throws Exception {
    start(Limits.DEFAULT.idleTime());
    check(request("GET /health", "X-Long: " + "x".repeat(9000)), 431, Code.TOO_LARGE);
    while (server.log().isEmpty()) {
      Thread.sleep(5);
    }
    assertThat(server.log()).contains("\"status\":431");
    check(request("GET /" + "x".repeat(9000)), 414, Code.TOO_LARGE);
  }

  @Test
  void bodiesThatAreTooLong() throws Exception {
    start(Limits.DEFAULT.idleTime());
    check(request("POST /echo", "Content-Length: 10001"), 413, Code.TOO_LARGE);
    check(request("POST /echo", "Content-Length: 9223372036854775807"), 413, Code.TOO_LARGE);
    check(request("PUT /vector", "Content-Length: 20001"), 413, Code.TOO_LARGE);
    String chunk = "400\r\n" + "x".repeat(1024) + "\r\n";
    String chunked = request("POST /echo", "Transfer-Encoding: chunked");
    check(chunked + chunk.repeat(10), 413, Code.TOO_LARGE);
    String vector = request("PUT /vector", "Content-Length: 15000") + "x".repeat(15_000);
    assertThat(server.answer(vector)).contains(" 200 ", "got 15000");
  }

  @Test
  void bodiesThatAreNoJson() throws Exception {
    start(Limits.DEFAULT.idleTime());
    for (String body : List.of("", "{", "[]", "\u00ff", "[".repeat(5000), "{\"a\":1}x")) {
      String head = request("POST /echo", "Content-Length: " + body.length());
      check(head + body, 400, Code.BAD_REQUEST);
      String inference = server.answer(head.replace("/echo", "/v2/echo") + body);
      assertThat(inference).contains(" 400 ", "{\"error\":\"");
    }
  }

  @Test
  void bodyThatEndsTooEarly() throws Exception {
    start(Limits.DEFAULT.idleTime());
    server.answer(request("POST /echo", "Content-Length: 100") + "{\"a\":");
    isWell();
    awaitLog("\"path\":\"/echo\"");
    assertThat(server.log()).contains("\"status\":400").doesNotContain("\"trace\"");
  }

  @Test
  void mistakesOfOurOwnTellNothing() throws Exception {
    start(Limits.DEFAULT.idleTime());
    for (String path : List.of("/mistake", "/overflow")) {
      String answer = server.answer(request("GET " + path));
      assertThat(answer).contains(" 500 ").doesNotContain("secret", "at dev.steerc");
      assertThat(error(answer).get("code")).isEqualTo("internal");
      isWell();
    }
    assertThat(server.log()).contains("secret", "StackOverflowError");
  }

  @Test
  void mistakesInTheMiddleOfAnAnswerAddNothingToIt() throws Exception {
    start(Limits.DEFAULT.idleTime());
    String answer = server.answer(request("GET /half"));
    assertThat(answer).contains(" 200 ", "half").doesNotContain("error", "secret");
    awaitLog("\"path\":\"/half\"");
    assertThat(server.log()).contains("IllegalStateException: secret").contains("internal");
  }

  @Test
  void busyServerSaysWhenToComeBack() throws Exception {
    start(Limits.DEFAULT.idleTime());
    check(request("GET /busy"), 429, Code.OVERLOADED);
    assertThat(server.answer(request("GET /busy"))).contains("Retry-After: 1");
  }

  @Test
  void slowSenderIsCutOff() throws Exception {
    start(SOON);
    try (Socket socket = server.connect()) {
      send(socket, request("POST /echo", "Content-Length: 100") + "{");
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 408 ");
      assertThat(error(answer).get("code")).isEqualTo("bad-request");
    }
    try (Socket socket = server.connect()) {
      send(socket, "GET /health HTTP/1.1\r\nHost: loc");
      assertThat(socket.getInputStream().readAllBytes()).isNotNull(); // until it hangs up
    }
    isWell();
  }

  @Test
  void slowReaderIsCutOff() throws Exception {
    start(SOON);
    try (Socket socket = server.connect()) {
      socket.setReceiveBufferSize(1024);
      send(socket, request("GET /stream"));
      assertThat(gone.get(1, TimeUnit.MINUTES)).isInstanceOf(IOException.class);
    }
    isWell();
  }

  @Test
  void clientThatVanishesIsNoticed() throws Exception {
    start(Limits.DEFAULT.idleTime());
    try (Socket socket = server.connect()) {
      send(socket, request("GET /stream"));
      assertThat(socket.getInputStream().read()).isPositive();
      socket.setSoLinger(true, 0); // a reset, as from a machine that crashed
    }
    assertThat(gone.get(1, TimeUnit.MINUTES)).isInstanceOf(IOException.class);
    isWell();
  }

  @Test
  void waitingForAnAnswerIsNoSilence() throws Exception {
    start(SOON);
    try (Socket socket = server.connect()) {
      send(socket, request("POST /wait", "Content-Length: 0"));
      Thread.sleep(3 * SOON.toMillis());
      release.countDown();
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void healthIsAnsweredWhenAllPlacesAreTaken() throws Exception {
    start(Limits.DEFAULT.idleTime());
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < PLACES; i++) {
        sockets.add(server.connect());
        send(sockets.get(i), request("POST /wait", "Content-Length: 0"));
      }
      held.await();
      for (int i = 0; i < 5; i++) {
        String answer = server.answer(request("POST /wait", "Content-Length: 0"));
        assertThat(answer).startsWith("HTTP/1.1 429 ");
        isWell();
      }
    } finally {
      close(sockets);
    }
  }

  @Test
  void thousandConnectionsAtOnce() throws Exception {
    start(Limits.DEFAULT.idleTime());
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 1000; i++) {
        sockets.add(server.connect());
      }
      for (Socket socket : sockets) {
        send(socket, request("GET /health"));
      }
      for (Socket socket : sockets) {
        assertThat(socket.getInputStream().readAllBytes()).asString().contains(" 200 ", "well");
      }
    } finally {
      close(sockets);
    }
  }

  private static void close(List<Socket> sockets) throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  @Test
  void stoppedServerRefusesConnections() {
    start(Limits.DEFAULT.idleTime());
    server.close();
    assertThatThrownBy(() -> server.connect()).isInstanceOf(SocketException.class);
  }
}
