package dev.steerc.spark.table;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Rows in files.
 *
 * @param path a file, a folder or a pattern such as {@code texts/*.jsonl}, as a path or a URI
 * @param format empty to go by the name's ending, or that of a folder's files
 */
public record Table(String path, Optional<TableFormat> format) {
  /** The column of lines that make no sense; it is there only where there may be some. */
  public static final String CORRUPT = "_corrupt_record";

  /** The column of plain texts. */
  public static final String TEXT = "text";

  /**
   * Looks at the table, and reads nothing that its columns can be told without.
   *
   * @throws SteercException when there is none, or it cannot be understood
   */
  public Dataset<Row> read(SparkSession spark) {
    TableFormat known = format.orElseGet(() -> guess(spark));
    try {
      return switch (known) {
        case PARQUET -> spark.read().parquet(path);
        case JSONL -> spark.read().option("encoding", "UTF-8").json(path);
        case CSV -> csv(spark);
        case TEXT -> text(spark);
      };
    } catch (Exception e) { // Scala's do not say what they throw
      throw unreadable(e, known);
    }
  }

  private Dataset<Row> csv(SparkSession spark) {
    var reader =
        spark
            .read()
            .option("header", true)
            .option("multiLine", true)
            .option("escape", "\"")
            // files whose columns stand in another order are refused, not mixed up
            .option("enforceSchema", false)
            .option("columnNameOfCorruptRecord", CORRUPT);
    StructType columns = reader.csv(path).schema();
    return reader.schema(columns.add(CORRUPT, DataTypes.StringType)).csv(path);
  }

  private Dataset<Row> text(SparkSession spark) {
    Dataset<Row> lines = spark.read().text(path).withColumnRenamed("value", TEXT);
    return lines.filter("trim(" + TEXT + ") <> ''");
  }

  private TableFormat guess(SparkSession spark) {
    Optional<TableFormat> named = TableFormat.ofName(path.replaceFirst("/+$", ""));
    if (named.isPresent()) {
      return named.get();
    }
    Set<TableFormat> formats = formatsThere(spark.sessionState().newHadoopConf());
    if (formats.size() == 1) {
      return formats.iterator().next();
    }
    String found =
        formats.isEmpty()
            ? "none is known"
            : formats.stream().map(TableFormat::label).collect(Collectors.joining(", "));
    throw Problem.of(Code.ROWS_UNREADABLE, "the names of the files do not tell what they are")
        .at(path)
        .note("by their endings: " + found)
        .help("say it with --input-format: parquet, jsonl, csv or text")
        .exception();
  }

  private Set<TableFormat> formatsThere(Configuration hadoop) {
    try {
      Path there = new Path(path);
      FileSystem system = there.getFileSystem(hadoop);
      FileStatus[] found = system.globStatus(there);
      if (found == null || found.length == 0) {
        throw missing();
      }
      Set<TableFormat> formats = new TreeSet<>();
      for (FileStatus one : found) {
        formats.addAll(
            one.isDirectory()
                ? inside(system.listStatus(one.getPath()))
                : List.of(TableFormat.TEXT));
      }
      return formats;
    } catch (IOException e) {
      throw unreadable(e, TableFormat.TEXT);
    }
  }

  /** The formats of a folder's files; Spark passes over those that begin so, too. */
  private static List<TableFormat> inside(FileStatus[] files) {
    return Arrays.stream(files)
        .map(file -> file.getPath().getName())
        .filter(name -> !name.startsWith("_") && !name.startsWith("."))
        .map(TableFormat::ofName)
        .flatMap(Optional::stream)
        .toList();
  }

  private SteercException missing() {
    return Problem.of(Code.ROWS_UNREADABLE, "there is no table")
        .at(path)
        .help("name a file, a folder or a pattern that all machines see, or a URI")
        .exception();
  }

  private SteercException unreadable(Exception e, TableFormat as) {
    String said = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    if (e instanceof SteercException known) {
      return known;
    }
    if (e instanceof AnalysisException && said.contains("PATH_NOT_FOUND")) {
      return missing();
    }
    return new SteercException(
        Problem.of(Code.ROWS_UNREADABLE, "the table cannot be read as " + as.label())
            .at(path)
            .note(said)
            .help(
                "pass Parquet, JSON lines, CSV with a header, or text; --input-format says which"),
        e);
  }
}
