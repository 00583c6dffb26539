package dev.steerc.cli.jinja;

import dev.steerc.cli.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts a template into tokens, with the blanks around tags treated as transformers has it. */
final class Lexer {
  private static final Pattern OPENING = Pattern.compile("\\{([{%#])([-+]?)");
  private static final Pattern RAW = Pattern.compile("\\{%([-+]?)\\s*raw\\s*(-?)%\\}");
  private static final Pattern END_RAW =
      Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(\\+%\\}|-%\\}\\s*|%\\}\\n?)");
  private static final Pattern PIECE =
      Pattern.compile(
          "\\s+|(?<name>[A-Za-z_][A-Za-z0-9_]*)"
              + "|(?<real>\\d+\\.\\d+(?:[eE][+-]?\\d+)?|\\d+[eE][+-]?\\d+)|(?<whole>\\d+)"
              + "|(?<string>'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'"
              + "|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\")"
              + "|(?<operator>\\*\\*|//|==|!=|<=|>=|[-+/*%~\\[\\](){}<>=.:|,])",
          Pattern.DOTALL);

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;
  private int counted;
  private boolean startsLine = true;

  private Lexer(String source) {
    this.source = source;
  }

  static List<Token> tokens(String template) {
    String source = template.replaceAll("\\r\\n?", "\n");
    // one line break at the very end belongs to the file, not to the text
    boolean endsLine = source.endsWith("\n");
    Lexer lexer = new Lexer(endsLine ? source.substring(0, source.length() - 1) : source);
    lexer.read();
    return lexer.tokens;
  }

  private void read() {
    Matcher opening = OPENING.matcher(source);
    while (opening.find(at)) {
      char kind = opening.group(1).charAt(0);
      Matcher raw = RAW.matcher(source).region(opening.start(), source.length());
      text(opening.start(), opening.group(2), kind != '{');
      if (raw.lookingAt()) {
        at = raw.end();
        raw(!raw.group(2).isEmpty());
      } else if (kind == '#') {
        at = opening.end();
        comment();
      } else {
        add(kind == '{' ? Kind.WRITE : Kind.BLOCK, opening.group());
        at = opening.end();
        tag(kind == '{' ? "}}" : "%}");
      }
    }
    text(source.length(), "+", false);
  }

  /** The text up to a tag, whose sign and kind tell what becomes of the blanks before it. */
  private void text(int end, String sign, boolean isBlock) {
    String text = source.substring(at, end);
    if (sign.equals("-")) {
      text = text.substring(0, text.length() - trailingBlanks(text));
    } else if (sign.isEmpty() && isBlock) {
      int line = text.lastIndexOf('\n') + 1;
      if ((line > 0 || startsLine) && text.substring(line).isBlank()) {
        text = text.substring(0, line);
      }
    }
    if (!text.isEmpty()) {
      add(Kind.TEXT, text);
    }
  }

  private void raw(boolean strips) {
    Matcher end = END_RAW.matcher(source);
    if (!end.find(at)) {
      throw wrong("`raw` has no end");
    }
    if (strips) {
      blanks();
    }
    startsLine = false;
    text(Math.max(at, end.start()), end.group(1), true);
    at = end.end();
    startsLine = end.group().endsWith("\n");
  }

  private void comment() {
    int end = source.indexOf("#}", at);
    if (end < 0) {
      throw wrong("a comment has no end");
    }
    char sign = source.charAt(end - 1);
    at = end + 2;
    close(end == at - 2 && (sign == '-' || sign == '+') ? sign : 0, true);
  }

  private void tag(String close) {
    int depth = 0;
    while (true) {
      if (depth == 0 && closes(close)) {
        return;
      }
      Matcher piece = PIECE.matcher(source).region(at, source.length());
      if (!piece.lookingAt()) {
        throw wrong(
            at == source.length() ? "a tag has no end" : "`" + source.charAt(at) + "` in a tag");
      }
      if (piece.group("operator") != null) {
        depth += "([{".contains(piece.group()) ? 1 : ")]}".contains(piece.group()) ? -1 : 0;
      }
      piece(piece);
      at = piece.end();
    }
  }

  private void piece(Matcher piece) {
    if (piece.group("name") != null) {
      add(Kind.NAME, piece.group());
    } else if (piece.group("real") != null) {
      add(Kind.REAL, piece.group());
    } else if (piece.group("whole") != null) {
      add(Kind.WHOLE, piece.group());
    } else if (piece.group("string") != null) {
      String quoted = piece.group();
      add(Kind.STRING, unescaped(quoted.substring(1, quoted.length() - 1)));
    } else if (piece.group("operator") != null) {
      add(Kind.OPERATOR, piece.group());
    }
  }

  private boolean closes(String close) {
    char sign = at < source.length() ? source.charAt(at) : 0;
    boolean signed = sign == '-' || sign == '+' && close.equals("%}");
    if (!source.startsWith(close, signed ? at + 1 : at)) {
      return false;
    }
    add(Kind.END, close);
    at += close.length() + (signed ? 1 : 0);
    close(signed ? sign : 0, close.equals("%}"));
    return true;
  }

  /** The blanks behind a tag: a minus eats them all, a statement or a comment eats a line break. */
  private void close(int sign, boolean eatsBreak) {
    int start = at;
    if (sign == '-') {
      blanks();
    } else if (sign != '+' && eatsBreak && source.startsWith("\n", at)) {
      at++;
    }
    startsLine = at > start && source.charAt(at - 1) == '\n';
  }

  private void blanks() {
    while (at < source.length() && Methods.isBlank(source.charAt(at))) {
      at++;
    }
  }

  private static int trailingBlanks(String text) {
    int count = 0;
    while (count < text.length() && Methods.isBlank(text.charAt(text.length() - 1 - count))) {
      count++;
    }
    return count;
  }

  /** The content of a string, with Python's escapes; an unknown one stays as it is. */
  private String unescaped(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\\') {
        out.append(c);
        continue;
      }
      char escape = text.charAt(++i);
      int plain = "\\'\"ntrbfv".indexOf(escape);
      int digits = escape == 'x' ? 2 : escape == 'u' ? 4 : escape == 'U' ? 8 : 0;
      if (plain >= 0) {
        out.append("\\'\"\n\t\r\b\f\u000b".charAt(plain));
      } else if (digits > 0) {
        out.append(character(text, i + 1, digits));
        i += digits;
      } else if (escape != '\n') {
        out.append(c).append(escape);
      }
    }
    return out.toString();
  }

  private String character(String text, int start, int digits) {
    try {
      return Character.toString(Integer.parseInt(text, start, start + digits, 16));
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw wrong("a broken escape in a string");
    }
  }

  private void add(Kind kind, String text) {
    tokens.add(new Token(kind, text, line()));
  }

  private int line() {
    for (; counted < at; counted++) {
      line += source.charAt(counted) == '\n' ? 1 : 0;
    }
    return line;
  }

  private JinjaException wrong(String what) {
    return new JinjaException("line " + line() + ": " + what);
  }
}
