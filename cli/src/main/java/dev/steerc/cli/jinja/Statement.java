package dev.steerc.cli.jinja;

import java.util.List;

/** A part of a template that writes text or changes variables. */
@FunctionalInterface
interface Statement {
  /** What the loop around a statement does next. */
  enum Then {
    GO_ON,
    CONTINUE,
    BREAK
  }

  Then run(Scope scope, StringBuilder out);

  static Then run(List<Statement> statements, Scope scope, StringBuilder out) {
    for (Statement statement : statements) {
      scope.budget().step();
      Then then = statement.run(scope, out);
      if (then != Then.GO_ON) {
        return then;
      }
    }
    return Then.GO_ON;
  }

  /** Writes a text. */
  static Statement write(Expression value) {
    return (scope, out) -> {
      String text = Values.text(value.in(scope));
      scope.budget().charge((long) out.length() / 64 + text.length());
      if (out.length() + text.length() > 1 << 24) {
        throw new JinjaException("it writes more than 16 MiB");
      }
      out.append(text);
      return Then.GO_ON;
    };
  }
}
