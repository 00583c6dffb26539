package dev.steerc.cli.serve.vectors;

import dev.steerc.cli.serve.http.Body;
import dev.steerc.runtime.steering.SteerText;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a request says of how to steer. */
public record SteeringReader(Registry registry, boolean inline) {

  /**
   * The steering of a request: its own, or that of the alias it asks for, or the defaults.
   *
   * @param vector the vector of a model called {@code model:vector}
   */
  public Steering read(Body body, Optional<String> vector) {
    String text = body.text("steering").or(() -> vector).orElse("");
    if (text.isBlank()) {
      return registry.defaults();
    }
    List<Term> terms = new ArrayList<>();
    for (String one : text.split(",")) {
      SteerText parsed = SteerText.parse(one.strip());
      terms.add(parsed.term(registry.store().named(parsed.source()).vector()));
    }
    return Steering.of(terms.toArray(Term[]::new));
  }
}
