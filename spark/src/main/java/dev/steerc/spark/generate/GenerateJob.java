package dev.steerc.spark.generate;

import dev.steerc.cli.GenerateArgs;
import dev.steerc.cli.SteerArgs;
import dev.steerc.onnx.Scratch;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.bulk.Fields;
import dev.steerc.runtime.steering.SteerText;
import dev.steerc.runtime.steering.VectorStore;
import dev.steerc.spark.cost.CostReport;
import dev.steerc.spark.cost.Costs;
import dev.steerc.spark.ship.Cargo;
import dev.steerc.spark.ship.Executor;
import dev.steerc.spark.ship.Location;
import dev.steerc.spark.ship.Opening;
import dev.steerc.spark.ship.Shipment;
import dev.steerc.spark.ship.Vectors;
import dev.steerc.spark.table.Columns;
import dev.steerc.spark.table.Result;
import dev.steerc.spark.table.Slices;
import dev.steerc.spark.table.Table;
import dev.steerc.spark.table.TableFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Texts for all rows of a table.
 *
 * @param vectors those that rows may name, as they are now
 * @param fields which columns say what
 * @param batch the most rows to run at once; 0 leaves it to the model and the memory
 */
public record GenerateJob(
    Location model,
    Opening opening,
    VectorStore vectors,
    SteerArgs steer,
    GenerateArgs generate,
    Fields fields,
    int batch) {

  /**
   * What was done.
   *
   * @param doubts where files beside the model contradict it, in whole sentences
   * @param failed how many rows have a problem, by its code
   */
  public record Done(List<String> doubts, CostReport costs, Map<String, Long> failed) {}

  /**
   * Runs it.
   *
   * @throws dev.steerc.problem.SteercException when there is something wrong with more than a row
   */
  public Done run(SparkSession spark, Table table, Result result, TableFormat format) {
    steer.texts().forEach(this::checkNoFile);
    result.check(spark.sessionState().newHadoopConf(), model.with(table.path()));
    Dataset<Row> rows = table.read(spark);
    Prompts prompts = Prompts.of(new Columns(table.path(), rows.schema()), fields);
    Path scratch = Executor.scratch("steerc-driver");
    try {
      Cargo cargo = new Cargo(Shipment.of(model, scratch), Vectors.of(vectors), opening);
      List<String> doubts = look(cargo, scratch);
      Costs costs = Costs.of(spark.sparkContext(), "steerc generate");
      Generating work =
          new Generating(
              JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(cargo),
              prompts,
              steer,
              generate,
              batch,
              costs);
      long start = System.nanoTime();
      JavaRDD<Row> texts = Slices.even(rows.javaRDD()).mapPartitions(work);
      result.write(spark.createDataFrame(texts, prompts.schema()), format);
      CostReport report = CostReport.of(spark.sparkContext(), costs, start);
      return new Done(
          doubts, report, costs.total().failed() > 0 ? failed(spark, result, format) : Map.of());
    } finally {
      Scratch.discard(scratch);
    }
  }

  /** The command line could name files on one machine, where this one would look in vain. */
  private void checkNoFile(String text) {
    String source = SteerText.parse(text).source();
    if (!vectors.names().contains(source) && Files.exists(Path.of(source))) {
      throw Problem.of(Code.VECTOR_NOT_FOUND, "`" + source + "` is a file")
          .note("executors get the vectors of a folder")
          .help("put it into a folder, name that with --vectors, and the vector by its name")
          .exception();
    }
  }

  /** What is wrong with the model or the usual steering is better said once than for each row. */
  private List<String> look(Cargo cargo, Path scratch) {
    try (Opening.Open open = opening.open(cargo.shipment().arrive(scratch), 1)) {
      SteeredModel opened = open.model();
      opened.bind(steer.steeringByName(steer.texts(), vectors));
      generate.over(opened.defaults());
      return opened.doubts();
    }
  }

  private static Map<String, Long> failed(SparkSession spark, Result result, TableFormat format) {
    Map<String, Long> failed = new TreeMap<>();
    new Table(result.path(), Optional.of(format))
        .read(spark)
        .filter("problem is not null")
        .groupBy("problem.code")
        .count()
        .collectAsList()
        .forEach(row -> failed.put(row.getString(0), row.getLong(1)));
    return failed;
  }
}
