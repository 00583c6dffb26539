package dev.steerc.spark.learn;

import dev.steerc.cli.LearnReport;
import dev.steerc.cli.LessonArgs;
import dev.steerc.cli.Style;
import dev.steerc.cli.Talk;
import dev.steerc.cli.TapArgs;
import dev.steerc.manifest.Json;
import dev.steerc.onnx.Output;
import dev.steerc.onnx.Scratch;
import dev.steerc.plan.Site;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Provider;
import dev.steerc.runtime.Twin;
import dev.steerc.runtime.capture.Pooling;
import dev.steerc.runtime.learn.Learning;
import dev.steerc.runtime.learn.Lesson;
import dev.steerc.runtime.learn.Method;
import dev.steerc.runtime.learn.Origin;
import dev.steerc.spark.cost.CostReport;
import dev.steerc.spark.cost.Costs;
import dev.steerc.spark.ship.Cargo;
import dev.steerc.spark.ship.Location;
import dev.steerc.spark.ship.Shipment;
import dev.steerc.spark.ship.Vectors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.spark.api.java.JavaSparkContext;
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
public final class LearnCommand implements Runnable {
  private static final String SCRATCH = "steerc-spark-learn";

  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description =
          "A .onnx file or a folder, patched or not, where all machines see it; files:NAME for one"
              + " of --files; or a URI.")
  private String model;

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

  @Option(
      names = "--provider",
      paramLabel = "NAME",
      defaultValue = "cpu",
      description = "Where to compute: cpu (the default) or cuda.")
  private String provider;

  @Option(names = "--truncate", description = "Cut texts that are too long for the model in front.")
  private boolean truncate;

  @Mixin private Talk talk;

  @Override
  public void run() {
    Lesson lesson = how.lesson();
    Pooling pooling = how.pooling();
    if (lesson.method() == Method.LEACE) {
      throw SpreadRows.onOneMachine();
    }
    Path output = how.output(Path.of(model));
    SparkSession spark = SparkSession.builder().appName("steerc learn").getOrCreate();
    Path scratch = scratch(output);
    try {
      run(spark, scratch, output, lesson, pooling);
    } finally {
      Scratch.discard(scratch);
    }
  }

  private void run(SparkSession spark, Path scratch, Path output, Lesson lesson, Pooling pooling) {
    Provider where = Provider.of(provider);
    Units units = Units.read(spark, file);
    Shipment shipment = Shipment.of(Location.parse(model), scratch);
    Origin origin = origin(shipment.arrive(scratch), where);
    List<Site> sites = sites();
    Cargo cargo = new Cargo(shipment, Vectors.NONE, new Tapped(sites, where));
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Costs costs = Costs.of(spark.sparkContext(), "learn");
    long start = System.nanoTime();
    Learning learning =
        new SparkLearning(context.broadcast(cargo), costs, sites, pooling, truncate)
            .of(units, lesson, origin);
    learning.write(output);
    double seconds = (System.nanoTime() - start) / 1e9;
    report(
        new LearnReport(Path.of(model), output, learning),
        new CostReport(costs.value(), seconds, context.defaultParallelism()));
  }

  /** What the vector belongs to; where the taps are is known then too. */
  private Origin origin(Path path, Provider where) {
    ModelOptions options = ModelOptions.DEFAULT.provider(where).threads(1);
    try (Twin twin = taps.open(path, options)) {
      twin.model().tokenizerFor("the texts become tokens");
      return Origin.of(twin.model());
    }
  }

  private List<Site> sites() {
    TreeSet<Site> sorted = new TreeSet<>(Site.ORDER);
    sorted.addAll(taps.sites());
    return List.copyOf(sorted);
  }

  private void report(LearnReport report, CostReport cost) {
    report.lines(Style.ofTerminal()).forEach(talk::say);
    cost.lines().forEach(talk::say);
    if (talk.isJson()) {
      Map<String, Object> map = report.toMap();
      map.put("cost", cost.toMap());
      System.out.println(Json.write(map));
    }
  }

  private static Path scratch(Path output) {
    try {
      return Scratch.folder(SCRATCH);
    } catch (IOException e) {
      throw Output.failure(output, e);
    }
  }
}
