package dev.steerc.models.hub;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A server with the layout of the Hugging Face hub. */
public final class Hub {
  private static final String USUAL = "https://huggingface.co";
  private static final int MOST_JSON = 16 << 20;
  private static final int MOST_PAGES = 64;
  private static final Pattern NEXT = Pattern.compile("<([^>]*)>\\s*;\\s*rel=\"?next\"?");
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  private final URI endpoint;
  private final Patience patience;
  private final Connection connection;

  private Hub(URI endpoint, Optional<Token> token, Patience patience) {
    this.endpoint = endpoint;
    this.patience = patience;
    this.connection = new Connection(endpoint, token, patience.silence());
  }

  /** The hub that the process's environment names, with the token that it has. */
  public static Hub fromEnvironment() {
    return of(System.getenv(), Patience.USUAL);
  }

  /**
   * The hub that an environment names.
   *
   * @param environment {@code HF_ENDPOINT}, {@code HF_TOKEN} or {@code HUGGING_FACE_HUB_TOKEN}, and
   *     {@code HF_HOME}; all may be absent
   */
  public static Hub of(Map<String, String> environment, Patience patience) {
    String text = environment.getOrDefault("HF_ENDPOINT", "").strip();
    URI endpoint = endpoint(text.isEmpty() ? USUAL : text.replaceFirst("/+$", ""));
    return new Hub(endpoint, Token.of(environment), patience);
  }

  /** What a repository holds. */
  Listing list(Repository repository) {
    String api = "/api/models/" + encoded(repository.id());
    String revision = URLEncoder.encode(repository.revision(), StandardCharsets.UTF_8);
    Page about = json(uri(api + "/revision/" + revision));
    if (!(about.document instanceof Map<?, ?> map)
        || !(map.get("sha") instanceof String commit)
        || !COMMIT.matcher(commit).matches()) {
      throw nonsense(about.uri, "it names no commit");
    }
    List<HubFile> files = new ArrayList<>();
    Optional<URI> next = Optional.of(uri(api + "/tree/" + commit + "?recursive=true"));
    for (int pages = 0; next.isPresent(); pages++) {
      if (pages == MOST_PAGES) {
        throw nonsense(next.get(), "the listing has more than " + MOST_PAGES + " pages");
      }
      Page page = json(next.get());
      files.addAll(files(page));
      next = page.next;
    }
    return new Listing(commit, List.copyOf(files));
  }

  /** Where a file of a commit is. */
  URI address(Repository repository, String commit, HubFile file) {
    return uri("/" + encoded(repository.id()) + "/resolve/" + commit + "/" + encoded(file.path()));
  }

  /** An answer that brings what was asked for; any other is a problem, or worth another try. */
  Answer get(URI uri, Map<String, String> headers) throws IOException {
    Answer answer = connection.get(uri, headers);
    try {
      Refusal.check(answer, uri);
      return answer;
    } catch (IOException | SteercException e) {
      answer.close();
      throw e;
    }
  }

  Patience patience() {
    return patience;
  }

  private record Page(URI uri, Object document, Optional<URI> next) {}

  private Page json(URI uri) {
    Attempts attempts = new Attempts(patience, uri, (why, pause) -> {});
    while (true) {
      try (Answer answer = get(uri, Map.of("Accept", "application/json"))) {
        String text = text(uri, answer);
        return new Page(uri, Json.parse(text), next(uri, answer));
      } catch (IOException e) {
        attempts.failed(e);
      } catch (IllegalArgumentException e) {
        throw nonsense(uri, e.getMessage());
      }
    }
  }

  private static String text(URI uri, Answer answer) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    while (answer.read(buffer) >= 0) {
      if (buffer.position() > MOST_JSON) {
        throw nonsense(uri, "it is longer than " + (MOST_JSON >> 20) + " MiB");
      }
      if (!buffer.hasRemaining()) {
        byte[] larger = Arrays.copyOf(buffer.array(), buffer.capacity() * 2);
        buffer = ByteBuffer.wrap(larger).position(buffer.position());
      }
    }
    return new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
  }

  private static Optional<URI> next(URI uri, Answer answer) {
    Matcher link = NEXT.matcher(answer.header("link").orElse(""));
    return link.find() ? Optional.of(uri.resolve(link.group(1))) : Optional.empty();
  }

  private static List<HubFile> files(Page page) {
    if (!(page.document instanceof List<?> entries)) {
      throw nonsense(page.uri, "it is no list of files");
    }
    List<HubFile> files = new ArrayList<>();
    for (Object entry : entries) {
      if (entry instanceof Map<?, ?> map && "file".equals(map.get("type"))) {
        HubFile file =
            HubFile.of(map)
                .orElseThrow(() -> nonsense(page.uri, "an entry has no path, size or hash"));
        if (!HubFile.isInside(file.path())) {
          throw nonsense(page.uri, "it names `" + printable(file.path()) + "`, outside itself");
        }
        files.add(file);
      }
    }
    return files;
  }

  /** Text of a server, fit for a terminal. */
  static String printable(String text) {
    String plain = text.replaceAll("\\p{Cntrl}", "?");
    return plain.length() > 200 ? plain.substring(0, 200) + "…" : plain;
  }

  private static SteercException nonsense(URI uri, String note) {
    return Problem.of(Code.DOWNLOAD_CORRUPT, "the hub's answer makes no sense")
        .at(uri)
        .note(note)
        .help("check HF_ENDPOINT, if it is set, or try again later")
        .exception();
  }

  private URI uri(String path) {
    return URI.create(endpoint + path);
  }

  private static String encoded(String path) {
    return Arrays.stream(path.split("/"))
        .map(step -> URLEncoder.encode(step, StandardCharsets.UTF_8).replace("+", "%20"))
        .collect(Collectors.joining("/"));
  }

  /** The message leaves the text out: an address may carry a password. */
  private static URI endpoint(String text) {
    try {
      URI uri = new URI(text);
      boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
      if (web && uri.getHost() != null && uri.getUserInfo() == null && uri.getQuery() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // the same problem as any other text that is no address
    }
    throw Problem.of(Code.USAGE, "HF_ENDPOINT is not the address of a hub")
        .help("set it to an address such as " + USUAL + ", or unset it")
        .exception();
  }
}
