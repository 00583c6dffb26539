package dev.steerc.spark.learn;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.capture.Passage;
import dev.steerc.runtime.capture.Pooling;
import dev.steerc.runtime.learn.Origin;
import dev.steerc.spark.capture.CaptureColumns;
import dev.steerc.spark.capture.CaptureJob;
import dev.steerc.spark.capture.CaptureNote;
import dev.steerc.spark.cost.Costs;
import dev.steerc.spark.table.Result;
import dev.steerc.spark.table.TableFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.Tuple2;

/**
 * The folder that keeps activations, as {@code steerc spark capture} writes them.
 *
 * @param place where it is, and whether what is there is replaced
 * @param job what fills it
 */
record Store(SparkSession spark, Result place, CaptureJob job) {
  private static final StructType TEXTS =
      new StructType().add("prompt", DataTypes.StringType).add("completion", DataTypes.StringType);

  private String folder() {
    return place.path();
  }

  /** Whether there are activations in it, which are to stay. */
  boolean isThere() {
    return !place.overwrites() && exists(new Path(folder(), CaptureNote.FILE));
  }

  private boolean exists(Path path) {
    try {
      return path.getFileSystem(hadoop()).exists(path);
    } catch (IOException e) {
      throw Problem.of(Code.FILE_UNREADABLE, "cannot read `" + folder() + "`")
          .at(folder())
          .note(String.valueOf(e.getMessage()))
          .help("check that this machine may read it")
          .exception();
    }
  }

  private Configuration hadoop() {
    return spark.sparkContext().hadoopConfiguration();
  }

  /** Runs the texts of units and fills the folder. */
  void fill(Units units, Costs costs) {
    Dataset<Row> texts = spark.createDataFrame(units.all().flatMap(Store::texts), TEXTS);
    if (!place.overwrites() && exists(new Path(folder()))) {
      throw Problem.of(Code.FOLDER_TAKEN, "there are no finished activations there")
          .at(folder())
          .help("name a new folder, or replace what is there with --fresh")
          .exception();
    }
    place.check(hadoop(), job.model().with(units.file()));
    CaptureJob.Done done = job.table(spark, texts, units.file(), place, TableFormat.PARQUET);
    done.costs().costs().entrySet().forEach(costs::add);
  }

  private static Iterator<Row> texts(Unit unit) {
    return unit.passages().stream().map(Store::row).iterator();
  }

  private static Row row(Passage passage) {
    return RowFactory.create(passage.prompt(), passage.completion());
  }

  /**
   * Refuses activations of another kind.
   *
   * @param sites those that are wanted
   */
  void check(Origin origin, Pooling pooling, List<Site> sites) {
    CaptureNote note = CaptureNote.read(hadoop(), folder());
    List<String> notes = new ArrayList<>();
    differ(notes, "model", note.base(), origin.base());
    differ(notes, "tokenizer", note.tokenizer(), origin.tokenizer());
    differ(notes, "positions", note.pooling().label(), pooling.label());
    sites.stream()
        .filter(site -> !note.widths().containsKey(site.path()))
        .forEach(site -> notes.add("there is no " + site.text() + " there"));
    if (!notes.isEmpty()) {
      throw other(folder(), notes);
    }
  }

  private static void differ(List<String> notes, String what, Object there, Object wanted) {
    if (!Objects.equals(there, wanted)) {
      notes.add("the " + what + " there: " + there + "; now: " + wanted);
    }
  }

  private static RuntimeException other(String folder, List<String> notes) {
    Problem problem = Problem.of(Code.OTHER_ACTIVATIONS, "the folder holds another capture");
    for (String note : notes) {
      problem = problem.note(note);
    }
    return problem
        .at(folder)
        .help("choose another folder, or replace what is there with --fresh")
        .exception();
  }

  /** What there is of each text, by what tells it from others. */
  private JavaPairRDD<String, Kept> kept(List<Site> sites) {
    List<Column> columns = new ArrayList<>();
    columns.add(functions.col(CaptureColumns.TEXT_ID));
    columns.add(functions.col(CaptureColumns.TOKENS));
    for (Site site : sites) {
      String name = CaptureColumns.column(site.path());
      columns.add(functions.col(name));
      columns.add(functions.col(CaptureColumns.LENGTHS).getField(name).as("length of " + name));
    }
    Dataset<Row> rows =
        spark
            .read()
            .parquet(folder())
            .where(functions.col(CaptureColumns.TEXT_ID).isNotNull())
            .select(columns.toArray(Column[]::new));
    int count = sites.size();
    // a Row would make an object of every float
    JavaRDD<InternalRow> raw = rows.queryExecution().toRdd().toJavaRDD();
    return raw.mapToPair(row -> kept(row, count));
  }

  private static Tuple2<String, Kept> kept(InternalRow row, int sites) {
    float[][] rows = new float[sites][];
    double[] lengths = new double[sites];
    for (int site = 0; site < sites; site++) {
      rows[site] = row.getArray(2 + 2 * site).toFloatArray();
      lengths[site] = row.getDouble(3 + 2 * site);
    }
    return new Tuple2<>(row.getString(0), new Kept(rows, lengths, row.getInt(1)));
  }

  /**
   * The texts with their activations, in their order.
   *
   * @param texts by what tells each from others; the same may be there twice
   * @param parts by the numbers of the texts, which tear no pair
   */
  JavaRDD<Taught> find(JavaPairRDD<String, Taught> texts, List<Site> sites, Stretches parts) {
    return found(texts.cogroup(kept(sites), parts.numPartitions()), folder())
        .repartitionAndSortWithinPartitions(parts)
        .values();
  }

  private static JavaPairRDD<Long, Taught> found(
      JavaPairRDD<String, Tuple2<Iterable<Taught>, Iterable<Kept>>> texts, String folder) {
    return texts.values().flatMapToPair(both -> found(both._1(), both._2(), folder).iterator());
  }

  private static List<Tuple2<Long, Taught>> found(
      Iterable<Taught> texts, Iterable<Kept> kept, String folder) {
    List<Tuple2<Long, Taught>> found = new ArrayList<>();
    for (Taught text : texts) {
      if (!kept.iterator().hasNext()) {
        throw other(folder, List.of("text " + (text.text() + 1) + " is not there"));
      }
      found.add(new Tuple2<>(text.text(), text.with(kept.iterator().next())));
    }
    return found;
  }
}
