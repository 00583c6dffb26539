package dev.steerc.cli.serve.vectors;

import dev.steerc.cli.serve.http.Body;
import dev.steerc.cli.serve.http.Role;
import dev.steerc.cli.serve.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** The addresses that load a vector from a file of the server, as other servers have them. */
record LoadRoutes(VectorRoutes vectors) implements Routes {
  private static final String NAME = "name";
  private static final String PATH = "path";
  private static final String LONG = "steering_vector_";

  @Override
  public void addTo(RoutesConfig routes) {
    routes.post("/v1/load_steering_vector", this::load, Role.ADMIN);
    routes.post("/v1/unload_steering_vector", this::unload, Role.ADMIN);
  }

  private void load(Context request) throws IOException {
    Body body = Body.of(request);
    String name = Names.checked(text(body, NAME));
    Path file = inside(body, text(body, PATH));
    if (Files.size(file) > vectors.limits().vectorBytes()) {
      throw Upload.tooLarge(vectors.limits().vectorBytes());
    }
    try (InputStream in = Files.newInputStream(file)) {
      vectors.store(request, name, in);
    }
  }

  private void unload(Context request) {
    vectors.delete(request, text(Body.of(request), NAME));
  }

  private static String text(Body body, String field) {
    Optional<String> text = body.text(LONG + field).or(() -> body.text(field));
    return text.orElseThrow(() -> body.wrong(field, "`" + field + "` is missing"));
  }

  /** A file in the folder or below it; of others it is not even told whether they are there. */
  private Path inside(Body body, String path) {
    try {
      Path folder = vectors.registry().folder().toRealPath();
      Path file = folder.resolve(path).toRealPath();
      if (file.startsWith(folder) && Files.isRegularFile(file)) {
        return file;
      }
    } catch (IOException | InvalidPathException e) {
      // as below
    }
    throw body.wrong(PATH, "there is no such file in the vector folder or below it");
  }
}
