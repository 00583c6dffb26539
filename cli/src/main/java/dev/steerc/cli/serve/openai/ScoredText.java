package dev.steerc.cli.serve.openai;

import dev.steerc.runtime.TokenScore;
import dev.steerc.runtime.text.TextStream;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The log-probabilities of one text, token by token. */
final class ScoredText {
  /** What stands for minus infinity, which JSON lacks; OpenAI has it so. */
  private static final double LEAST = -9999;

  private final TokenTexts texts;
  private final OptionalInt best;
  private final Optional<TextStream> text;

  /**
   * The log-probabilities of a text without a token so far.
   *
   * @param best how many alternatives to tell of; empty tells nothing
   */
  ScoredText(TokenTexts texts, OptionalInt best) {
    this.texts = texts;
    this.best = best;
    this.text = texts.tokenizer().map(tokenizer -> TextStream.of(tokenizer, List.of()));
  }

  /**
   * A token and how likely it was.
   *
   * @param offset the characters of the text before it
   * @param best the most likely tokens, best first
   */
  record Scored(String text, int offset, double logprob, List<Scored> best) {}

  /** The next tokens of the text; empty where nothing is wanted. */
  Optional<List<Scored>> next(List<TokenScore> scores) {
    return best.isEmpty()
        ? Optional.empty()
        : Optional.of(scores.stream().map(this::scored).toList());
  }

  private Scored scored(TokenScore score) {
    int offset = text.map(stream -> length(stream.text())).orElse(0);
    text.ifPresent(stream -> stream.push(score.token()));
    List<Scored> others =
        score.best().stream()
            .limit(best.orElseThrow())
            .map(one -> scored(one.token(), offset, one.logprob(), List.of()))
            .toList();
    return scored(score.token(), offset, score.logprob(), others);
  }

  private Scored scored(long token, int offset, double logprob, List<Scored> others) {
    return new Scored(texts.of(token), offset, Math.max(LEAST, logprob), others);
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
