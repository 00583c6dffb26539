package dev.steerc.runtime.measure;

import java.io.Serializable;
import java.util.List;

/**
 * Prompts of an {@link Exam} that run together. An exam has the same parts wherever it is taken, so
 * that its numbers are the same.
 */
public record Part(List<Question> questions) implements Serializable {

  /**
   * A prompt with its chance.
   *
   * @param asked the prompt with an instruction, when there is one; else the same
   */
  public record Question(String prompt, String asked, long seed) implements Serializable {}

  public Part {
    questions = List.copyOf(questions);
  }

  /** The number of prompts. */
  public int size() {
    return questions.size();
  }
}
