package dev.steerc.cli.serve.vectors;

import dev.steerc.cli.serve.http.Answers;
import dev.steerc.cli.serve.http.Body;
import dev.steerc.cli.serve.http.Role;
import dev.steerc.cli.serve.http.Routes;
import dev.steerc.manifest.Json;
import dev.steerc.problem.SteercException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** The addresses of the defaults, as llama.cpp's server has them for its adapters. */
record DefaultRoutes(Registry registry) implements Routes {
  private static final String PATH = "/control-vectors";
  private static final Set<String> FIELDS = Set.of("id", "name", "scale");

  @Override
  public void addTo(RoutesConfig routes) {
    routes.get(PATH, this::list, Role.USE);
    routes.post(PATH, this::set, Role.ADMIN);
  }

  private void list(Context request) {
    Snapshot now = registry.now();
    List<Map<String, Object>> all = new ArrayList<>();
    for (String name : names(now)) {
      double scale = now.defaults().of(name);
      all.add(Json.object("id", all.size(), "name", name, "scale", scale));
    }
    Answers.json(request, all);
  }

  /** All vectors in order, and those that are gone and still steer by default. */
  private static List<String> names(Snapshot now) {
    Set<String> names = new TreeSet<>(now.listed().keySet());
    names.addAll(now.defaults().strengths().keySet());
    return List.copyOf(names);
  }

  private void set(Context request) {
    Map<String, Double> strengths = new LinkedHashMap<>();
    List<String> names = names(registry.now());
    for (Body one : Body.ofList(request.bodyAsBytes(), "vectors").objects("vectors")) {
      one.checkKnown(FIELDS);
      String name = name(one, names);
      double scale = one.number("scale").orElseThrow(() -> one.wrong("scale", "it is missing"));
      if (strengths.put(name, scale) != null) {
        throw one.wrong("name", "`" + name + "` is there twice");
      }
    }
    try {
      registry.steerByDefault(strengths);
    } catch (SteercException e) {
      throw Wording.at("", e);
    }
    list(request);
  }

  private static String name(Body one, List<String> names) {
    OptionalLong id = one.whole("id");
    if (id.isPresent() == one.has("name")) {
      throw one.wrong("name", "give the `name` of a vector, or its `id`");
    }
    if (id.isEmpty()) {
      return one.needText("name");
    }
    if (id.getAsLong() < 0 || id.getAsLong() >= names.size()) {
      throw one.wrong("id", "there is no vector " + id.getAsLong() + ", only " + names.size());
    }
    return names.get((int) id.getAsLong());
  }
}
