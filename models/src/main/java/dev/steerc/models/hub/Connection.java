package dev.steerc.models.hub;

import dev.steerc.Steerc;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Asks the hub and whom it refers to.
 *
 * <p>It follows redirects itself, because large files lie on other hosts, and Java's client would
 * take the token there.
 */
final class Connection {
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final int MOST_REDIRECTS = 8;

  private final URI endpoint;
  private final Optional<Token> token;
  private final Duration silence;
  private final HttpClient client;

  Connection(URI endpoint, Optional<Token> token, Duration silence) {
    this.endpoint = endpoint;
    this.token = token;
    this.silence = silence;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(silence)
            .build();
  }

  /** The answer to a GET, behind all redirects. */
  Answer get(URI uri, Map<String, String> headers) throws IOException {
    URI at = uri;
    HttpHeaders hub = null;
    for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
      requireSafe(uri, at);
      HttpResponse<InputStream> response = send(request(at, headers));
      hub = hub == null || isHub(at) ? response.headers() : hub;
      if (!REDIRECTS.contains(response.statusCode())) {
        return new Answer(response, hub, silence);
      }
      response.body().close();
      at = next(uri, at, response);
    }
    throw lost(uri, "it redirects more than " + MOST_REDIRECTS + " times");
  }

  private HttpRequest request(URI at, Map<String, String> headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(at).timeout(silence);
    request.header("User-Agent", "steerc/" + Steerc.VERSION);
    request.header("Accept-Encoding", "identity");
    headers.forEach(request::header);
    if (isHub(at)) {
      token.ifPresent(secret -> request.header("Authorization", secret.header()));
    }
    return request.build();
  }

  private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
    try {
      return client.send(request, BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Attempts.interrupted(request.uri());
    }
  }

  private static URI next(URI asked, URI at, HttpResponse<?> response) {
    String location = response.headers().firstValue("location").orElse("");
    try {
      if (!location.isEmpty()) {
        return at.resolve(new URI(location));
      }
    } catch (URISyntaxException e) {
      // as good as none
    }
    throw lost(asked, "it redirects to no address");
  }

  private void requireSafe(URI asked, URI at) {
    boolean plain = "http".equals(at.getScheme()) && "http".equals(endpoint.getScheme());
    if (!plain && !"https".equals(at.getScheme())) {
      throw lost(asked, "it leads to an address that is not https");
    }
    if (at.getHost() == null || at.getUserInfo() != null) {
      throw lost(asked, "it leads to no address");
    }
  }

  private boolean isHub(URI uri) {
    return uri.getScheme().equals(endpoint.getScheme())
        && uri.getHost().equalsIgnoreCase(endpoint.getHost())
        && port(uri) == port(endpoint);
  }

  private static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
  }

  private static RuntimeException lost(URI asked, String note) {
    return Problem.of(Code.DOWNLOAD_FAILED, "the hub leads nowhere")
        .at(asked)
        .note(note)
        .help("check HF_ENDPOINT, if it is set")
        .exception();
  }
}
