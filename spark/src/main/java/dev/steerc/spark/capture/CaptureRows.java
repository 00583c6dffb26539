package dev.steerc.spark.capture;

import dev.steerc.plan.Site;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.capture.Pooled;
import dev.steerc.runtime.capture.Tokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * Makes rows of the output.
 *
 * @param sites in the order of the columns
 */
record CaptureRows(CapturePlan plan, List<Site> sites) {

  /** The rows of a text: one, or one for each token that counts. */
  List<Row> of(Row row, Tokens text, Pooled pooled) {
    List<Row> all = new ArrayList<>();
    String id = CaptureColumns.id(text);
    for (int i = 0; i < pooled.rows(); i++) {
      List<Object> cells = kept(row);
      cells.add(id);
      if (plan.columns().hasPositions()) {
        cells.add(pooled.first() + i);
      }
      cells.add(plan.columns().hasPositions() ? 1 : pooled.tokens());
      for (Site site : sites) {
        cells.add(slice(pooled.values().get(site), pooled.rows(), i));
      }
      cells.add(lengths(pooled, i));
      cells.add(null);
      all.add(RowFactory.create(cells.toArray()));
    }
    return all;
  }

  private static float[] slice(float[] values, int rows, int row) {
    int width = values.length / rows;
    return Arrays.copyOfRange(values, row * width, (row + 1) * width);
  }

  private Row lengths(Pooled pooled, int row) {
    return RowFactory.create(
        sites.stream()
            .map(
                site ->
                    plan.columns().hasPositions()
                        ? pooled.lengths().get(site)[row]
                        : pooled.length(site))
            .toArray());
  }

  /** The row of a text that cannot be run. */
  Row of(Row row, SteercException why) {
    Problem problem = why.problems().get(0);
    List<Object> cells = kept(row);
    int more = plan.columns().fields().size() - 1;
    for (int i = 0; i < more; i++) {
      cells.add(null);
    }
    String message =
        problem.notes().isEmpty()
            ? problem.what()
            : problem.what() + "; " + String.join("; ", problem.notes());
    cells.add(RowFactory.create(problem.code().slug(), message));
    return RowFactory.create(cells.toArray());
  }

  private List<Object> kept(Row row) {
    List<Object> cells = new ArrayList<>();
    for (int i = 0; i < row.size(); i++) {
      if (i != plan.passages().corrupt()) {
        cells.add(row.get(i));
      }
    }
    return cells;
  }
}
