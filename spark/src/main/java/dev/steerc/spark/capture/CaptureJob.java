package dev.steerc.spark.capture;

import dev.steerc.problem.SteercException;
import dev.steerc.runtime.capture.Pooling;
import dev.steerc.runtime.capture.Shards;
import dev.steerc.runtime.capture.Survey;
import dev.steerc.spark.cost.Cost;
import dev.steerc.spark.cost.CostReport;
import dev.steerc.spark.cost.Costs;
import dev.steerc.spark.ship.Cargo;
import dev.steerc.spark.ship.Location;
import dev.steerc.spark.ship.Vectors;
import dev.steerc.spark.table.Columns;
import dev.steerc.spark.table.Result;
import dev.steerc.spark.table.Slices;
import dev.steerc.spark.table.Table;
import dev.steerc.spark.table.TableFormat;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

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

  /** All that is known before the work. */
  private record Begun(
      SparkSession session,
      Configuration hadoop,
      Look look,
      Columns columns,
      CapturePlan plan,
      JavaRDD<Row> rows,
      long start) {}

  /**
   * Writes the rows with their activations; those that cannot be run have a problem.
   *
   * @param format Parquet or JSON lines
   * @throws SteercException when there is something wrong with more than a row
   */
  public Done table(SparkSession spark, Table table, Result result, TableFormat format) {
    return table(begin(spark, table, result), result, format);
  }

  /**
   * The same of rows that are in no file.
   *
   * @param name where they come from, as problems say it
   */
  public Done table(
      SparkSession spark, Dataset<Row> rows, String name, Result result, TableFormat format) {
    return table(begin(spark, rows, name), result, format);
  }

  private Done table(Begun begun, Result result, TableFormat format) {
    StructType schema = begun.columns.with(begun.plan.columns().fields());
    JavaRDD<Row> done = Slices.even(begun.rows).mapPartitions(new CaptureTask(begun.plan));
    result.write(begun.session.createDataFrame(done, schema), format);
    Done all = done(begun, begun.plan.cut().value());
    result.write(begun.hadoop, CaptureNote.FILE, all.note.text());
    return all;
  }

  /**
   * Writes the files that {@code steerc capture} writes, byte for byte.
   *
   * @throws SteercException when a row cannot be run: there is no room for its problem
   */
  public Done shards(SparkSession spark, Table table, Result result) {
    Begun begun = begin(spark, table, result);
    Slices rows = Slices.numbered(begun.rows);
    Survey survey = survey(rows, begun.plan);
    Look look = begun.look;
    Shards shards = Shards.of(look.base(), look.tokenizer(), look.sites(), pooling, survey);
    result.prepare(begun.hadoop);
    new Slices(rows.rows(), rows.count(), shards.texts())
        .cut()
        .foreachPartition(
            new ShardTask(
                begun.plan,
                shards.text(),
                result.path(),
                SerializableConfiguration.broadcast(begun.session.sparkContext(), begun.hadoop)));
    result.write(begun.hadoop, Shards.FILE, shards.text());
    return done(begun, survey.cut());
  }

  private static Survey survey(Slices rows, CapturePlan plan) {
    return rows.rows()
        .mapPartitions(new ShardSurvey(plan))
        .fold(Survey.NONE, Survey::plus)
        .orThrow();
  }

  private Begun begin(SparkSession session, Table table, Result result) {
    result.check(session.sessionState().newHadoopConf(), model.with(table.path()));
    return begin(session, table.read(session), table.path());
  }

  private Begun begin(SparkSession session, Dataset<Row> rows, String name) {
    Configuration hadoop = session.sessionState().newHadoopConf();
    Columns columns = new Columns(name, rows.schema());
    PassageColumns passages = PassageColumns.of(columns, textColumn);
    Look look = Look.at(model, taps);
    SparkContext spark = session.sparkContext();
    CapturePlan plan = plan(spark, look, passages);
    return new Begun(session, hadoop, look, columns, plan, rows.javaRDD(), System.nanoTime());
  }

  private CapturePlan plan(SparkContext spark, Look look, PassageColumns passages) {
    Cargo cargo = new Cargo(look.shipment(), Vectors.NONE, taps);
    return new CapturePlan(
        JavaSparkContext.fromSparkContext(spark).broadcast(cargo),
        passages,
        new CaptureColumns(pooling, look.widths()),
        cuts,
        Costs.of(spark, "steerc capture"),
        spark.longAccumulator("texts that were cut"));
  }

  private Done done(Begun begun, long cut) {
    Cost cost = begun.plan.costs().total();
    CaptureNote note =
        new CaptureNote(
            begun.look.base(),
            begun.look.tokenizer(),
            pooling,
            begun.look.widths(),
            cost.rows(),
            cost.failed(),
            cut,
            cost.read());
    return new Done(
        note, CostReport.of(begun.session.sparkContext(), begun.plan.costs(), begun.start));
  }
}
