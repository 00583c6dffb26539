package dev.steerc.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Does what a command line of {@code curl} says, as far as our pages use it. */
final class Curl {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Path folder;
  private final Map<String, String> headers = new LinkedHashMap<>();
  private String method;
  private BodyPublisher body;
  private URI address;
  private int atMost = Integer.MAX_VALUE;

  private Curl(Path folder) {
    this.folder = folder;
  }

  /**
   * Runs one.
   *
   * @param arguments what stands behind {@code curl}; {@code | head -c N} at its end cuts the
   *     answer
   * @param port where the server really listens
   * @param folder the folder that the command is run in
   * @return the answer's body
   */
  static String run(List<String> arguments, int port, Path folder)
      throws IOException, InterruptedException {
    Curl curl = new Curl(folder);
    curl.read(new ArrayDeque<>(arguments), port);
    HttpRequest.Builder request = HttpRequest.newBuilder(curl.address);
    curl.headers.forEach(request::header);
    BodyPublisher body = curl.body == null ? BodyPublishers.noBody() : curl.body;
    String method = curl.method != null ? curl.method : curl.body == null ? "GET" : "POST";
    byte[] answer =
        HTTP.send(request.method(method, body).build(), BodyHandlers.ofByteArray()).body();
    int length = Math.min(answer.length, curl.atMost);
    return new String(answer, 0, length, StandardCharsets.UTF_8);
  }

  private void read(Deque<String> arguments, int port) throws IOException {
    while (!arguments.isEmpty()) {
      String next = arguments.remove();
      switch (next) {
        case "-s", "-N", "-sN", "-Ns" -> {}
        case "-X" -> method = arguments.remove();
        case "-H" -> header(arguments.remove());
        case "-d", "--data-binary" -> data(arguments.remove());
        case "-T" -> {
          method = "PUT";
          body = BodyPublishers.ofFile(folder.resolve(arguments.remove()));
        }
        case "|" -> atMost = head(arguments);
        default -> address = address(next, port);
      }
    }
  }

  private void header(String header) {
    int colon = header.indexOf(':');
    headers.put(header.substring(0, colon), header.substring(colon + 1).strip());
  }

  private void data(String data) throws IOException {
    body =
        data.startsWith("@")
            ? BodyPublishers.ofFile(folder.resolve(data.substring(1)))
            : BodyPublishers.ofString(data);
  }

  private static int head(Deque<String> arguments) {
    if (!arguments.remove().equals("head") || !arguments.remove().equals("-c")) {
      throw new IllegalArgumentException("only `| head -c N` may stand behind curl");
    }
    return Integer.parseInt(arguments.remove());
  }

  private static URI address(String text, int port) {
    if (text.startsWith("-") || !text.matches("(http://)?(localhost|127\\.0\\.0\\.1):8080.*")) {
      throw new IllegalArgumentException("curl " + text + " is not known here");
    }
    return URI.create(text.replaceFirst("^(http://)?[^/]*", "http://127.0.0.1:" + port));
  }
}
