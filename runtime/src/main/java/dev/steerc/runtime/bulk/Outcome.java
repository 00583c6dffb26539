package dev.steerc.runtime.bulk;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.FinishReason;
import dev.steerc.runtime.Receipt;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What became of a row.
 *
 * @param text without special tokens and stop strings; empty without a tokenizer. Of a row that
 *     failed, what there was by then
 * @param tokens the generated tokens
 * @param promptTokens how many tokens the prompt has; 0 where it did not come so far
 * @param reason why the text ended
 * @param seed what chance began from; empty when the row could not be read
 * @param receipt what was done to the text, as {@link Receipt} says it; empty when nothing was
 * @param problem what went wrong; empty when nothing did
 */
public record Outcome(
    String text,
    long[] tokens,
    int promptTokens,
    FinishReason reason,
    OptionalLong seed,
    Map<String, Object> receipt,
    Optional<Problem> problem) {

  static Outcome of(Completion text, Receipt receipt) {
    return new Outcome(
        text.text(),
        text.tokens(),
        text.prompt().length,
        text.reason().orElseThrow(),
        OptionalLong.of(text.seed()),
        receipt.with(text),
        text.problem());
  }

  static Outcome failed(int promptTokens, OptionalLong seed, Problem problem) {
    return new Outcome(
        "", new long[0], promptTokens, FinishReason.FAILED, seed, Map.of(), Optional.of(problem));
  }

  /** The receipt as a JSON object; empty when there is none. */
  public Optional<String> receiptText() {
    return receipt.isEmpty() ? Optional.empty() : Optional.of(Json.write(receipt));
  }

  /** What went wrong in one line. */
  public Optional<String> problemText() {
    return problem.map(
        p -> p.notes().isEmpty() ? p.what() : p.what() + "; " + String.join("; ", p.notes()));
  }

  /** The columns of the result, by name, as JSON has them. */
  public Map<String, Object> toMap() {
    return Json.object(
        "text",
        text,
        "tokens",
        Arrays.stream(tokens).boxed().toList(),
        "prompt_tokens",
        promptTokens,
        "finish_reason",
        reason.label(),
        "seed",
        seed.isPresent() ? seed.getAsLong() : null,
        "receipt",
        receipt.isEmpty() ? null : receipt,
        "problem",
        problem
            .map(p -> Json.object("code", p.code().slug(), "message", problemText().get()))
            .orElse(null));
  }
}
