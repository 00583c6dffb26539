package dev.steerc.cli.serve.vectors;

import dev.steerc.cli.serve.http.Body;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.SteerText;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.VectorFile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a request says of how to steer.
 *
 * @param inline whether requests may bring vectors of their own
 */
public record SteeringReader(SteeredModel model, Registry registry, boolean inline) {
  private static final String FIELD = "steering";
  private static final int MOST = 64;

  /**
   * The steering of a request, which fits the model: its own, or that of the alias it asks for, or
   * the defaults.
   *
   * @param vector the vector of a model called {@code model:vector}
   * @throws SteercException that names the field
   */
  public Steering read(Body body, Optional<String> vector) {
    return read(now -> read(body, vector, now));
  }

  /**
   * The vector that a field names, for another use than to steer.
   *
   * @throws SteercException that names the field
   */
  public VectorFile file(Body body, String field) {
    String name = body.needText(field);
    return read(now -> new TermReader(now, inline).file(name, field));
  }

  private <T> T read(Function<Snapshot, T> reading) {
    Snapshot now = registry.now();
    try {
      return reading.apply(now);
    } catch (SteercException e) {
      boolean isMissing = e.problems().get(0).code() == Code.VECTOR_NOT_FOUND;
      Snapshot later = isMissing ? registry.lookAgain() : now;
      if (later == now) {
        throw e;
      }
      return reading.apply(later);
    }
  }

  private Steering read(Body body, Optional<String> vector, Snapshot now) {
    Optional<Object> asked = body.any(FIELD);
    TermReader reader = new TermReader(now, inline);
    if (asked.isPresent()) {
      return asked.get() instanceof String text
          ? checked(terms(text, body, reader))
          : checked(terms(list(asked.get(), body), body, reader));
    }
    return vector.isPresent()
        ? checked(Map.of("model", Term.of(reader.vector(vector.get(), "model"), 1)))
        : defaults(now);
  }

  private Map<String, Term> terms(String text, Body body, TermReader reader) {
    Map<String, Term> terms = new LinkedHashMap<>();
    List<String> parts = SteerText.several(text);
    checkNumber(parts.size(), body);
    for (int i = 0; i < parts.size(); i++) {
      terms.put(place(i), reader.of(parts.get(i), FIELD));
    }
    return terms;
  }

  private static List<?> list(Object asked, Body body) {
    if (asked instanceof List<?> list) {
      return list;
    }
    throw body.wrong(FIELD, "`steering` is neither a text nor a list");
  }

  private Map<String, Term> terms(List<?> list, Body body, TermReader reader) {
    checkNumber(list.size(), body);
    Map<String, Term> terms = new LinkedHashMap<>();
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i) instanceof String text) {
        terms.put(place(i), reader.of(text, place(i)));
      } else if (list.get(i) instanceof Map<?, ?> fields) {
        terms.put(place(i), reader.of(new Body(fields, place(i))));
      } else {
        throw body.wrong(place(i), "`" + place(i) + "` is neither an object nor a text");
      }
    }
    return terms;
  }

  private static void checkNumber(int terms, Body body) {
    if (terms > MOST) {
      throw body.wrong(FIELD, "`steering` has more than " + MOST + " vectors");
    }
  }

  private static String place(int index) {
    return FIELD + "[" + index + "]";
  }

  private Steering defaults(Snapshot now) {
    Steering defaults = now.defaults().steering(now);
    try {
      model.bind(defaults);
      return defaults;
    } catch (SteercException e) {
      Problem why = e.problems().get(0);
      throw Defaults.bad("the server cannot steer as it does by default")
          .note(why.what())
          .exception();
    }
  }

  /** The terms together, which fit the model; what does not is said of the one to blame. */
  private Steering checked(Map<String, Term> terms) {
    Steering steering = Steering.of(terms.values().toArray(Term[]::new));
    try {
      model.bind(steering);
      return steering;
    } catch (SteercException e) {
      terms.forEach(this::check);
      throw Wording.at(FIELD, e);
    }
  }

  private void check(String place, Term term) {
    try {
      model.bind(Steering.of(term));
    } catch (SteercException e) {
      throw Wording.at(place, e);
    }
  }
}
