package dev.steerc.runtime.capture;

import java.io.Serializable;

/**
 * A text whose activations are wanted.
 *
 * @param prompt what it begins with and is not looked at; possibly empty
 * @param completion the rest. Its tokens are those of the whole text from the first one in which it
 *     differs from the prompt alone, and the last token at least
 */
public record Passage(String prompt, String completion) implements Serializable {

  /** The whole. */
  public String text() {
    return prompt + completion;
  }
}
