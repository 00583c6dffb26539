package dev.steerc.spark.capture;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.capture.Passage;
import dev.steerc.runtime.text.Lines;
import dev.steerc.spark.table.Columns;
import dev.steerc.spark.table.Table;
import java.io.Serializable;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;

/**
 * Where a row has its text: {@code text}, or {@code completion} behind {@code prompt}.
 *
 * @param prompt the number of the column; -1 where there is none, as of the others
 */
record PassageColumns(int prompt, int text, int completion, int corrupt) implements Serializable {
  private static final String PROMPT = "prompt";
  private static final String COMPLETION = "completion";

  /**
   * Finds them.
   *
   * @param text what the column of whole texts is called
   * @throws SteercException when there are none, or they are no texts
   */
  static PassageColumns of(Columns columns, String text) {
    PassageColumns found =
        new PassageColumns(
            number(columns, PROMPT),
            number(columns, text),
            number(columns, COMPLETION),
            number(columns, Table.CORRUPT));
    if (found.text < 0 && found.completion < 0) {
      throw columns.lacks("`" + text + "`, or `" + COMPLETION + "`");
    }
    return found;
  }

  private static int number(Columns columns, String name) {
    return columns.find(name, DataTypes.StringType).orElse(-1);
  }

  /**
   * The passage of a row.
   *
   * @throws SteercException when the row makes no sense
   */
  Passage of(Row row) {
    String broken = cell(row, corrupt);
    if (broken != null) {
      throw wrong("the row cannot be read: " + Lines.shown(broken));
    }
    String whole = cell(row, text);
    String behind = cell(row, completion);
    if ((whole == null) == (behind == null)) {
      throw wrong(
          whole == null ? "the row has no text" : "the row has both a text and a `completion`");
    }
    String before = cell(row, prompt);
    return new Passage(before == null ? "" : before, whole == null ? behind : whole);
  }

  private static String cell(Row row, int column) {
    return column < 0 || row.isNullAt(column) ? null : row.getString(column);
  }

  private static SteercException wrong(String what) {
    return Problem.of(Code.BAD_TEXTS, what).exception();
  }
}
