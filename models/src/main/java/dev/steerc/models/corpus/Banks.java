package dev.steerc.models.corpus;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The words and patterns of the corpus: lists by name, read from the files beside this class.
 *
 * <p>{@code [name]} begins a bank; a line has one entry or several with bars between them; {@code
 * #} begins a remark. A name is {@code attribute.slot} where the entries belong to one value of an
 * attribute.
 */
final class Banks {
  private static final List<String> FILES =
      List.of("stories", "topics", "letters", "answers", "requests");
  private static final Map<String, List<String>> BANKS = read();

  private Banks() {}

  /** The entries of a bank. */
  static List<String> of(String name) {
    List<String> entries = BANKS.get(name);
    if (entries == null) {
      throw new IllegalStateException("there is no bank `" + name + "`");
    }
    return entries;
  }

  /** The entry of a bank that has but one. */
  static String only(String name) {
    return of(name).get(0);
  }

  static boolean has(String name) {
    return BANKS.containsKey(name);
  }

  /** The names of all banks. */
  static Set<String> names() {
    return BANKS.keySet();
  }

  private static Map<String, List<String>> read() {
    Map<String, List<String>> banks = new LinkedHashMap<>();
    FILES.forEach(file -> read(lines(file), banks));
    return banks;
  }

  private static void read(List<String> lines, Map<String, List<String>> banks) {
    List<String> entries = List.of();
    for (String line : lines) {
      if (line.startsWith("[")) {
        entries = new ArrayList<>();
        banks.put(line.substring(1, line.length() - 1), entries);
      } else {
        entries.addAll(List.of(line.split("\\|")));
      }
    }
  }

  private static List<String> lines(String file) {
    try (InputStream in = Banks.class.getResourceAsStream(file + ".txt")) {
      String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      return text.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
