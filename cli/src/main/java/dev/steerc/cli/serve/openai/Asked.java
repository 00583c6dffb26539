package dev.steerc.cli.serve.openai;

import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.steering.Steering;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * What a request asks for, whichever of the two ways it came by.
 *
 * @param prompts each with its steering and settings
 * @param sequences how many texts there are for each prompt
 * @param compare whether there are as many again without steering, before the steered ones
 * @param best for how many tokens log-probabilities are wanted; empty for not even the chosen one's
 * @param echo texts that the answer begins with, one for each prompt; none when not wanted
 * @param model as the request calls it
 */
record Asked(
    List<Prompt> prompts,
    int sequences,
    boolean compare,
    OptionalInt best,
    List<String> echo,
    boolean tokenIds,
    boolean stream,
    boolean usage,
    String model) {

  /** How many texts belong to a prompt. */
  int perPrompt() {
    return compare ? 2 * sequences : sequences;
  }

  /** How many texts there are. */
  int texts() {
    return prompts.size() * perPrompt();
  }

  /** Whether a text of a comparison is a steered one. */
  boolean isSteered(int row) {
    return row / sequences % 2 == 1;
  }

  /** What the text of a row begins with. */
  String echo(int row) {
    return echo.isEmpty() ? "" : echo.get(row / perPrompt());
  }

  /** The prompts to run, whose texts are in the order of the answer. */
  List<Prompt> runs() {
    if (!compare) {
      return prompts;
    }
    List<Prompt> runs = new ArrayList<>();
    for (Prompt prompt : prompts) {
      runs.add(prompt.steered(Steering.NONE));
      runs.add(prompt);
    }
    return runs;
  }
}
