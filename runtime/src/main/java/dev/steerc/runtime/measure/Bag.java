package dev.steerc.runtime.measure;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which words and pairs of adjacent words there are, by number.
 *
 * @param numbers the features that are known
 */
record Bag(Map<String, Integer> numbers) {
  /** What it has matched it keeps, or a long word would take as deep a stack. */
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}\\p{N}]++(?:['’]\\p{L}++)*+");

  /** Those of some texts. */
  static Bag of(List<String> texts) {
    Map<String, Integer> numbers = new HashMap<>();
    texts.forEach(text -> features(text).forEach(f -> numbers.putIfAbsent(f, numbers.size())));
    return new Bag(numbers);
  }

  private static Set<String> features(String text) {
    String plain = Normalizer.normalize(text, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
    List<String> words = new ArrayList<>();
    WORD.matcher(plain).results().forEach(word -> words.add(word.group().replace('’', '\'')));
    Set<String> features = new LinkedHashSet<>(words);
    for (int i = 1; i < words.size(); i++) {
      features.add(words.get(i - 1) + ' ' + words.get(i));
    }
    return features;
  }

  /** The known features of a text. */
  int[] in(String text) {
    return features(text).stream()
        .filter(numbers::containsKey)
        .mapToInt(numbers::get)
        .sorted()
        .toArray();
  }
}
