package dev.steerc.spark;

import dev.steerc.cli.GenerateArgs;
import dev.steerc.cli.RowArgs;
import dev.steerc.cli.SteerArgs;
import dev.steerc.cli.Talk;
import dev.steerc.manifest.Json;
import dev.steerc.spark.generate.GenerateJob;
import dev.steerc.spark.ship.Opening;
import dev.steerc.spark.table.ResultArgs;
import dev.steerc.spark.table.TableArgs;
import dev.steerc.spark.table.TableFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code steerc spark generate}: a text for each row of a table. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Generate a text for each row of a table, each steered in its own way.",
      "",
      "  steerc spark generate gpt2.steered.onnx prompts.parquet -o texts",
      "  steerc spark generate gpt2.steered.onnx 'prompts/*.jsonl' -o texts --steer joy:2 --seed 7",
      "  steerc spark --master yarn --files gpt2.onnx,tokenizer.json generate files:gpt2.onnx \\",
      "      hdfs:///prompts.csv -o hdfs:///texts --vectors vectors"
    },
    description = {
      "A row has a prompt in its column `prompt`, or `ids`, and how to steer it in `steer`: joy:2, or",
      "several with commas between, or a list; it may have `id`, `seed` and `max_new_tokens`. All",
      "columns go through, with the text and its receipt behind. A row that fails has a `problem`.",
      "Rows name vectors, which the driver reads once, and never files. A row gets the text that",
      "`steerc generate` gives it, wherever it stands, whoever runs it and however often."
    })
final class GenerateCommand implements Callable<Integer> {
  @Mixin private LocationArgs model;

  @Parameters(index = "1", paramLabel = "ROWS", description = TableArgs.PATH)
  private String path;

  @Mixin private TableArgs table;
  @Mixin private ResultArgs result;
  @Mixin private RowArgs columns;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "parquet",
      description = "parquet (the default) or jsonl.")
  private String format;

  @Option(names = "--force", description = "Take vectors that were made for another model as well.")
  private boolean force;

  @Option(names = "--strict", description = "Exit with 1 when a row fails.")
  private boolean strict;

  @ArgGroup(validate = false, order = 1, heading = "%nSteering:%n")
  private SteerArgs steer = new SteerArgs();

  @ArgGroup(validate = false, order = 2, heading = "%nGenerating:%n")
  private GenerateArgs generate = new GenerateArgs();

  @Mixin private Talk talk;

  @Override
  public Integer call() {
    TableFormat kind = TableFormat.of(format, List.of(TableFormat.PARQUET, TableFormat.JSONL));
    GenerateJob job =
        new GenerateJob(
            model.location(),
            new Opening.AsItIs(model.provider(), force),
            model.vectors(steer),
            steer,
            generate,
            columns.fields(steer.texts()),
            columns.batch());
    SparkSession spark = SparkSession.builder().appName("steerc generate").getOrCreate();
    GenerateJob.Done done = job.run(spark, table.table(path), result.result(), kind);
    talk.warn(done.doubts());
    if (!done.failed().isEmpty()) {
      talk.warn(List.of(failed(done)));
    }
    talk.say(result.result().path() + ": " + done.costs().rows() + " rows with their texts");
    done.costs().lines().forEach(talk::say);
    if (talk.isJson()) {
      System.out.println(
          Json.write(
              Json.object(
                  "output", result.result().path(),
                  "problems", done.failed(),
                  "costs", done.costs().toMap())));
    }
    return strict && !done.failed().isEmpty() ? 1 : 0;
  }

  private static String failed(GenerateJob.Done done) {
    long all = done.failed().values().stream().mapToLong(Long::longValue).sum();
    return all
        + (all == 1 ? " row failed: " : " rows failed: ")
        + done.failed().entrySet().stream()
            .map(code -> code.getValue() + " " + code.getKey())
            .collect(Collectors.joining(", "));
  }
}
