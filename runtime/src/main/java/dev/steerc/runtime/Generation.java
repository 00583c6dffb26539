package dev.steerc.runtime;

import java.util.List;

/**
 * Texts that somebody waits for, checked and ready to be generated in a {@link Batch}.
 *
 * <p>Any thread may cancel it; the rest is for the thread that steps the batch, and for others once
 * all its texts have ended.
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

  /** How many tokens all prompts have together. */
  public long promptTokens() {
    return rows.stream().mapToLong(row -> row.completion().prompt().length).sum();
  }

  /** The most tokens that all texts can have together, prompts included. */
  public long mostTokens() {
    return rows.stream().mapToLong(Row::most).sum();
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

  /** The texts so far, in the order of the prompts. */
  public List<Completion> completions() {
    return rows.stream().map(Row::completion).toList();
  }
}
