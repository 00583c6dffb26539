package dev.steerc.cli.jinja;

/**
 * A piece of a template.
 *
 * @param text the text itself, the name, the operator, or the content of a string
 * @param line counted from 1
 */
record Token(Kind kind, String text, int line) {
  enum Kind {
    /** Text between the tags. */
    TEXT,
    /** The beginning of an expression that is written out. */
    WRITE,
    /** The beginning of a statement. */
    BLOCK,
    /** The end of either. */
    END,
    NAME,
    STRING,
    WHOLE,
    REAL,
    OPERATOR
  }

  boolean is(Kind kind, String text) {
    return this.kind == kind && this.text.equals(text);
  }

  @Override
  public String toString() {
    return kind == Kind.END ? "the end of the tag" : "`" + text + "`";
  }
}
