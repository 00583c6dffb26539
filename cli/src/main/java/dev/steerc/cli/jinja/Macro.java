package dev.steerc.cli.jinja;

import java.util.List;
import java.util.Map;

/**
 * A function written in the template.
 *
 * @param parameters their values where a call gives none, by name
 */
record Macro(Map<String, Expression> parameters, List<Statement> body) implements Callable {

  @Override
  public Object call(Arguments arguments, Scope scope) {
    String[] names = parameters.keySet().toArray(String[]::new);
    Object[] bound = arguments.bind(names);
    Scope inner = scope.global().inner();
    for (int i = 0; i < names.length; i++) {
      boolean isGiven = i < arguments.values().size() || arguments.named().containsKey(names[i]);
      inner.set(names[i], isGiven ? bound[i] : parameters.get(names[i]).in(inner));
    }
    StringBuilder text = new StringBuilder();
    Statement.run(body, inner, text);
    return text.toString();
  }
}
