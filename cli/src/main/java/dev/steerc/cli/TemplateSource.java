package dev.steerc.cli;

/**
 * A chat template without its white-space control: what Python's Jinja removes around tags with
 * {@code trim_blocks} and {@code lstrip_blocks} is removed from the text itself, because Jinjava
 * removes something else.
 */
final class TemplateSource {
  private TemplateSource() {}

  static String plain(String template) {
    return template
        .replace("\r\n", "\n")
        // one line break at the end of the file is not part of it
        .replaceFirst("\n\\z", "")
        // marks for training only
        .replaceAll("\\{%([-+]?)\\s*(?:end)?generation\\s*([-+]?)%}", "{#$1 $2#}")
        .replaceAll("\\s*\\{([%{#])-", "{$1")
        .replaceAll("-([%}#])}\\s*", "$1}")
        // a tag that is the first thing on its line
        .replaceAll("(?m)^[ \\t]+(?=\\{[%#](?!\\+))", "")
        // the line break behind a tag
        .replaceAll("(?<=[^+][%#]})\n", "")
        .replaceAll("\\{([%#])\\+", "{$1")
        .replaceAll("\\+([%#])}", "$1}")
        .replaceAll("(?s)\\{#.*?#}", "")
        // Jinjava has neither of these, and reads the second as (not a) in b
        .replaceAll("([\\w.]+)\\[::-1]", "$1|reverse")
        .replaceAll("\\bnot\\s+([\\w.'\"\\[\\]]+)\\s+in\\b", "$1 not in");
  }
}
