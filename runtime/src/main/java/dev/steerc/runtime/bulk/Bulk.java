package dev.steerc.runtime.bulk;

import dev.steerc.runtime.Settings;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.Steering;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Generates a text for each of any number of rows.
 *
 * <p>Rows with equally long prompts run together, so that nothing is padded, and a row that is left
 * alone runs beside itself: its text is the same, bit for bit, whatever runs beside it, on the same
 * kind of processor. That does not hold for a model with operators that are {@linkplain
 * SteeredModel#mixing mixing}: its rows run one at a time, unless {@link #batch} says otherwise.
 * Nor does it for texts that a time limit ends.
 *
 * @param model shared; it stays open
 * @param steering makes a steering of what a row says of it
 * @param settings what differs from the model's own; the seed is the job's, or 0
 * @param batch the most rows to run at once; 0 leaves it to the model and the memory
 * @param window how many rows to read ahead at most, in which equally long ones are found; fewer
 *     where they are long
 * @param watch hears of the work
 */
public record Bulk(
    SteeredModel model,
    Function<List<String>, Steering> steering,
    UnaryOperator<Settings> settings,
    int batch,
    int window,
    Watch watch) {
  private static final int WINDOW = 4096;

  public Bulk {
    if (batch < 0 || window < 1) {
      throw new IllegalArgumentException("batch " + batch + ", window " + window);
    }
  }

  /** With all else as it usually is. */
  public static Bulk of(
      SteeredModel model,
      Function<List<String>, Steering> steering,
      UnaryOperator<Settings> settings) {
    return new Bulk(model, steering, settings, 0, WINDOW, Watch.NONE);
  }

  public Bulk batch(int rows) {
    return new Bulk(model, steering, settings, rows, window, watch);
  }

  public Bulk window(int rows) {
    return new Bulk(model, steering, settings, batch, rows, watch);
  }

  public Bulk watched(Watch other) {
    return new Bulk(model, steering, settings, batch, window, other);
  }

  /**
   * The results of rows, in their order. They are read and run as they are asked for, a window at a
   * time.
   *
   * @param task what a row asks for; an exception is the row's problem
   * @throws dev.steerc.problem.SteercException when the settings are wrong
   */
  public <T> BulkRun<T> run(Iterator<T> rows, Function<T, Task> task) {
    return new BulkRun<>(this, rows, task);
  }
}
