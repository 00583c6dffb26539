package dev.steerc.runtime.bulk;

/**
 * What a run has done so far.
 *
 * @param rows that have ended, those that failed included
 * @param promptTokens of rows that were run
 * @param tokens that were generated
 * @param engineNanos how much of the time was ONNX Runtime's
 * @param nanos the time from the first row on, that of whoever takes the results aside
 */
public record Counts(
    long rows, long failed, long promptTokens, long tokens, long engineNanos, long nanos) {
  static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0);

  Counts and(Outcome outcome) {
    return new Counts(
        rows + 1,
        failed + (outcome.problem().isPresent() ? 1 : 0),
        promptTokens + outcome.promptTokens(),
        tokens + outcome.tokens().length,
        engineNanos,
        nanos);
  }

  Counts spent(long engine, long all) {
    return new Counts(rows, failed, promptTokens, tokens, engineNanos + engine, nanos + all);
  }
}
