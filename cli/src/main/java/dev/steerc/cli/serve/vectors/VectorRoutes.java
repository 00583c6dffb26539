package dev.steerc.cli.serve.vectors;

import dev.steerc.cli.serve.http.Answers;
import dev.steerc.cli.serve.http.Bodies;
import dev.steerc.cli.serve.http.Limits;
import dev.steerc.cli.serve.http.Role;
import dev.steerc.cli.serve.http.Routes;
import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.exchange.Dialect;
import dev.steerc.runtime.steering.VectorFile;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.InputStream;
import java.util.Optional;

/** The addresses of vectors: to see, put and delete them. */
public record VectorRoutes(SteeredModel model, Registry registry, Limits limits) implements Routes {
  private static final String ONE = "/v1/vectors/{name}";

  @Override
  public void addTo(RoutesConfig routes) {
    routes.get("/v1/vectors", this::list, Role.USE);
    routes.get(ONE, this::get, Role.USE);
    routes.put(ONE, this::put, Role.ADMIN, Bodies.LARGE);
    routes.delete(ONE, request -> delete(request, request.pathParam("name")), Role.ADMIN);
    new LoadRoutes(this).addTo(routes);
    new DefaultRoutes(registry).addTo(routes);
  }

  private void list(Context request) {
    Answers.json(
        request,
        Json.object(
            "object",
            "list",
            "data",
            registry.now().listed().values().stream().map(registry::toMap).toList()));
  }

  private void get(Context request) {
    String name = request.pathParam("name");
    Snapshot now = registry.now();
    Snapshot known = now.listed().containsKey(name) ? now : registry.lookAgain();
    answer(
        request, Optional.ofNullable(known.listed().get(name)).orElseThrow(VectorRoutes::missing));
  }

  private void put(Context request) {
    String name = Names.checked(request.pathParam("name"));
    store(request, name, request.bodyInputStream());
  }

  /** Stores what a stream brings, and answers with it. */
  void store(Context request, String name, InputStream body) {
    Optional<Dialect> dialect = Optional.ofNullable(request.queryParam("dialect")).map(Dialect::of);
    try (Upload upload = Upload.receive(body, registry.folder(), name, limits.vectorBytes())) {
      Registry.Change change = put(upload, dialect, Precondition.of(request));
      request.status(change.replaced() ? 200 : 201);
      answer(request, change.vector());
    } catch (SteercException e) {
      throw Wording.at("", e);
    }
  }

  /** One at a time is in memory, however many large ones come at once. */
  private Registry.Change put(Upload upload, Optional<Dialect> dialect, Precondition condition) {
    synchronized (registry) {
      VectorFile file = upload.vector(dialect, limits.bodyBytes());
      Fit.check(model, file.vector());
      return registry.put(file, condition);
    }
  }

  /** Deletes a vector, and says so. */
  void delete(Context request, String name) {
    try {
      registry.delete(name, Precondition.of(request));
    } catch (SteercException e) {
      throw Wording.at("", e);
    }
    Answers.json(request, Json.object("id", name, "object", "vector", "deleted", true));
  }

  private void answer(Context request, Listed vector) {
    vector.revision().ifPresent(revision -> request.header("ETag", '"' + revision + '"'));
    Answers.json(request, registry.toMap(vector));
  }

  private static RuntimeException missing() {
    return Problem.of(Code.VECTOR_NOT_FOUND, "there is no vector of that name")
        .help("GET /v1/vectors lists them")
        .exception();
  }
}
