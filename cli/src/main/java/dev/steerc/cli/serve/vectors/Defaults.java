package dev.steerc.cli.serve.vectors;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.FileBytes;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What requests get that say nothing of steering: strengths by vector, kept in the folder. Where
 * they cannot be kept to, such requests fail, rather than be steered otherwise than was asked for.
 *
 * @param strengths those that are not 0
 * @param problem why the file cannot be understood
 */
record Defaults(Map<String, Double> strengths, Optional<Problem> problem) {
  private static final String FILE = "defaults.json";
  private static final int MOST_BYTES = 1 << 20;

  Defaults {
    strengths = Collections.unmodifiableMap(new TreeMap<>(strengths));
  }

  static Defaults of(Map<String, Double> strengths) {
    Map<String, Double> some = new TreeMap<>(strengths);
    some.values().removeIf(strength -> strength == 0);
    return new Defaults(some, Optional.empty());
  }

  /** Those of a folder; none where there is no file. */
  static Defaults read(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return of(Map.of());
    }
    try {
      byte[] bytes = FileBytes.read(file, MOST_BYTES, Code.BAD_DEFAULTS);
      return of(strengths(Json.parse(new String(bytes, StandardCharsets.UTF_8))));
    } catch (SteercException | IllegalArgumentException e) {
      return new Defaults(Map.of(), Optional.of(bad("defaults.json cannot be understood")));
    }
  }

  private static Map<String, Double> strengths(Object json) {
    Map<String, Double> strengths = new TreeMap<>();
    if (!(json instanceof Map<?, ?> all)) {
      throw new IllegalArgumentException("no object");
    }
    all.forEach(
        (name, value) -> {
          if (!(value instanceof Number number) || !Double.isFinite(number.doubleValue())) {
            throw new IllegalArgumentException("no number");
          }
          strengths.put((String) name, number.doubleValue());
        });
    return strengths;
  }

  void write(Path folder) {
    byte[] json = Json.write(strengths).getBytes(StandardCharsets.UTF_8);
    FileBytes.write(folder.resolve(FILE), json);
  }

  double of(String name) {
    return strengths.getOrDefault(name, 0.0);
  }

  Defaults without(String name) {
    Map<String, Double> others = new TreeMap<>(strengths);
    others.remove(name);
    return of(others);
  }

  /** As a steering with the vectors of a moment. */
  Steering steering(Snapshot now) {
    if (problem.isPresent()) {
      throw problem.get().exception();
    }
    Steering steering = Steering.NONE;
    for (Map.Entry<String, Double> one : strengths.entrySet()) {
      try {
        steering = steering.and(Term.of(now.file(one.getKey()).vector(), one.getValue()));
      } catch (SteercException e) {
        String what = "the server steers with `" + one.getKey() + "` by default, and cannot";
        throw bad(what).note(e.problems().get(0).what()).exception();
      }
    }
    return steering;
  }

  static Problem bad(String what) {
    return Problem.of(Code.BAD_DEFAULTS, what)
        .help(
            "have the operator mend that; a request with \"steering\": \"none\" needs no defaults");
  }
}
