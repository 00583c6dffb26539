package dev.steerc.spark.sweep;

import dev.steerc.plan.Intervention;
import dev.steerc.runtime.Provider;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.measure.Grid;
import dev.steerc.runtime.measure.Sitting;
import dev.steerc.runtime.measure.Sweep;
import dev.steerc.runtime.measure.Swept;
import dev.steerc.runtime.measure.Tally;
import dev.steerc.runtime.steering.VectorFile;
import dev.steerc.spark.cost.Costs;
import dev.steerc.spark.ship.Cargo;
import dev.steerc.spark.ship.Shipment;
import dev.steerc.spark.ship.Vectors;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * A sweep whose texts executors generate.
 *
 * @param anyBase whether vectors of other models are taken as well
 * @param costs what the tasks add to
 * @param say hears of each wave
 */
public record SweepJob(
    JavaSparkContext spark,
    Shipment shipment,
    Provider provider,
    boolean anyBase,
    Costs costs,
    Consumer<String> say) {

  /**
   * Runs it.
   *
   * @param vector the file that is swept
   * @throws dev.steerc.problem.SteercException when a text cannot be generated or scored, here or
   *     on an executor
   */
  public Swept run(Sweep sweep, VectorFile vector) {
    check(sweep);
    Sitting.Hall hall = new SparkHall(spark, sweep.grid(), task(sweep, vector));
    Waves waves = new Waves(hall);
    return sweep.run(waves, waves);
  }

  /** What does not fit the model is better said before anything starts. */
  private static void check(Sweep sweep) {
    SteeredModel model = sweep.choosing().model();
    sweep.grid().places().forEach(place -> model.bind(sweep.grid().steering(place, 1)));
  }

  Sit task(Sweep sweep, VectorFile vector) {
    Grid grid = sweep.grid();
    List<String> needs =
        Grid.needs(grid.vector(), grid.when()).stream().map(Intervention::text).toList();
    Inputs inputs = new Inputs(needs, provider, anyBase);
    Cargo cargo = new Cargo(shipment, Vectors.of(vector.path()), inputs);
    return new Sit(spark.broadcast(cargo), spark.broadcast(Orders.of(sweep, vector)), costs);
  }

  /** Says how far the work is before each wave. */
  private final class Waves implements Sitting.Hall, Sweep.Progress {
    private final Sitting.Hall hall;
    private int wave;
    private int done;
    private int all;

    Waves(Sitting.Hall hall) {
      this.hall = hall;
    }

    @Override
    public void at(String what, int texts, int total) {
      done = texts;
      all = total;
    }

    @Override
    public List<Tally> hold(List<Sitting> sittings, Sitting.Progress progress) {
      int texts = sittings.stream().mapToInt(one -> one.part().size()).sum();
      say.accept(
          String.format(
              Locale.ROOT,
              "wave %d: %s, %d texts; %d of %d are done",
              ++wave,
              what(sittings),
              texts,
              done,
              all));
      return hall.hold(sittings, progress);
    }

    private String what(List<Sitting> sittings) {
      List<String> labels = sittings.stream().map(Sitting::label).distinct().toList();
      String more = labels.size() > 1 ? " and " + (labels.size() - 1) + " more" : "";
      return labels.get(0) + more;
    }
  }
}
