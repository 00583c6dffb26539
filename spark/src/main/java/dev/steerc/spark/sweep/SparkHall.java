package dev.steerc.spark.sweep;

import dev.steerc.runtime.measure.Grid;
import dev.steerc.runtime.measure.Sitting;
import dev.steerc.runtime.measure.Tally;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;

/**
 * Holds sittings on the executors of an application, each as a task of its own.
 *
 * @param task what an executor does
 */
record SparkHall(JavaSparkContext spark, Grid grid, Function<Seat, Tally> task)
    implements Sitting.Hall {

  @Override
  public List<Tally> hold(List<Sitting> sittings, Sitting.Progress progress) {
    List<Seat> seats = sittings.stream().map(this::seat).toList();
    List<Tally> tallies = spark.parallelize(seats, seats.size()).map(task).collect();
    sittings.forEach(progress::over);
    return tallies;
  }

  private Seat seat(Sitting sitting) {
    int place = sitting.place().map(grid.places()::indexOf).orElse(Seat.PLAIN);
    return new Seat(place, sitting.strength(), sitting.part());
  }
}
