package dev.steerc.spark.sweep;

import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.measure.Grid;
import dev.steerc.runtime.measure.Tally;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.spark.cost.Clock;
import dev.steerc.spark.cost.Costs;
import dev.steerc.spark.ship.Cargo;
import dev.steerc.spark.ship.Executor;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;

/** Holds a sitting on an executor. */
record Sit(Broadcast<Cargo> cargo, Broadcast<Orders> orders, Costs costs)
    implements Function<Seat, Tally> {

  @Override
  public Tally call(Seat seat) {
    Clock clock = Clock.forTask(costs);
    Executor.Lease lease = Executor.forTask(cargo.value());
    SteeredModel model = lease.model();
    Steering steering = Steering.NONE;
    if (seat.place() != Seat.PLAIN) {
      Grid grid = orders.value().grid(model, lease.vectors());
      steering = grid.steering(grid.places().get(seat.place()), seat.strength());
    }
    Tally tally = orders.value().candidate(model).take(seat.part(), steering);
    // each text is read twice more, plain and steered
    long read = tally.read() + 2 * (tally.read() + tally.tokens());
    int failed = tally.overflow().isEmpty() ? 0 : seat.part().size();
    clock.count(seat.part().size(), failed, read, tally.tokens());
    return tally;
  }
}
