package dev.steerc.runtime;

import dev.steerc.problem.Problem;
import java.util.List;

/**
 * Texts that somebody waits for, checked and ready to be generated in a {@link Batch}.
 *
 * <p>Any thread may cancel it and ask how large it is; the rest is for the thread that steps the
 * batch, and for others once all its texts have ended.
 */
public final class Generation {
  private final List<Row> rows;

  Generation(List<Row> rows) {
    this.rows = List.copyOf(rows);
  }

  List<Row> rows() {
    return rows;
  }

  /** How many texts it is. */
  public int size() {
    return rows.size();
  }

  /** How many tokens all prompts have together; each text counts its own. */
  public long promptTokens() {
    return rows.stream().mapToLong(Row::promptLength).sum();
  }

  /** The most tokens that one of its texts can have, prompt included. */
  public long longest() {
    return rows.stream().mapToLong(Row::most).max().orElseThrow();
  }

  /** Whether some text has not ended. */
  public boolean isRunning() {
    return rows.stream().anyMatch(Row::isRunning);
  }

  /** Ends all its texts before their next token; what is there is the result. */
  public void cancel() {
    rows.forEach(Row::cancel);
  }

  /** Whether nobody waits for any of its texts any longer: cancelled, or too late. */
  public boolean isInVain() {
    return rows.stream().allMatch(Row::isInVain);
  }

  /** Ends the texts of a generation that is in no batch. */
  public void drop() {
    rows.forEach(Row::endInVain);
    rows.forEach(row -> row.end(FinishReason.CANCELLED));
  }

  /** A text that has ended, while others may go on; for a thread that has heard of its end. */
  public Completion completion(int row) {
    return rows.get(row).completion();
  }

  /**
   * Ends the texts that have not ended because of a problem; the batch they were in is of no use.
   */
  public void fail(Problem problem) {
    rows.forEach(row -> row.fail(problem));
  }

  /** The texts so far, in the order of the prompts. */
  public List<Completion> completions() {
    return rows.stream().map(Row::completion).toList();
  }
}
