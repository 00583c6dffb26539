package dev.steerc.cli.serve;

import dev.steerc.cli.serve.http.Limits;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How to serve a model.
 *
 * @param host the address to listen at
 * @param port 0 takes a free one
 * @param name what the API calls the model
 * @param vectors the folder of the registry, which is made when the first vector is put
 * @param keys the file with the keys; empty when everybody may do everything
 * @param limits how much it takes on
 * @param jsonLog whether the log is JSON, a line for each request
 * @param logPrompts whether prompts and texts are logged
 * @param inline whether requests may bring vectors of their own
 * @param origins whose pages may call the API from a browser, such as {@code https://example.org}
 */
public record ServeOptions(
    String host,
    int port,
    String name,
    Path vectors,
    Optional<Path> keys,
    Limits limits,
    boolean jsonLog,
    boolean logPrompts,
    boolean inline,
    List<String> origins) {

  public ServeOptions {
    origins = List.copyOf(origins);
  }
}
