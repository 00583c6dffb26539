package dev.steerc.spark;

import dev.steerc.cli.SweepArgs;
import dev.steerc.onnx.Scratch;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Provider;
import dev.steerc.runtime.measure.Sweep;
import dev.steerc.runtime.measure.Swept;
import dev.steerc.runtime.steering.VectorFile;
import dev.steerc.spark.cost.CostReport;
import dev.steerc.spark.cost.Costs;
import dev.steerc.spark.ship.Executor;
import dev.steerc.spark.ship.Shipment;
import dev.steerc.spark.sweep.SweepJob;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code steerc spark sweep}: finds out where and how strongly a vector is to act, on executors.
 */
@Command(
    name = "sweep",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Find where and how strongly a vector is to act, with the grid spread over executors.",
      "",
      "  steerc spark sweep gpt2.onnx joy.safetensors --prompts prompts.txt --words joyful.txt",
      "  steerc spark --master spark://HOST:7077 sweep s3a://models/gpt2/gpt2.onnx \\",
      "      joy.safetensors --prompts prompts.txt --classifier reviews.jsonl --report sweep.html"
    },
    description = {
      "The twin of `steerc sweep`: same options but for --threads and --tokenizer, same result. Executors",
      "generate the texts and compare --continuations; the driver does all other scoring and decides what",
      "is tried next: a wave takes the next strength wherever the texts have not fallen apart. Vector,",
      "prompts and scorer are files of the driver's machine. An executor has spark.task.cpus threads."
    })
final class SweepCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Mixin private LocationArgs model;

  @Parameters(
      index = "1",
      paramLabel = "VECTOR",
      description = "A file, or a name in the vector folder.")
  private String vector;

  @Option(names = "--force", description = "Take vectors that were made for another model as well.")
  private boolean force;

  @Mixin private SweepArgs swept;

  @Override
  public void run() {
    Provider provider = model.provider();
    SparkSession session = SparkSession.builder().appName("steerc sweep").getOrCreate();
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    Path scratch = Executor.scratch("steerc-driver");
    try {
      Shipment shipment = Shipment.of(model.location(), scratch);
      // what computes is an executor: here the model only tells what fits it
      ModelOptions options = ModelOptions.DEFAULT.threads(1).anyBase(force);
      Costs costs = Costs.of(spark.sc(), "steerc sweep");
      SweepJob job = new SweepJob(spark, shipment, provider, force, costs, this::say);
      swept.run(
          new SweepArgs.Model(model.name(), shipment.arrive(scratch), options),
          vector,
          typed(),
          (sweep, file) -> run(job, sweep, file));
    } finally {
      Scratch.discard(scratch);
    }
  }

  private Swept run(SweepJob job, Sweep sweep, VectorFile file) {
    long start = System.nanoTime();
    Swept found = job.run(sweep, file);
    CostReport.of(job.spark().sc(), job.costs(), start).lines().forEach(this::say);
    return found;
  }

  private List<String> typed() {
    List<String> typed = new ArrayList<>(List.of("spark"));
    typed.addAll(spec.root().commandLine().getParseResult().originalArgs());
    return typed;
  }

  private void say(String line) {
    if (!swept.isQuiet()) {
      System.err.println(line);
    }
  }
}
