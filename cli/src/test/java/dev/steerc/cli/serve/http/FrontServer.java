package dev.steerc.cli.serve.http;

import dev.steerc.cli.serve.ops.AccessLog;
import dev.steerc.cli.serve.ops.Log;
import dev.steerc.cli.serve.ops.Meters;
import io.javalin.Javalin;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The front of the server with addresses of a test's own, and a client that writes raw bytes. */
final class FrontServer implements AutoCloseable {
  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
  private final Log log =
      new Log(new PrintStream(logged, true, StandardCharsets.UTF_8), true, false);
  private final Access access;
  private final Javalin http;
  private final int port;

  FrontServer(Limits limits, Optional<Path> keys, List<String> origins, Routes routes) {
    access = new Access("127.0.0.1", keys, origins, limits, log::problem);
    AccessLog requests = new AccessLog(log, new Meters(), false);
    Front front = new Front("127.0.0.1", 0, limits, access, requests, log::mistake);
    http = front.with(List.of(routes)).start();
    port = http.port();
  }

  FrontServer(Routes routes) {
    this(Limits.DEFAULT, Optional.empty(), List.of(), routes);
  }

  /** The usual limits with other times and other numbers of requests. */
  static Limits limits(int batch, int queue, Duration idle) {
    Limits usual = Limits.DEFAULT;
    return new Limits(
        batch,
        queue,
        usual.cacheBytes(),
        usual.newTokens(),
        usual.sequences(),
        10_000,
        20_000,
        usual.vectors(),
        usual.requestTime(),
        idle,
        usual.stopTime());
  }

  Optional<String> warning() {
    return access.warning();
  }

  int port() {
    return port;
  }

  String log() {
    return logged.toString(StandardCharsets.UTF_8);
  }

  /** A connection; a read of it ends after a minute. */
  Socket connect() throws IOException {
    Socket socket = new Socket("127.0.0.1", port());
    socket.setSoTimeout(60_000);
    return socket;
  }

  /** What the server answers to some bytes until it hangs up or the client's half is closed. */
  String answer(String request) throws IOException {
    try (Socket socket = connect()) {
      send(socket, request);
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** The bytes of a request, which asks the server to hang up behind its answer. */
  static String request(String line, String... headers) {
    String own = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
    boolean named = own.startsWith("Host:");
    return line
        + " HTTP/1.1\r\n"
        + (named ? "" : "Host: localhost\r\n")
        + own
        + "Connection: close\r\n\r\n";
  }

  @Override
  public void close() {
    http.stop();
  }
}
