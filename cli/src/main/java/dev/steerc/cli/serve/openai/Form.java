package dev.steerc.cli.serve.openai;

import dev.steerc.cli.serve.openai.ScoredText.Scored;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How one of the two APIs writes texts down. */
sealed interface Form permits CompletionForm, ChatForm {

  /** What the ids of its answers begin with. */
  String prefix();

  /** What it calls a whole answer. */
  String object();

  /** What it calls a part of one. */
  String chunk();

  /** A whole text. */
  Map<String, Object> text(String text);

  /** A part of a text. */
  Map<String, Object> piece(String piece);

  /**
   * What comes before the first part of a text, if anything does.
   *
   * @param echo the prompt, where it is to be shown
   */
  Optional<Map<String, Object>> opening(String echo);

  /** The log-probabilities of some tokens. */
  Map<String, Object> logprobs(List<Scored> tokens);
}
