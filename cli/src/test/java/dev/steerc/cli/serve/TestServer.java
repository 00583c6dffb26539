package dev.steerc.cli.serve;

import dev.steerc.cli.demo.Stage;
import dev.steerc.cli.serve.http.Limits;
import dev.steerc.cli.serve.ops.Log;
import dev.steerc.manifest.Json;
import dev.steerc.models.demo.DemoModel;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.SteeredModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** A server of the demo model, which one folder holds with a registry of its own. */
public final class TestServer implements AutoCloseable {
  /** What a test asks with, where no other client is wanted. */
  public static final HttpClient HTTP = HttpClient.newHttpClient();

  private final SteeredModel model;
  private final Path vectors;
  private final Server server;
  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();

  private TestServer(SteeredModel model, ServeOptions options) {
    this.model = model;
    this.vectors = options.vectors();
    PrintStream out = new PrintStream(logged, true, StandardCharsets.UTF_8);
    this.server = Server.start(model, options, new Log(out, options.jsonLog(), false));
  }

  /** What the server has logged so far. */
  public String log() {
    return logged.toString(StandardCharsets.UTF_8);
  }

  /** An answer: its status and what was in it. */
  public record Answer(int status, String text, HttpResponse<?> response) {
    /** The body as JSON. */
    public Map<?, ?> json() {
      return (Map<?, ?>) Json.parse(text);
    }
  }

  /** The options of a server in a folder, before a test changes them. */
  public static ServeOptions options(Path vectors) {
    return new ServeOptions(
        "127.0.0.1",
        0,
        "demo",
        vectors,
        Optional.empty(),
        Limits.DEFAULT,
        false,
        false,
        true,
        List.of());
  }

  /**
   * Starts one.
   *
   * @param folder an empty folder; the registry is {@code vectors} in it
   * @param change of the options
   */
  public static TestServer start(Path folder, UnaryOperator<ServeOptions> change) {
    DemoModel demo = patched(folder);
    SteeredModel model = SteeredModel.open(demo.steered(), ModelOptions.DEFAULT.threads(1));
    return new TestServer(model, change.apply(options(demo.vectors())));
  }

  /** A server of any model, with the usual options and an empty registry. */
  public static TestServer of(Path model, Path folder) {
    SteeredModel opened = SteeredModel.open(model, ModelOptions.DEFAULT.threads(1));
    Path vectors = folder.resolve("vectors");
    return new TestServer(opened, options(vectors));
  }

  public static TestServer start(Path folder) {
    return start(folder, UnaryOperator.identity());
  }

  /** The demo model in a folder, patched as {@code steerc demo} does it. */
  public static DemoModel patched(Path folder) {
    DemoModel demo = DemoModel.unpack(folder);
    if (!Files.exists(demo.steered())) {
      Stage.patch(demo);
    }
    return demo;
  }

  /** The model that is served, to compare with what it generates alone. */
  public SteeredModel model() {
    return model;
  }

  /** The folder of the registry. */
  public Path vectors() {
    return vectors;
  }

  public Server server() {
    return server;
  }

  /** An address of the server. */
  public URI at(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  public Answer get(String path) {
    return send(HttpRequest.newBuilder(at(path)));
  }

  public Answer delete(String path) {
    return send(HttpRequest.newBuilder(at(path)).DELETE());
  }

  /** Posts JSON; the pairs are as {@link Json#object} takes them. */
  public Answer post(String path, Object... pairs) {
    return send(json(path, Json.object(pairs)));
  }

  public Answer put(String path, byte[] body) {
    return send(HttpRequest.newBuilder(at(path)).PUT(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  /** A request with a JSON body, to be changed or sent. */
  public HttpRequest.Builder json(String path, Object body) {
    return HttpRequest.newBuilder(at(path))
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(Json.write(body)));
  }

  /** Sends a request and reads the answer whole. */
  public static Answer send(HttpRequest.Builder request) {
    try {
      HttpResponse<byte[]> response =
          HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      return new Answer(
          response.statusCode(), new String(response.body(), StandardCharsets.UTF_8), response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * The data of a stream's events, to be read as they come. Close it to hang up.
   *
   * @throws IllegalStateException when the answer is no stream
   */
  public static Stream<String> events(HttpRequest.Builder request) {
    try {
      HttpResponse<Stream<String>> response =
          HTTP.send(request.build(), HttpResponse.BodyHandlers.ofLines());
      if (response.statusCode() != 200) {
        throw new IllegalStateException(response.statusCode() + ": " + response.body().toList());
      }
      return response.body().filter(line -> line.startsWith("data: ")).map(l -> l.substring(6));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The bytes of a vector that comes with the demo model. */
  public byte[] vector(String name) throws IOException {
    return Files.readAllBytes(vectors.resolve(name + ".safetensors"));
  }

  @Override
  public void close() {
    server.close();
    model.close();
  }
}
