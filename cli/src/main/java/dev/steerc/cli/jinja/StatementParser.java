package dev.steerc.cli.jinja;

import dev.steerc.cli.jinja.Statement.Then;
import dev.steerc.cli.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads text and tags. */
final class StatementParser {
  /** No name in a template has a blank. */
  private static final String CAPTURED = "captured text";

  private final TokenReader tokens;
  private final ExpressionParser expressions;
  private int loops;

  StatementParser(List<Token> tokens) {
    this.tokens = new TokenReader(tokens);
    this.expressions = new ExpressionParser(this.tokens);
  }

  List<Statement> template() {
    return body(Set.of());
  }

  /** Statements up to a tag of one of these names, which is left for the caller, its name read. */
  private List<Statement> body(Set<String> ends) {
    List<Statement> body = new ArrayList<>();
    while (!tokens.isDone()) {
      Token token = tokens.next();
      if (token.kind() == Kind.TEXT) {
        body.add(Statement.write(scope -> token.text()));
      } else if (token.kind() == Kind.WRITE) {
        body.add(Statement.write(expressions.expressions()));
        tokens.end();
      } else {
        String name = tokens.peek().text();
        if (ends.contains(name)) {
          return body;
        }
        body.add(statement(tokens.name()));
      }
    }
    if (!ends.isEmpty()) {
      throw tokens.wrong("one of " + ends + " is missing");
    }
    return body;
  }

  /** The body of a tag, and the tag that ends it. */
  private List<Statement> bodyUntil(String end) {
    tokens.end();
    List<Statement> body = body(Set.of(end));
    tokens.expectName(end);
    tokens.end();
    return body;
  }

  private Statement statement(String name) {
    return switch (name) {
      case "if" -> condition();
      case "for" -> loop();
      case "set" -> assignment();
      case "macro" -> macro();
      case "break" -> jump(Then.BREAK);
      case "continue" -> jump(Then.CONTINUE);
      case "generation" -> generation();
      default -> throw tokens.wrong("the tag `" + name + "` is not supported");
    };
  }

  private Statement jump(Then then) {
    if (loops == 0) {
      throw tokens.wrong("a jump outside of a loop");
    }
    tokens.end();
    return (scope, out) -> then;
  }

  /** It marks for training what the model itself said, and writes nothing. */
  private Statement generation() {
    List<Statement> body = bodyUntil("endgeneration");
    return (scope, out) -> Statement.run(body, scope, out);
  }

  private Statement condition() {
    Expression condition = expressions.expression();
    tokens.end();
    List<Statement> then = body(Set.of("elif", "else", "endif"));
    List<Statement> otherwise = otherwise();
    return (scope, out) ->
        Statement.run(Values.isTrue(condition.in(scope)) ? then : otherwise, scope, out);
  }

  private List<Statement> otherwise() {
    if (tokens.acceptName("elif")) {
      return List.of(condition());
    }
    List<Statement> otherwise = List.of();
    if (tokens.acceptName("else")) {
      tokens.end();
      otherwise = body(Set.of("endif"));
    }
    tokens.expectName("endif");
    tokens.end();
    return otherwise;
  }

  private Statement loop() {
    List<String> targets = targets();
    tokens.expectName("in");
    // without the conditional expression, whose `if` would be taken for the loop's own
    Expression elements = expressions.or();
    Expression condition = tokens.acceptName("if") ? expressions.expression() : null;
    tokens.end();
    loops++;
    List<Statement> body = body(Set.of("else", "endfor"));
    loops--;
    List<Statement> otherwise = List.of();
    if (tokens.acceptName("else")) {
      tokens.end();
      otherwise = body(Set.of("endfor"));
    }
    tokens.expectName("endfor");
    tokens.end();
    return new ForStatement(targets, elements, condition, body, otherwise);
  }

  private List<String> targets() {
    boolean isNested = tokens.acceptOperator("(");
    List<String> targets = new ArrayList<>(List.of(tokens.name()));
    while (tokens.acceptOperator(",")) {
      targets.add(tokens.name());
    }
    if (isNested) {
      tokens.expectOperator(")");
    }
    return targets;
  }

  private Statement assignment() {
    if (tokens.peek(1).is(Kind.OPERATOR, ".")) {
      return member();
    }
    List<String> targets = targets();
    if (tokens.acceptOperator("=")) {
      Expression value = expressions.expressions();
      tokens.end();
      return (scope, out) -> {
        assign(targets, value.in(scope), scope);
        return Then.GO_ON;
      };
    }
    return capture(targets);
  }

  static void assign(List<String> targets, Object value, Scope scope) {
    if (targets.size() == 1) {
      scope.set(targets.get(0), value);
      return;
    }
    List<Object> parts = Values.elements(value);
    if (parts.size() != targets.size()) {
      throw new JinjaException(parts.size() + " values for " + targets);
    }
    for (int i = 0; i < parts.size(); i++) {
      scope.set(targets.get(i), parts.get(i));
    }
  }

  private Statement member() {
    String name = tokens.name();
    tokens.expectOperator(".");
    String member = tokens.name();
    tokens.expectOperator("=");
    Expression value = expressions.expressions();
    tokens.end();
    return (scope, out) -> {
      if (!(scope.get(name) instanceof Namespace namespace)) {
        throw new JinjaException("`" + name + "` is no namespace");
      }
      namespace.values().put(member, value.in(scope));
      return Then.GO_ON;
    };
  }

  /** A variable whose value is what a body writes. */
  private Statement capture(List<String> targets) {
    Expression value = scope -> scope.get(CAPTURED);
    while (tokens.acceptOperator("|")) {
      value = expressions.filter(value);
    }
    Expression filtered = value;
    List<Statement> body = bodyUntil("endset");
    return (scope, out) -> {
      StringBuilder text = new StringBuilder();
      Statement.run(body, scope.inner(), text);
      Scope inner = scope.inner();
      inner.set(CAPTURED, text.toString());
      assign(targets, filtered.in(inner), scope);
      return Then.GO_ON;
    };
  }

  private Statement macro() {
    String name = tokens.name();
    tokens.expectOperator("(");
    Map<String, Expression> parameters = new LinkedHashMap<>();
    while (!tokens.acceptOperator(")")) {
      String parameter = tokens.name();
      Expression undefined = scope -> new Undefined(parameter);
      parameters.put(parameter, tokens.acceptOperator("=") ? expressions.expression() : undefined);
      if (!tokens.acceptOperator(",")) {
        tokens.expectOperator(")");
        break;
      }
    }
    int outer = loops;
    loops = 0;
    List<Statement> body = bodyUntil("endmacro");
    loops = outer;
    return (scope, out) -> {
      scope.set(name, new Macro(parameters, body));
      return Then.GO_ON;
    };
  }
}
