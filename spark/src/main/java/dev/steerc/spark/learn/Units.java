package dev.steerc.spark.learn;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.learn.Contrast;
import dev.steerc.runtime.learn.Contrasts;
import dev.steerc.runtime.learn.Labelled;
import dev.steerc.runtime.text.Lines;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/**
 * The texts of a file: JSON lines, or Parquet with columns of the same names.
 *
 * @param file as users name it; problems show it
 * @param labelled whether they are single texts with a label, and no pairs
 */
record Units(String file, boolean labelled, JavaRDD<Unit> all) {
  private static final long MOST_BYTES = 64 << 20;
  private static final long PER_CORE = 3;

  private static final List<String> COLUMNS =
      List.of("prompt", "positive", "negative", "text", "label");

  /**
   * Finds the file and looks at its first line.
   *
   * @throws dev.steerc.problem.SteercException when there is none, or that makes no sense
   */
  static Units read(SparkSession spark, String file) {
    check(spark, file);
    JavaRDD<String> lines = isParquet(file) ? rows(spark, file) : lines(spark, file);
    boolean labelled = isLabelled(file, lines);
    JavaRDD<Unit> units =
        lines
            .zipWithIndex()
            .filter(line -> !line._1().isBlank())
            .zipWithIndex()
            .map(line -> unit(file, labelled, line._2(), line._1()));
    return new Units(file, labelled, units);
  }

  private static void check(SparkSession spark, String file) {
    try {
      var path = new org.apache.hadoop.fs.Path(file);
      if (!path.getFileSystem(spark.sparkContext().hadoopConfiguration()).exists(path)) {
        throw Problem.of(Code.FILE_NOT_FOUND, "no file `" + file + "`").at(file).exception();
      }
    } catch (IOException | IllegalArgumentException e) {
      throw Problem.of(Code.FILE_UNREADABLE, "cannot read `" + file + "`")
          .at(file)
          .note(String.valueOf(e.getMessage()))
          .help("check that this machine may read it")
          .exception();
    }
  }

  private static boolean isParquet(String file) {
    return file.replaceFirst("/+$", "").endsWith(".parquet");
  }

  private static JavaRDD<String> lines(SparkSession spark, String file) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    return context.textFile(file, context.defaultParallelism());
  }

  private static JavaRDD<String> rows(SparkSession spark, String file) {
    Dataset<Row> table = spark.read().parquet(file);
    Column[] known =
        Arrays.stream(table.columns())
            .filter(COLUMNS::contains)
            .map(table::col)
            .toArray(Column[]::new);
    return table.select(known).toJSON().javaRDD();
  }

  private static boolean isLabelled(String file, JavaRDD<String> lines) {
    return lines.filter(line -> !line.isBlank()).take(1).stream()
        .map(line -> new Lines.Line(Labelled.either(Path.of(file)), 1, line))
        .anyMatch(line -> line.object().containsKey("label"));
  }

  private static Unit unit(
      String file, boolean labelled, long index, Tuple2<String, Long> numbered) {
    Path path = Path.of(file);
    Lines form = labelled ? Labelled.lines(path) : Contrasts.lines(path);
    Lines.Line line = new Lines.Line(form, numbered._2() + 1, numbered._1());
    if (labelled) {
      Labelled one = Labelled.of(line);
      return new Unit(index, List.of(one.passage()), one.label());
    }
    Contrast pair = Contrasts.of(line);
    return new Unit(index, List.of(pair.having(), pair.lacking()), "");
  }

  /** How many texts each has. */
  int size() {
    return labelled ? 1 : 2;
  }

  /**
   * So many parts of them that each core has some, and none more rows than fit into memory beside
   * others. It does not depend on how the file is cut.
   *
   * @param count how many there are
   * @param bytes what the rows of one text take
   */
  Stretches parts(long count, long bytes) {
    long cores = Math.max(1, all.context().defaultParallelism());
    long fit = Math.max(1, MOST_BYTES / Math.max(1, size() * bytes));
    long few = (count + PER_CORE * cores - 1) / (PER_CORE * cores);
    return Stretches.of(count, Math.max(1, Math.min(fit, few)));
  }

  /** Them in their order, in such parts. */
  JavaRDD<Unit> in(Stretches parts) {
    return all.keyBy(Unit::index).repartitionAndSortWithinPartitions(parts).values();
  }
}
