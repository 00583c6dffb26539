package dev.steerc.cli.jinja;

import dev.steerc.cli.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;

/** Reads expressions; each method is a level of precedence, the loosest first. */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", ">", "<=", ">=");

  /** Behind the name of a test, these go on with the expression around it. */
  private static final Set<String> NO_ARGUMENT =
      Set.of("else", "or", "and", "is", "if", "not", "in");

  private final TokenReader tokens;

  ExpressionParser(TokenReader tokens) {
    this.tokens = tokens;
  }

  /** An expression, or several with commas between them, which are a tuple. */
  Expression expressions() {
    Expression first = expression();
    if (!tokens.isNext(Kind.OPERATOR, ",")) {
      return first;
    }
    List<Expression> all = new ArrayList<>(List.of(first));
    while (tokens.acceptOperator(",")) {
      if (tokens.peek().kind() != Kind.END && !tokens.isNext(Kind.OPERATOR, ")")) {
        all.add(expression());
      }
    }
    Expression list = list(all);
    return scope -> new Tuple(Values.elements(list.in(scope)));
  }

  Expression expression() {
    Expression value = or();
    while (tokens.acceptName("if")) {
      Expression then = value;
      Expression condition = or();
      Expression other =
          tokens.acceptName("else") ? expression() : scope -> new Undefined("the other case");
      value = scope -> Values.isTrue(condition.in(scope)) ? then.in(scope) : other.in(scope);
    }
    return value;
  }

  Expression or() {
    Expression left = and();
    while (tokens.acceptName("or")) {
      Expression first = left;
      Expression second = and();
      left =
          scope -> {
            Object value = first.in(scope);
            return Values.isTrue(value) ? value : second.in(scope);
          };
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (tokens.acceptName("and")) {
      Expression first = left;
      Expression second = not();
      left =
          scope -> {
            Object value = first.in(scope);
            return Values.isTrue(value) ? second.in(scope) : value;
          };
    }
    return left;
  }

  private Expression not() {
    if (tokens.acceptName("not")) {
      Expression value = not();
      return scope -> !Values.isTrue(value.in(scope));
    }
    return comparison();
  }

  private Expression comparison() {
    Expression first = sum();
    List<Expression> operands = new ArrayList<>(List.of(first));
    List<String> operators = new ArrayList<>();
    for (String operator = comparator(); operator != null; operator = comparator()) {
      operators.add(operator);
      operands.add(sum());
    }
    return operators.isEmpty() ? first : scope -> compare(operands, operators, scope);
  }

  private String comparator() {
    Token token = tokens.peek();
    if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.text())) {
      return tokens.next().text();
    }
    if (tokens.acceptName("in")) {
      return "in";
    }
    if (token.is(Kind.NAME, "not") && tokens.peek(1).is(Kind.NAME, "in")) {
      tokens.next();
      tokens.next();
      return "not in";
    }
    return null;
  }

  private static Object compare(List<Expression> operands, List<String> operators, Scope scope) {
    Object left = operands.get(0).in(scope);
    for (int i = 0; i < operators.size(); i++) {
      Object right = operands.get(i + 1).in(scope);
      scope.budget().charge(Values.weight(left) + Values.weight(right));
      if (!Values.compare(left, operators.get(i), right)) {
        return false;
      }
      left = right;
    }
    return true;
  }

  private Expression sum() {
    Expression left = concatenation();
    while (true) {
      if (tokens.acceptOperator("+")) {
        Expression first = left;
        Expression second = concatenation();
        left = scope -> Values.add(first.in(scope), second.in(scope), scope.budget());
      } else if (tokens.acceptOperator("-")) {
        left = arithmetic(left, concatenation(), Numbers::subtract);
      } else {
        return left;
      }
    }
  }

  private Expression concatenation() {
    Expression left = product();
    while (tokens.acceptOperator("~")) {
      Expression first = left;
      Expression second = product();
      left =
          scope ->
              Values.join(
                  Values.text(first.in(scope)), Values.text(second.in(scope)), scope.budget());
    }
    return left;
  }

  private Expression product() {
    Expression left = power();
    while (true) {
      if (tokens.acceptOperator("*")) {
        Expression first = left;
        Expression second = power();
        left = scope -> Values.multiply(first.in(scope), second.in(scope), scope.budget());
      } else if (tokens.acceptOperator("/")) {
        left = arithmetic(left, power(), Numbers::divide);
      } else if (tokens.acceptOperator("//")) {
        left = arithmetic(left, power(), Numbers::floorDivide);
      } else if (tokens.acceptOperator("%")) {
        left = arithmetic(left, power(), Numbers::remainder);
      } else {
        return left;
      }
    }
  }

  private Expression power() {
    Expression value = unary(true);
    if (tokens.isNext(Kind.OPERATOR, "**")) {
      throw tokens.wrong("`**` is not supported");
    }
    return value;
  }

  private static Expression arithmetic(
      Expression left, Expression right, BinaryOperator<Object> operation) {
    return scope -> {
      scope.budget().step();
      return operation.apply(left.in(scope), right.in(scope));
    };
  }

  private Expression unary(boolean filters) {
    Expression value;
    if (tokens.acceptOperator("-")) {
      value = arithmetic(scope -> 0L, unary(false), Numbers::subtract);
    } else if (tokens.acceptOperator("+")) {
      value = arithmetic(scope -> 0L, unary(false), Numbers::add);
    } else {
      value = primary();
    }
    value = postfix(value);
    return filters ? filters(value) : value;
  }

  private Expression primary() {
    Token token = tokens.next();
    return switch (token.kind()) {
      case NAME -> name(token.text());
      case STRING -> string(token.text());
      case WHOLE -> constant(whole(token));
      case REAL -> constant(Double.valueOf(token.text()));
      case OPERATOR -> bracket(token);
      default -> throw tokens.wrong("a value expected, found " + token);
    };
  }

  private static Expression constant(Object value) {
    return scope -> value;
  }

  private Long whole(Token token) {
    if (token.text().length() > 18) {
      throw tokens.wrong("the number " + token + " is too large");
    }
    return Long.valueOf(token.text());
  }

  private Expression string(String first) {
    StringBuilder text = new StringBuilder(first);
    while (tokens.peek().kind() == Kind.STRING) {
      text.append(tokens.next().text());
    }
    return constant(text.toString());
  }

  private static Expression name(String name) {
    return switch (name) {
      case "true", "True" -> constant(true);
      case "false", "False" -> constant(false);
      case "none", "None" -> constant(null);
      default ->
          scope -> {
            scope.budget().step();
            return scope.get(name);
          };
    };
  }

  private Expression bracket(Token token) {
    return switch (token.text()) {
      case "(" -> parenthesis();
      case "[" -> list(elements("]"));
      case "{" -> dictionary();
      default -> throw tokens.wrong("a value expected, found " + token);
    };
  }

  private Expression parenthesis() {
    if (tokens.acceptOperator(")")) {
      return scope -> new Tuple(List.of());
    }
    Expression value = expressions();
    tokens.expectOperator(")");
    return value;
  }

  private List<Expression> elements(String close) {
    List<Expression> elements = new ArrayList<>();
    while (!tokens.acceptOperator(close)) {
      elements.add(expression());
      if (!tokens.acceptOperator(",")) {
        tokens.expectOperator(close);
        break;
      }
    }
    return elements;
  }

  private static Expression list(List<Expression> elements) {
    return scope -> {
      scope.budget().step();
      List<Object> list = new ArrayList<>();
      elements.forEach(element -> list.add(element.in(scope)));
      return list;
    };
  }

  private Expression dictionary() {
    Map<Expression, Expression> entries = new LinkedHashMap<>();
    while (!tokens.acceptOperator("}")) {
      Expression key = expression();
      tokens.expectOperator(":");
      entries.put(key, expression());
      if (!tokens.acceptOperator(",")) {
        tokens.expectOperator("}");
        break;
      }
    }
    return scope -> {
      scope.budget().step();
      Map<Object, Object> map = new LinkedHashMap<>();
      entries.forEach((key, value) -> map.put(key.in(scope), value.in(scope)));
      return map;
    };
  }

  private Expression postfix(Expression start) {
    Expression value = start;
    while (true) {
      Expression base = value;
      if (tokens.acceptOperator(".")) {
        String name = tokens.name();
        value =
            scope -> {
              Object owner = base.in(scope);
              scope.budget().charge(Values.weight(owner));
              return Members.attribute(owner, name);
            };
      } else if (tokens.acceptOperator("[")) {
        value = subscript(base);
      } else if (tokens.acceptOperator("(")) {
        value = call(base);
      } else {
        return value;
      }
    }
  }

  private Expression subscript(Expression base) {
    Expression[] bounds = new Expression[3];
    int given = 0;
    boolean isSlice = false;
    while (!tokens.acceptOperator("]")) {
      if (tokens.acceptOperator(":")) {
        isSlice = true;
        given++;
      } else if (given < 3 && bounds[given] == null) {
        bounds[given] = expression();
      } else {
        throw tokens.wrong("`]` expected, found " + tokens.peek());
      }
    }
    if (given > 2 || !isSlice && bounds[0] == null) {
      throw tokens.wrong("a subscript that cannot be understood");
    }
    if (isSlice) {
      return scope -> Members.slice(base.in(scope), values(bounds, scope), scope.budget());
    }
    return scope -> {
      Object value = base.in(scope);
      scope.budget().charge(value instanceof String ? Values.weight(value) : 1);
      return Members.item(value, bounds[0].in(scope));
    };
  }

  private static Object[] values(Expression[] expressions, Scope scope) {
    Object[] values = new Object[expressions.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = expressions[i] == null ? null : expressions[i].in(scope);
    }
    return values;
  }

  private Expression call(Expression function) {
    Call call = arguments();
    return scope -> {
      scope.budget().step();
      Object target = function.in(scope);
      if (!(target instanceof Callable callable)) {
        throw new JinjaException(Values.describe(target) + " cannot be called");
      }
      return callable.call(call.in(scope), scope);
    };
  }

  /** The arguments of a call before they are evaluated. */
  private record Call(List<Expression> values, Map<String, Expression> named) {
    Arguments in(Scope scope) {
      List<Object> list = new ArrayList<>();
      values.forEach(value -> list.add(value.in(scope)));
      Map<String, Object> map = new LinkedHashMap<>();
      named.forEach((name, value) -> map.put(name, value.in(scope)));
      return new Arguments(list, map);
    }
  }

  private Call arguments() {
    Call call = new Call(new ArrayList<>(), new LinkedHashMap<>());
    while (!tokens.acceptOperator(")")) {
      if (tokens.peek().kind() == Kind.NAME && tokens.peek(1).is(Kind.OPERATOR, "=")) {
        String name = tokens.name();
        tokens.next();
        call.named.put(name, expression());
      } else {
        call.values.add(expression());
      }
      if (!tokens.acceptOperator(",")) {
        tokens.expectOperator(")");
        break;
      }
    }
    return call;
  }

  private Expression filters(Expression start) {
    Expression value = start;
    while (true) {
      if (tokens.acceptOperator("|")) {
        value = filter(value);
      } else if (tokens.acceptName("is")) {
        value = test(value);
      } else {
        return value;
      }
    }
  }

  /** A filter, its name already expected. */
  Expression filter(Expression value) {
    String name = tokens.name();
    if (!Filters.NAMES.contains(name)) {
      throw tokens.wrong("the filter `" + name + "` is not supported");
    }
    Call call = tokens.acceptOperator("(") ? arguments() : new Call(List.of(), Map.of());
    return scope -> {
      Object input = value.in(scope);
      scope.budget().charge(Values.weight(input));
      return Filters.apply(name, input, call.in(scope), scope);
    };
  }

  private Expression test(Expression value) {
    boolean negated = tokens.acceptName("not");
    String name = tokens.name();
    if (!Tests.NAMES.contains(name)) {
      throw tokens.wrong("the test `" + name + "` is not supported");
    }
    Call call = new Call(new ArrayList<>(), Map.of());
    if (tokens.acceptOperator("(")) {
      call = arguments();
    } else if (takesArgument(tokens.peek())) {
      call.values.add(postfix(primary()));
    }
    Call arguments = call;
    return scope -> {
      scope.budget().step();
      return Tests.holds(name, value.in(scope), arguments.in(scope)) != negated;
    };
  }

  private static boolean takesArgument(Token token) {
    return switch (token.kind()) {
      case NAME -> !NO_ARGUMENT.contains(token.text());
      case STRING, WHOLE, REAL -> true;
      case OPERATOR -> token.text().equals("[") || token.text().equals("{");
      default -> false;
    };
  }
}
