package dev.steerc.spark.learn;

import dev.steerc.runtime.capture.Pooling;
import dev.steerc.runtime.learn.Learning;
import dev.steerc.runtime.learn.Lesson;
import dev.steerc.runtime.learn.Method;
import dev.steerc.spark.capture.CaptureJob;
import dev.steerc.spark.capture.Look;
import dev.steerc.spark.capture.Taps;
import dev.steerc.spark.cost.CostReport;
import dev.steerc.spark.cost.Costs;
import dev.steerc.spark.ship.Cargo;
import dev.steerc.spark.ship.Location;
import dev.steerc.spark.ship.Vectors;
import dev.steerc.spark.table.Result;
import dev.steerc.spark.table.Table;
import java.util.LinkedHashMap;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * A vector from the texts of a file.
 *
 * @param cuts whether texts that are too long are cut in front; else they are problems
 * @param activations the folder that keeps activations, or is to; empty keeps them in memory
 */
public record LearnJob(
    Location model, Taps taps, Pooling pooling, boolean cuts, Optional<Result> activations) {

  /** What was done. */
  public record Done(Learning learning, Passes passes, CostReport costs) {}

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
    Look look = Look.at(model, taps);
    SparkContext context = spark.sparkContext();
    Costs costs = Costs.of(context, "steerc learn");
    Cargo cargo = new Cargo(look.shipment(), Vectors.NONE, taps);
    CaptureJob capture = new CaptureJob(model, taps, pooling, Table.TEXT, cuts);
    Passes passes = new Passes();
    Learning learning =
        new SparkLearning(
                JavaSparkContext.fromSparkContext(context).broadcast(cargo),
                costs,
                new LinkedHashMap<>(look.sites()),
                pooling,
                cuts,
                activations.map(place -> new Store(spark, place, capture)),
                passes)
            .of(units, lesson, look.origin());
    double seconds = learning.material().captured().seconds();
    return new Done(learning, passes, CostReport.of(context, costs, seconds));
  }
}
