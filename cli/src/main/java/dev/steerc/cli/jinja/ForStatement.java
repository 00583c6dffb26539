package dev.steerc.cli.jinja;

import java.util.ArrayList;
import java.util.List;

/**
 * A loop.
 *
 * @param condition which elements it runs over, or null for all
 * @param otherwise what runs when there are none
 */
record ForStatement(
    List<String> targets,
    Expression elements,
    Expression condition,
    List<Statement> body,
    List<Statement> otherwise)
    implements Statement {

  @Override
  public Then run(Scope scope, StringBuilder out) {
    List<Object> selected = selected(scope);
    if (selected.isEmpty()) {
      return Statement.run(otherwise, scope, out);
    }
    for (int i = 0; i < selected.size(); i++) {
      Scope inner = scope.inner();
      StatementParser.assign(targets, selected.get(i), inner);
      inner.set("loop", new Loop(selected, i));
      if (Statement.run(body, inner, out) == Then.BREAK) {
        break;
      }
    }
    return Then.GO_ON;
  }

  private List<Object> selected(Scope scope) {
    List<Object> all = Values.elements(elements.in(scope));
    scope.budget().charge(all.size() * 8L);
    if (condition == null) {
      return all;
    }
    List<Object> selected = new ArrayList<>();
    for (Object element : all) {
      Scope inner = scope.inner();
      StatementParser.assign(targets, element, inner);
      if (Values.isTrue(condition.in(inner))) {
        selected.add(element);
      }
    }
    return selected;
  }
}
