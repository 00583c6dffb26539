package dev.steerc.cli.serve.bench;

import dev.steerc.manifest.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Asks a server as any client does, over HTTP.
 *
 * @param completions the address of the API's completions
 */
record Client(HttpClient http, URI completions) {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  static Client of(int port) {
    return new Client(
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(),
        URI.create("http://127.0.0.1:" + port + "/v1/completions"));
  }

  /**
   * An answer, as the client saw it.
   *
   * @param status of the answer; 0 when the connection broke
   * @param first seconds until the first event
   * @param all seconds until the last
   */
  record Answer(int status, String text, double first, double all) {}

  /** Sends a request and reads its stream to the end. */
  Answer ask(Task task) throws InterruptedException {
    long start = System.nanoTime();
    try {
      HttpRequest request =
          HttpRequest.newBuilder(completions)
              .timeout(PATIENCE)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(task.body()))
              .build();
      HttpResponse<Stream<String>> response =
          http.send(request, HttpResponse.BodyHandlers.ofLines());
      try (Stream<String> lines = response.body()) {
        return read(response.statusCode(), lines.iterator(), start);
      }
    } catch (IOException e) {
      return new Answer(0, e.toString(), since(start), since(start));
    }
  }

  private static Answer read(int status, Iterator<String> lines, long start) {
    StringBuilder text = new StringBuilder();
    double first = Double.NaN;
    while (lines.hasNext()) {
      String line = lines.next();
      if (status != 200) {
        text.append(line);
      } else if (line.startsWith("data: {")) {
        first = Double.isNaN(first) ? since(start) : first;
        text.append(text(line.substring(6)));
      }
    }
    return new Answer(status, text.toString(), first, since(start));
  }

  private static String text(String event) {
    Map<?, ?> chunk = (Map<?, ?>) Json.parse(event);
    boolean told = chunk.get("choices") instanceof List<?> choices && !choices.isEmpty();
    Object choice = told ? ((List<?>) chunk.get("choices")).get(0) : chunk.get("error");
    Object text = ((Map<?, ?>) choice).get(told ? "text" : "message");
    return text == null ? "" : text.toString();
  }

  private static double since(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
