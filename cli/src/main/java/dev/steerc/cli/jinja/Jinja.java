package dev.steerc.cli.jinja;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;

/** A template that was read and can be rendered any number of times. */
public final class Jinja {
  private final List<Statement> statements;

  private Jinja(List<Statement> statements) {
    this.statements = statements;
  }

  /**
   * Reads a template.
   *
   * @throws JinjaException when it is malformed or uses what is not supported
   */
  public static Jinja parse(String source) {
    try {
      return new Jinja(new StatementParser(Lexer.tokens(source)).template());
    } catch (StackOverflowError e) {
      throw new JinjaException("nested too deeply");
    }
  }

  /**
   * Renders the template.
   *
   * @param variables text, {@link Boolean}, {@link Long}, {@link Double}, lists and maps of such
   * @param now what the template sees as the present
   * @throws JinjaException when it raises an error itself, does what Python would refuse, or works
   *     or writes more than any chat needs
   */
  public String render(Map<String, Object> variables, LocalDateTime now) {
    Budget budget = new Budget();
    Scope scope = new Scope(budget);
    Functions.define(scope, now);
    variables.forEach(scope::set);
    StringBuilder out = new StringBuilder();
    try {
      Statement.run(statements, scope, out);
    } catch (StackOverflowError e) {
      throw new JinjaException("nested too deeply");
    }
    return out.toString();
  }
}
