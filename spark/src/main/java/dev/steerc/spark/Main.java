package dev.steerc.spark;

import dev.steerc.cli.Failures;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The entry point of the job that spark-submit starts. */
@Command(
    name = "steerc spark",
    mixinStandardHelpOptions = true,
    synopsisHeading = "",
    customSynopsis = {
      "  steerc spark generate model.onnx prompts.parquet -o texts",
      "  steerc spark --master spark://HOST:7077 --executor-memory 2g generate ...",
      "                          what stands before the command is spark-submit's",
      "",
      "Every command is the twin of the one on a single machine: same words, same results.",
    },
    header = "Bulk work on Apache Spark, on this machine or on many.%n",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    subcommands = {
      GenerateCommand.class,
      CaptureCommand.class,
      LearnCommand.class,
      SweepCommand.class
    })
public final class Main implements Runnable {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  public static void main(String[] args) {
    System.setOut(new PrintStream(System.out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(System.err, true, StandardCharsets.UTF_8));
    int code = commandLine().execute(args);
    SparkSession.getDefaultSession().foreach(Main::stop);
    if (code != 0) {
      System.exit(code);
    }
  }

  private static Object stop(SparkSession session) {
    session.stop();
    return null;
  }

  /** The command line, ready to parse. */
  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Main());
    line.setExecutionExceptionHandler(JobFailures::onException);
    line.setParameterExceptionHandler(Failures::onUsage);
    line.setUsageHelpWidth(100);
    return line;
  }

  @Override
  public void run() {
    spec.commandLine().usage(System.out);
  }
}
