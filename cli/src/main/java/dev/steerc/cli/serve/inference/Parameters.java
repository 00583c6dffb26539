package dev.steerc.cli.serve.inference;

import dev.steerc.cli.serve.http.Body;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The parameters of a request, or of a tensor in it: what is not known is never left out. */
final class Parameters {
  private Parameters() {}

  /** The parameters of an object, of which these are known. */
  static Body of(Body object, String... known) {
    Body parameters =
        object.object("parameters").orElse(new Body(Map.of(), object.place() + ".parameters"));
    refuseOthers(parameters, Set.of(known));
    return parameters;
  }

  /** Refuses a field that is not known, unless it says nothing. */
  static void refuseOthers(Body object, Set<String> known) {
    for (Object field : object.fields().keySet()) {
      if (!known.contains(field) && object.has((String) field)) {
        throw object.wrong(
            (String) field,
            "`" + field + "` is nothing that the server does; it knows " + sorted(known));
      }
    }
  }

  private static List<String> sorted(Set<String> names) {
    return names.stream().sorted().toList();
  }
}
