package dev.steerc.cli.rows;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.bulk.Fields;
import dev.steerc.runtime.bulk.Outcome;
import dev.steerc.runtime.bulk.Task;
import java.util.Map;
import java.util.Optional;

/**
 * A row as it was read.
 *
 * @param line where it begins in its file, counted from 1
 * @param fields by name, as JSON has them; empty when it makes no sense
 * @param problem why it makes no sense
 */
public record Row(long line, Map<String, Object> fields, Optional<Problem> problem) {

  /**
   * What it asks for.
   *
   * @throws dev.steerc.problem.SteercException when it makes no sense
   */
  public Task task(Fields meaning) {
    if (problem.isPresent()) {
      throw problem.get().exception();
    }
    return meaning.task(fields);
  }

  /** The row with what became of it; one that makes no sense is known by its line. */
  public Map<String, Object> result(Fields meaning, Outcome outcome) {
    return meaning.result(problem.isPresent() ? Map.of("line", line) : fields, outcome);
  }

  static Row of(long line, Map<String, Object> fields) {
    return new Row(line, fields, Optional.empty());
  }

  static Row bad(long line, String how) {
    return new Row(line, Map.of(), Optional.of(problem(line, how)));
  }

  static Problem problem(long line, String how) {
    return Problem.of(Code.BAD_ROW, "line " + line + " " + how);
  }
}
