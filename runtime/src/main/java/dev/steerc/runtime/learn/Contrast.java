package dev.steerc.runtime.learn;

import dev.steerc.runtime.capture.Passage;

/**
 * Two texts that differ in one thing.
 *
 * @param prompt how both begin, which does not count; when it is empty, what both texts begin with
 *     does not count
 * @param positive what follows in the text that has it
 * @param negative what follows in its twin that does not
 */
public record Contrast(String prompt, String positive, String negative) {

  /** Two whole texts. */
  public Contrast(String positive, String negative) {
    this("", positive, negative);
  }

  /** The text that has it. */
  public Passage having() {
    return passage(positive);
  }

  /** Its twin that does not. */
  public Passage lacking() {
    return passage(negative);
  }

  private Passage passage(String behind) {
    return prompt.isEmpty()
        ? new Passage(behind.substring(0, common()), behind.substring(common()))
        : new Passage(prompt, behind);
  }

  /** How many characters both texts begin with; a pair of surrogates is one and stays together. */
  private int common() {
    int most = Math.min(positive.length(), negative.length());
    int same = 0;
    while (same < most && positive.charAt(same) == negative.charAt(same)) {
      same++;
    }
    return same > 0 && Character.isHighSurrogate(positive.charAt(same - 1)) ? same - 1 : same;
  }
}
