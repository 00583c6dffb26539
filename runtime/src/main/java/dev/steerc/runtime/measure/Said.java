package dev.steerc.runtime.measure;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A generated text.
 *
 * @param prompt what it was asked for by
 * @param asked the prompt with an instruction, when there was one; else the same
 * @param text what was generated, without the prompt
 */
public record Said(String prompt, String asked, String text) {

  /** The texts of a part, one for each prompt. */
  static List<Said> of(Part part, List<String> texts) {
    return IntStream.range(0, texts.size())
        .mapToObj(i -> of(part.questions().get(i), texts.get(i)))
        .toList();
  }

  private static Said of(Part.Question question, String text) {
    return new Said(question.prompt(), question.asked(), text);
  }
}
