package dev.steerc.spark.generate;

import dev.steerc.cli.GenerateArgs;
import dev.steerc.cli.SteerArgs;
import dev.steerc.runtime.bulk.Bulk;
import dev.steerc.runtime.bulk.BulkRun;
import dev.steerc.runtime.bulk.Outcome;
import dev.steerc.runtime.bulk.Result;
import dev.steerc.spark.cost.Clock;
import dev.steerc.spark.cost.Costs;
import dev.steerc.spark.ship.Cargo;
import dev.steerc.spark.ship.Executor;
import java.util.Iterator;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;

/**
 * What a task does: it generates a text for each row of a partition.
 *
 * @param steer how steerings are read
 * @param batch the most rows to run at once; 0 leaves it to the model and the memory
 */
record Generating(
    Broadcast<Cargo> cargo,
    Prompts prompts,
    SteerArgs steer,
    GenerateArgs generate,
    int batch,
    Costs costs)
    implements FlatMapFunction<Iterator<Row>, Row> {

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    Clock clock = Clock.forTask(costs);
    Executor.Lease lease = Executor.forTask(cargo.value());
    Bulk bulk =
        Bulk.of(
                lease.model(),
                texts -> steer.steeringByName(texts, lease.vectors()),
                generate::over)
            .batch(batch);
    BulkRun<Row> run = bulk.run(rows, prompts::task);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return run.hasNext();
      }

      @Override
      public Row next() {
        Result<Row> result = run.next();
        count(clock, result.outcome());
        return prompts.row(result.row(), result.outcome());
      }
    };
  }

  private static void count(Clock clock, Outcome outcome) {
    int failed = outcome.problem().isPresent() ? 1 : 0;
    clock.count(1, failed, outcome.promptTokens(), outcome.tokens().length);
  }
}
