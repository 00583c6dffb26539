package dev.steerc.cli.jinja;

import java.util.HashMap;
import java.util.Map;

/** The variables at a place of a template. */
final class Scope {
  private final Scope outer;
  private final Budget budget;
  private final Map<String, Object> variables = new HashMap<>();

  Scope(Budget budget) {
    this(null, budget);
  }

  private Scope(Scope outer, Budget budget) {
    this.outer = outer;
    this.budget = budget;
  }

  /** A scope that sees this one, and whose own variables end with it. */
  Scope inner() {
    return new Scope(this, budget);
  }

  /** The scope of the whole template, which is what a macro sees. */
  Scope global() {
    return outer == null ? this : outer.global();
  }

  Budget budget() {
    return budget;
  }

  void set(String name, Object value) {
    variables.put(name, value);
  }

  Object get(String name) {
    for (Scope scope = this; scope != null; scope = scope.outer) {
      if (scope.variables.containsKey(name)) {
        return scope.variables.get(name);
      }
    }
    return new Undefined(name);
  }
}
