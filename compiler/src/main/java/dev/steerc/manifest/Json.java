package dev.steerc.manifest;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A JSON document: maps, lists, strings, numbers, booleans and null.
 *
 * <p>Its own few lines rather than a library, because the compiler depends on nothing but protobuf
 * and starts in a fraction of a second (docs/adr/0003).
 */
public final class Json {
  private static final int MAX_DEPTH = 64;

  /** As RFC 8259 has it. */
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][-+]?\\d+)?");

  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  /** An object with the given keys and values, in order; an empty Optional becomes null. */
  public static Map<String, Object> object(Object... pairs) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      object.put((String) pairs[i], pairs[i + 1]);
    }
    return object;
  }

  /**
   * Reads a document; numbers become {@link Long} where they are whole and fit, else {@link
   * Double}.
   *
   * @throws IllegalArgumentException with the position when it is malformed
   */
  public static Object parse(String text) {
    Json json = new Json(text);
    Object value = json.value(0);
    json.space();
    if (json.at != text.length()) {
      throw json.wrong("something behind the end");
    }
    return value;
  }

  /** Writes a document on one line. */
  public static String write(Object value) {
    StringBuilder out = new StringBuilder();
    write(value, out);
    return out.toString();
  }

  private static void write(Object value, StringBuilder out) {
    if (value instanceof Map<?, ?> object) {
      String separator = "{";
      for (Map.Entry<?, ?> entry : object.entrySet()) {
        quote(String.valueOf(entry.getKey()), out.append(separator));
        write(entry.getValue(), out.append(":"));
        separator = ",";
      }
      out.append(object.isEmpty() ? "{}" : "}");
    } else if (value instanceof Collection<?> list) {
      String separator = "[";
      for (Object element : list) {
        write(element, out.append(separator));
        separator = ",";
      }
      out.append(separator.equals("[") ? "[]" : "]");
    } else if (value instanceof Optional<?> optional) {
      write(optional.orElse(null), out);
    } else if (value == null || value instanceof Boolean || value instanceof Number) {
      out.append(isFinite(value) ? String.valueOf(value) : "null");
    } else {
      quote(value.toString(), out);
    }
  }

  private static boolean isFinite(Object value) {
    boolean isFloat = value instanceof Double || value instanceof Float;
    return !isFloat || Double.isFinite(((Number) value).doubleValue());
  }

  private static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20 || c == 0x7f) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private Object value(int depth) {
    if (depth > MAX_DEPTH) {
      throw wrong("nested too deeply");
    }
    space();
    char c = at < text.length() ? text.charAt(at) : 0;
    return switch (c) {
      case '{' -> readObject(depth);
      case '[' -> readList(depth);
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", null);
      default -> number();
    };
  }

  private Map<String, Object> readObject(int depth) {
    Map<String, Object> object = new LinkedHashMap<>();
    at++;
    if (ends('}')) {
      return object;
    }
    do {
      space();
      String key = string();
      expect(':');
      object.put(key, value(depth + 1));
    } while (goesOn('}'));
    return object;
  }

  private List<Object> readList(int depth) {
    List<Object> list = new ArrayList<>();
    at++;
    if (ends(']')) {
      return list;
    }
    do {
      list.add(value(depth + 1));
    } while (goesOn(']'));
    return list;
  }

  private boolean ends(char close) {
    space();
    if (at < text.length() && text.charAt(at) == close) {
      at++;
      return true;
    }
    return false;
  }

  private boolean goesOn(char close) {
    if (ends(close)) {
      return false;
    }
    expect(',');
    return true;
  }

  private void expect(char c) {
    space();
    if (at >= text.length() || text.charAt(at) != c) {
      throw wrong("`" + c + "` expected");
    }
    at++;
  }

  private Object word(String word, Object value) {
    if (!text.startsWith(word, at)) {
      throw wrong("a value expected");
    }
    at += word.length();
    return value;
  }

  private Object number() {
    int start = at;
    while (at < text.length() && "+-0123456789.eE".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    String number = text.substring(start, at);
    if (!NUMBER.matcher(number).matches()) {
      throw wrong("a value expected");
    }
    return number(number);
  }

  private static Object number(String number) {
    try {
      if (number.matches("-?\\d{1,19}")) {
        return Long.valueOf(number);
      }
    } catch (NumberFormatException e) {
      // a little more than a long holds
    }
    return Double.valueOf(number);
  }

  private String string() {
    if (at >= text.length() || text.charAt(at) != '"') {
      throw wrong("a string expected");
    }
    StringBuilder out = new StringBuilder();
    for (at++; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == '"') {
        at++;
        return out.toString();
      }
      if (c < 0x20) {
        throw wrong("a control character in a string");
      }
      out.append(c == '\\' ? escape() : c);
    }
    throw wrong("a string that never ends");
  }

  private char escape() {
    at++;
    char c = at < text.length() ? text.charAt(at) : 0;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'u' -> unicode();
      default -> throw wrong("an unknown escape");
    };
  }

  private char unicode() {
    if (at + 4 >= text.length() || !text.substring(at + 1, at + 5).matches("[0-9a-fA-F]{4}")) {
      throw wrong("four hexadecimal digits expected");
    }
    at += 4;
    return (char) Integer.parseInt(text.substring(at - 3, at + 1), 16);
  }

  private void space() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException("character " + at + ": " + what);
  }
}
