package dev.steerc.spark.ship;

import java.io.Serializable;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;

/** A task that looks at the model of its executor, which knows nothing of JUnit. */
record Sighting(Broadcast<Cargo> cargo) implements Function<Integer, Sighting.Seen> {

  /** What it saw. */
  record Seen(long process, int model, String base, int vocabulary) implements Serializable {}

  @Override
  public Seen call(Integer task) throws InterruptedException {
    Executor.Lease lease = Executor.forTask(cargo.value());
    Thread.sleep(100); // so that no executor takes all tasks
    return new Seen(
        ProcessHandle.current().pid(),
        System.identityHashCode(lease.model()),
        lease.model().ports().base(),
        lease.model().vocabulary());
  }
}
