package dev.steerc.cli.rows;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
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
