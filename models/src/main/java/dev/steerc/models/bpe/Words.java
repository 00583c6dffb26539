package dev.steerc.models.bpe;

import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The parts of a text that no token crosses. */
final class Words {
  /** As OpenAI published it with GPT-2. */
  private static final Pattern WORD =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          Pattern.UNICODE_CHARACTER_CLASS);

  private Words() {}

  static Stream<String> of(String text) {
    return WORD.matcher(text).results().map(MatchResult::group);
  }
}
