package dev.steerc.cli.jinja;

import java.util.List;
import java.util.Map;

/** JSON as transformers' `tojson` writes it: a blank behind each colon and comma, no escapes. */
final class PythonJson {
  private final StringBuilder out = new StringBuilder();
  private final int indent;

  private PythonJson(int indent) {
    this.indent = indent;
  }

  static String write(Object value, Arguments call) {
    Object[] bound = call.bind("indent");
    long indent = bound[0] == null ? -1 : Numbers.whole(bound[0]);
    if (indent > 16) {
      throw new JinjaException("`tojson` with an indent of " + indent);
    }
    PythonJson json = new PythonJson((int) indent);
    json.value(value, 1);
    return json.out.toString();
  }

  private void value(Object value, int depth) {
    if (out.length() > 1 << 20) {
      throw new JinjaException("it writes out a very large value");
    }
    if (value instanceof Map<?, ?> map) {
      String separator = "{";
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        begin(separator, depth);
        quote(Methods.text(entry.getKey()));
        out.append(": ");
        value(entry.getValue(), depth + 1);
        separator = ",";
      }
      end(map.isEmpty() ? "{}" : "}", map.isEmpty(), depth);
    } else if (value instanceof List<?> list) {
      String separator = "[";
      for (Object element : list) {
        begin(separator, depth);
        value(element, depth + 1);
        separator = ",";
      }
      end(list.isEmpty() ? "[]" : "]", list.isEmpty(), depth);
    } else if (value instanceof String text) {
      quote(text);
    } else if (value == null || value instanceof Boolean) {
      out.append(value);
    } else {
      out.append(Values.text(Numbers.isNumber(value) ? value : Numbers.whole(value)));
    }
  }

  private void begin(String separator, int depth) {
    out.append(separator);
    if (indent >= 0) {
      out.append('\n').append(" ".repeat(indent * depth));
    } else if (separator.equals(",")) {
      out.append(' ');
    }
  }

  private void end(String close, boolean isEmpty, int depth) {
    if (indent >= 0 && !isEmpty) {
      out.append('\n').append(" ".repeat(indent * (depth - 1)));
    }
    out.append(close);
  }

  private void quote(String text) {
    out.append('"');
    for (char c : text.toCharArray()) {
      int escape = "\"\\\n\r\t\b\f".indexOf(c);
      if (escape >= 0) {
        out.append('\\').append("\"\\nrtbf".charAt(escape));
      } else if (c < 32) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
