package dev.steerc.spark.capture;

import dev.steerc.onnx.Scratch;
import dev.steerc.plan.Site;
import dev.steerc.runtime.capture.Pooling;
import dev.steerc.runtime.capture.Tapped;
import dev.steerc.runtime.text.Tokenizer;
import dev.steerc.spark.cost.Cost;
import dev.steerc.spark.cost.CostReport;
import dev.steerc.spark.cost.Costs;
import dev.steerc.spark.ship.Cargo;
import dev.steerc.spark.ship.Executor;
import dev.steerc.spark.ship.Location;
import dev.steerc.spark.ship.Shipment;
import dev.steerc.spark.ship.Vectors;
import dev.steerc.spark.table.Columns;
import dev.steerc.spark.table.Result;
import dev.steerc.spark.table.Slices;
import dev.steerc.spark.table.Table;
import dev.steerc.spark.table.TableFormat;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * Activations of all rows of a table.
 *
 * @param textColumn what the column of whole texts is called
 * @param cuts whether texts that are too long are cut in front; else they are problems
 */
public record CaptureJob(
    Location model, Taps taps, Pooling pooling, String textColumn, boolean cuts) {

  /** What was done. */
  public record Done(CaptureNote note, CostReport costs) {}

  /** What the driver learns of the model before the work. */
  private record Look(
      Shipment shipment, String base, Optional<String> tokenizer, Map<String, Integer> widths) {}

  /**
   * Runs it.
   *
   * @throws dev.steerc.problem.SteercException when there is something wrong with more than a row
   */
  public Done run(SparkSession spark, Table table, Result result, TableFormat format) {
    Configuration hadoop = spark.sessionState().newHadoopConf();
    result.check(hadoop, table);
    Dataset<Row> rows = table.read(spark);
    Columns columns = new Columns(table.path(), rows.schema());
    PassageColumns passages = PassageColumns.of(columns, textColumn);
    Look look = look();
    CaptureColumns added = new CaptureColumns(pooling, look.widths());
    StructType schema = columns.with(added.fields());
    CapturePlan plan = plan(spark.sparkContext(), look, passages, added);
    long start = System.nanoTime();
    JavaRDD<Row> done = Slices.even(rows.javaRDD()).mapPartitions(new CaptureTask(plan));
    result.write(spark.createDataFrame(done, schema), format);
    double seconds = (System.nanoTime() - start) / 1e9;
    CaptureNote note = note(look, plan);
    note.write(hadoop, result);
    int cores = spark.sparkContext().defaultParallelism();
    return new Done(note, new CostReport(plan.costs().value(), seconds, cores));
  }

  private CapturePlan plan(
      SparkContext spark, Look look, PassageColumns passages, CaptureColumns columns) {
    Cargo cargo = new Cargo(look.shipment(), Vectors.NONE, taps);
    return new CapturePlan(
        JavaSparkContext.fromSparkContext(spark).broadcast(cargo),
        passages,
        columns,
        cuts,
        Costs.of(spark, "steerc capture"),
        spark.longAccumulator("texts that were cut"));
  }

  private Look look() {
    Path scratch = Executor.scratch("steerc-driver");
    try {
      Shipment shipment = Shipment.of(model, scratch);
      try (Tapped tapped = taps.tap(shipment.arrive(scratch), 1)) {
        tapped.model().tokenizerFor("the texts become tokens");
        Map<Site, Integer> there = tapped.widths();
        Map<String, Integer> widths = new LinkedHashMap<>();
        tapped.sites().forEach(site -> widths.put(site.path(), there.get(site)));
        return new Look(
            shipment,
            tapped.model().ports().base(),
            tapped.model().tokenizer().map(Tokenizer::digest),
            widths);
      }
    } finally {
      Scratch.discard(scratch);
    }
  }

  private CaptureNote note(Look look, CapturePlan plan) {
    Cost cost = plan.costs().total();
    return new CaptureNote(
        look.base(),
        look.tokenizer(),
        pooling,
        look.widths(),
        cost.rows(),
        cost.failed(),
        plan.cut().value(),
        cost.read());
  }
}
