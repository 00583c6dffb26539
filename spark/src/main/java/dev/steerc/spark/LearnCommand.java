package dev.steerc.spark;

import dev.steerc.cli.LearnReport;
import dev.steerc.cli.LessonArgs;
import dev.steerc.cli.Style;
import dev.steerc.cli.Talk;
import dev.steerc.cli.TapArgs;
import dev.steerc.manifest.Json;
import dev.steerc.runtime.capture.Pooling;
import dev.steerc.runtime.learn.Lesson;
import dev.steerc.spark.capture.Taps;
import dev.steerc.spark.learn.LearnJob;
import dev.steerc.spark.table.Result;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code steerc spark learn}: a vector from more texts than one machine runs. */
@Command(
    name = "learn",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Learn a vector from texts that have something and texts that lack it.",
      "",
      "  steerc spark learn model.onnx pairs.jsonl -o joy.safetensors",
      "  steerc spark learn model.onnx pairs.parquet --method pca -o joy.safetensors",
      "  steerc spark --master spark://HOST:7077 learn s3a://models/m.onnx s3a://texts/pairs.jsonl \\",
      "      --method logistic -o joy.safetensors"
    },
    description = {
      "Executors run the texts and keep their activations; the driver learns from sums over them. The",
      "vector is that of `steerc learn` but for rounding. `--method leace` needs one machine."
    })
final class LearnCommand implements Runnable {
  @Mixin private LocationArgs model;

  @Parameters(
      index = "1",
      paramLabel = "PAIRS",
      description =
          "JSON lines, or .parquet with such columns: {\"positive\": …, \"negative\": …}, or"
              + " {\"text\": …, \"label\": …}; either with a \"prompt\" in front that does not"
              + " count.")
  private String file;

  @Mixin private LessonArgs how;

  @Mixin private TapArgs taps;

  @Option(names = "--truncate", description = "Cut texts that are too long for the model in front.")
  private boolean truncate;

  @Option(
      names = "--activations",
      paramLabel = "FOLDER",
      description =
          "Keep the activations there as `steerc spark capture` writes them, and use them again the"
              + " next time.")
  private String activations;

  @Option(names = "--fresh", description = "Replace what the folder of activations has.")
  private boolean fresh;

  @Mixin private Talk talk;

  @Override
  public void run() {
    Pooling pooling = how.pooling();
    Lesson lesson = how.lesson();
    Path named = Path.of(model.location().toString());
    Path output = how.output(named);
    Taps sites = new Taps(taps.words(), taps.layers(), model.provider());
    Optional<Result> kept =
        Optional.ofNullable(activations).map(folder -> new Result(folder, fresh));
    LearnJob job = new LearnJob(model.location(), sites, pooling, truncate, kept);
    SparkSession spark = SparkSession.builder().appName("steerc learn").getOrCreate();
    LearnJob.Done done = job.run(spark, file, lesson);
    done.learning().write(output);
    LearnReport report = new LearnReport(named, output, done.learning());
    report.lines(Style.ofTerminal()).forEach(talk::say);
    if (!done.costs().costs().isEmpty()) {
      done.costs().lines().forEach(talk::say);
    }
    talk.say(done.passes().line());
    if (talk.isJson()) {
      Map<String, Object> map = report.toMap();
      map.put("passes", done.passes().toMap());
      map.put("costs", done.costs().toMap());
      System.out.println(Json.write(map));
    }
  }
}
