package dev.steerc.spark;

import dev.steerc.cli.Talk;
import dev.steerc.cli.TapArgs;
import dev.steerc.manifest.Json;
import dev.steerc.runtime.capture.Format;
import dev.steerc.runtime.capture.Pooling;
import dev.steerc.spark.capture.CaptureJob;
import dev.steerc.spark.capture.Taps;
import dev.steerc.spark.table.Result;
import dev.steerc.spark.table.ResultArgs;
import dev.steerc.spark.table.Table;
import dev.steerc.spark.table.TableArgs;
import dev.steerc.spark.table.TableFormat;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code steerc spark capture}: activations of the texts of a table. */
@Command(
    name = "capture",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Write a model's activations on all texts of a table.",
      "",
      "  steerc spark capture gpt2.onnx texts.parquet -o acts",
      "  steerc spark capture gpt2.onnx 'texts/*.jsonl' -o acts --sites 6.resid_mid --positions mean",
      "  steerc spark capture s3a://models/gpt2.onnx s3a://texts/all.csv -o s3a://acts/gpt2",
    },
    description = {
      "A row has its text in a column `text`, or in `completion` behind `prompt`. All its columns go",
      "through, and it gets a column of floats for each site, such as blocks_6_resid_post. A row that",
      "cannot be run has a `problem` instead. A job that is killed leaves no _SUCCESS in the folder."
    })
final class CaptureCommand implements Runnable {
  @Mixin private LocationArgs model;

  @Parameters(index = "1", paramLabel = "TEXTS", description = TableArgs.PATH)
  private String path;

  @Mixin private TableArgs table;
  @Mixin private ResultArgs result;
  @Mixin private TapArgs taps;

  @Option(
      names = "--positions",
      paramLabel = "WHICH",
      defaultValue = "last",
      description =
          "last (the default): each text's last token; mean: the mean over the completion, or over"
              + " all tokens where no prompt is told apart; all: a row for each of those tokens.")
  private String positions;

  @Option(
      names = "--text-column",
      paramLabel = "NAME",
      defaultValue = Table.TEXT,
      description = "The column of whole texts (default: ${DEFAULT-VALUE}).")
  private String textColumn;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "parquet",
      description =
          "parquet (the default), jsonl, or safetensors: the files of `steerc capture`, byte for"
              + " byte, where every row has to be one that can be run.")
  private String format;

  @Option(
      names = "--truncate",
      description = "Cut texts that are too long for the model in front; else they are problems.")
  private boolean truncate;

  @Mixin private Talk talk;

  @Override
  public void run() {
    Pooling pooling = TapArgs.pooling(positions, List.of(Pooling.values()));
    Optional<TableFormat> kind = kind();
    Taps sites = new Taps(taps.words(), taps.layers(), model.provider());
    CaptureJob job = new CaptureJob(model.location(), sites, pooling, textColumn, truncate);
    SparkSession spark = SparkSession.builder().appName("steerc capture").getOrCreate();
    Result folder = result.result();
    CaptureJob.Done done =
        kind.isPresent()
            ? job.table(spark, table.table(path), folder, kind.get())
            : job.shards(spark, table.table(path), folder);
    CaptureReport report = new CaptureReport(folder.path(), done);
    report.lines().forEach(talk::say);
    if (talk.isJson()) {
      System.out.println(Json.write(report.toMap()));
    }
  }

  /** The format of a table; empty where there is to be none. */
  private Optional<TableFormat> kind() {
    String shards = Format.SAFETENSORS.label();
    return format.equals(shards)
        ? Optional.empty()
        : Optional.of(
            TableFormat.of(format, List.of(TableFormat.PARQUET, TableFormat.JSONL), shards));
  }
}
