package dev.steerc.cli;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/**
 * {@code steerc spark}, of which the start script knows more: it has a jar and a JVM of its own.
 */
@Command(
    name = "spark",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    customSynopsis = "steerc spark [OPTIONS OF SPARK-SUBMIT] COMMAND [ARGUMENTS]",
    descriptionHeading = "%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Do bulk work on Apache Spark, on this machine or on many.",
      "",
      "  steerc spark generate model.onnx prompts.parquet -o texts",
      "  steerc spark capture model.onnx texts.parquet --sites resid_post -o activations",
      "  steerc spark learn model.onnx pairs.jsonl -o joy.safetensors",
      "  steerc spark sweep model.onnx joy --prompts prompts.txt --words joyful.txt",
      "  steerc spark --master spark://HOST:7077 --executor-memory 2g generate ..."
    },
    description = {
      "Each is the twin of the command on one machine: same words, same results; steerc spark COMMAND",
      "--help has its options. What stands before the command is for spark-submit. Spark is the one in",
      "SPARK_HOME, or else one that Maven brings at the first start (290 MB)."
    })
final class SparkCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Unmatched private List<String> given = List.of();

  @Override
  public void run() {
    if (given.isEmpty()) {
      spec.commandLine().usage(System.out);
      return;
    }
    throw Problem.of(Code.SPARK_MISSING, "this is the command without Spark")
        .help(
            "start ./steerc, the script, or spark-submit --class dev.steerc.spark.Main"
                + " steerc-spark-0.1.0-job.jar "
                + String.join(" ", given))
        .exception();
  }
}
