package dev.steerc.cli.picture;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads Graphviz's language by its grammar, as far as digraphs with subgraphs need it. Source:
 * graphviz.org/doc/info/lang.html.
 */
final class DotReader {
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:(->|[{}\\[\\]=;,])|\"((?:[^\"\\\\]|\\\\.)*)\"|(\\w+))", Pattern.DOTALL);

  /** The attributes of every node that is declared. */
  final Map<String, Map<String, String>> nodes = new LinkedHashMap<>();

  /** Where edges lead, as {@code from -> to}, with their attributes. */
  final Map<String, Map<String, String>> edges = new LinkedHashMap<>();

  private final String text;
  private final Matcher matcher;
  private String token;
  private boolean isName;

  private DotReader(String text) {
    this.text = text;
    this.matcher = TOKEN.matcher(text);
    next();
  }

  static DotReader read(String text) {
    DotReader reader = new DotReader(text);
    reader.expect("digraph");
    reader.name();
    reader.body();
    if (reader.token != null) {
      throw reader.wrong("something behind the end");
    }
    return reader;
  }

  private void body() {
    expect("{");
    while (!is("}")) {
      statement();
      if (is(";")) {
        next();
      }
    }
    next();
  }

  private void statement() {
    String first = name();
    if (first.equals("subgraph")) {
      name();
      body();
    } else if (is("=")) {
      next();
      name();
    } else if (is("->")) {
      next();
      edges.put(first + " -> " + name(), attributes());
    } else {
      Map<String, String> attributes = attributes();
      if (!List.of("node", "graph", "edge").contains(first)) {
        nodes.put(first, attributes);
      }
    }
  }

  private Map<String, String> attributes() {
    Map<String, String> attributes = new TreeMap<>();
    if (is("[")) {
      next();
      while (!is("]")) {
        String key = name();
        expect("=");
        attributes.put(key, name());
        if (is(",")) {
          next();
        }
      }
      next();
    }
    return attributes;
  }

  private String name() {
    if (!isName) {
      throw wrong("no name");
    }
    String name = token;
    next();
    return name;
  }

  private void expect(String expected) {
    if (!expected.equals(token)) {
      throw wrong("no `" + expected + "`");
    }
    next();
  }

  private boolean is(String symbol) {
    if (token == null) {
      throw wrong("the end is missing");
    }
    return !isName && symbol.equals(token);
  }

  private void next() {
    int at = token == null ? 0 : matcher.end();
    if (text.substring(at).isBlank()) {
      token = null;
      isName = false;
      return;
    }
    if (!matcher.find(at) || matcher.start() != at) {
      throw wrong("no token");
    }
    boolean isQuoted = matcher.group(2) != null;
    token = isQuoted ? matcher.group(2) : matcher.group().strip();
    isName = isQuoted || matcher.group(3) != null;
  }

  private IllegalStateException wrong(String what) {
    return new IllegalStateException(what + " where the text goes on with: " + token);
  }
}
