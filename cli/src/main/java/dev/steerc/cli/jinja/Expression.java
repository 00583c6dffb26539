package dev.steerc.cli.jinja;

/** What has a value wherever it is evaluated. */
@FunctionalInterface
interface Expression {
  Object in(Scope scope);
}
