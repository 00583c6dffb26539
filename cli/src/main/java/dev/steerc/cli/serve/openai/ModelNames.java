package dev.steerc.cli.serve.openai;

import dev.steerc.cli.serve.http.Body;
import dev.steerc.cli.serve.vectors.Registry;
import dev.steerc.manifest.Json;
import dev.steerc.problem.Choices;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The models that requests may ask for: the one that is served, and {@code model:vector}, which is
 * the same steered by a vector, for each vector that can be used.
 *
 * @param name what the model is called
 * @param since when the server was started, in seconds since 1970
 */
record ModelNames(String name, Registry registry, long since) {

  /** All of them as the API lists them. */
  Map<String, Object> list() {
    return Json.object("object", "list", "data", ids().stream().map(this::entry).toList());
  }

  /** One of them. */
  Map<String, Object> one(String id) {
    vector(id);
    return entry(id);
  }

  /** The vector that a request asks for by its model; none where it asks for the plain one. */
  Optional<String> vector(Body body) {
    return body.text("model").flatMap(this::vector);
  }

  private Optional<String> vector(String id) {
    if (id.equals(name)) {
      return Optional.empty();
    }
    List<String> all = ids();
    if (!all.contains(id)) {
      throw Problem.of(Code.NO_SUCH_MODEL, "there is no model `" + id + "`")
          .help(help(id, all))
          .exception();
    }
    return Optional.of(id.substring(name.length() + 1));
  }

  private String help(String id, List<String> all) {
    String meant = Choices.close(id, all).filter(near -> !near.equals(name)).orElse(name);
    return "ask for `" + meant + "`; GET /v1/models lists " + all.size();
  }

  private List<String> ids() {
    List<String> ids = new ArrayList<>(List.of(name));
    registry.names().forEach(vector -> ids.add(name + ":" + vector));
    return ids;
  }

  private Map<String, Object> entry(String id) {
    return Json.object("id", id, "object", "model", "created", since, "owned_by", "steerc");
  }
}
