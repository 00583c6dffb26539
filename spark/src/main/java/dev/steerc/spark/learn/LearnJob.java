package dev.steerc.spark.learn;

import dev.steerc.onnx.Scratch;
import dev.steerc.plan.Site;
import dev.steerc.runtime.capture.Pooling;
import dev.steerc.runtime.capture.Tapped;
import dev.steerc.runtime.learn.Learning;
import dev.steerc.runtime.learn.Lesson;
import dev.steerc.runtime.learn.Method;
import dev.steerc.runtime.learn.Origin;
import dev.steerc.spark.capture.Taps;
import dev.steerc.spark.cost.CostReport;
import dev.steerc.spark.cost.Costs;
import dev.steerc.spark.ship.Cargo;
import dev.steerc.spark.ship.Executor;
import dev.steerc.spark.ship.Location;
import dev.steerc.spark.ship.Shipment;
import dev.steerc.spark.ship.Vectors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * A vector from the texts of a file.
 *
 * @param cuts whether texts that are too long are cut in front; else they are problems
 */
public record LearnJob(Location model, Taps taps, Pooling pooling, boolean cuts) {

  /** What was done. */
  public record Done(Learning learning, CostReport costs) {}

  /** What the driver learns of the model before the work. */
  private record Look(Shipment shipment, Origin origin, LinkedHashMap<Site, Integer> widths) {}

  /**
   * Runs it.
   *
   * @param file JSON lines or Parquet, as a path that all machines see or a URI
   * @throws dev.steerc.problem.SteercException when a text makes no sense or cannot be run, or they
   *     tell nothing apart
   */
  public Done run(SparkSession spark, String file, Lesson lesson) {
    if (lesson.method() == Method.LEACE) {
      throw SpreadRows.onOneMachine();
    }
    Units units = Units.read(spark, file);
    Look look = look();
    SparkContext context = spark.sparkContext();
    Costs costs = Costs.of(context, "steerc learn");
    Cargo cargo = new Cargo(look.shipment(), Vectors.NONE, taps);
    long start = System.nanoTime();
    Learning learning =
        new SparkLearning(
                JavaSparkContext.fromSparkContext(context).broadcast(cargo),
                costs,
                look.widths(),
                pooling,
                cuts)
            .of(units, lesson, look.origin());
    return new Done(learning, CostReport.of(context, costs, start));
  }

  private Look look() {
    Path scratch = Executor.scratch("steerc-driver");
    try {
      Shipment shipment = Shipment.of(model, scratch);
      try (Tapped tapped = taps.tap(shipment.arrive(scratch), 1)) {
        tapped.model().tokenizerFor("the texts become tokens");
        Map<Site, Integer> widths = tapped.widths();
        LinkedHashMap<Site, Integer> inOrder = new LinkedHashMap<>();
        tapped.sites().forEach(site -> inOrder.put(site, widths.get(site)));
        return new Look(shipment, Origin.of(tapped.model()), inOrder);
      }
    } finally {
      Scratch.discard(scratch);
    }
  }
}
