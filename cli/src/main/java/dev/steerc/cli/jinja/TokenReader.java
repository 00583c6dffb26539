package dev.steerc.cli.jinja;

import dev.steerc.cli.jinja.Token.Kind;
import java.util.List;

/** The tokens of a template, one after the other. */
final class TokenReader {
  private final List<Token> tokens;
  private int at;

  TokenReader(List<Token> tokens) {
    this.tokens = tokens;
  }

  boolean isDone() {
    return at == tokens.size();
  }

  Token peek() {
    return peek(0);
  }

  Token peek(int ahead) {
    int index = at + ahead;
    return index < tokens.size()
        ? tokens.get(index)
        : new Token(Kind.END, "", tokens.isEmpty() ? 1 : tokens.get(tokens.size() - 1).line());
  }

  Token next() {
    Token token = peek();
    at++;
    return token;
  }

  boolean isNext(Kind kind, String text) {
    return peek().is(kind, text);
  }

  boolean accept(Kind kind, String text) {
    if (isNext(kind, text)) {
      at++;
      return true;
    }
    return false;
  }

  boolean acceptOperator(String text) {
    return accept(Kind.OPERATOR, text);
  }

  boolean acceptName(String text) {
    return accept(Kind.NAME, text);
  }

  void expectOperator(String text) {
    if (!acceptOperator(text)) {
      throw wrong("`" + text + "` expected, found " + peek());
    }
  }

  void expectName(String text) {
    if (!acceptName(text)) {
      throw wrong("`" + text + "` expected, found " + peek());
    }
  }

  String name() {
    if (peek().kind() != Kind.NAME) {
      throw wrong("a name expected, found " + peek());
    }
    return next().text();
  }

  void end() {
    if (next().kind() != Kind.END) {
      at--;
      throw wrong("the end of the tag expected, found " + peek());
    }
  }

  JinjaException wrong(String what) {
    return new JinjaException("line " + peek().line() + ": " + what);
  }
}
