package dev.steerc.cli;

import dev.steerc.problem.Choices;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.bench.LearnBench;
import dev.steerc.runtime.bench.Machine;
import dev.steerc.runtime.learn.Method;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code steerc bench learn}: what learning from many activations costs. */
@Command(
    name = "learn",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Measure how long each method learns, and in how much memory.",
      "",
      "  steerc bench learn",
      "  STEERC_JAVA_OPTS=-Xmx512m steerc bench learn --rows 1000000 --method diffmean"
    },
    description = {
      "Makes up activations of pairs that differ along one direction, writes them to a temporary file of",
      "4 bytes x rows x width, and learns from it. No model is needed."
    })
final class BenchLearnCommand implements Runnable {
  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "100000",
      description = "How many activations (default: ${DEFAULT-VALUE}).")
  private int rows;

  @Option(
      names = "--width",
      paramLabel = "N",
      defaultValue = "768",
      description = "The elements of each (default: ${DEFAULT-VALUE}).")
  private int width;

  @Option(
      names = "--method",
      paramLabel = "METHOD",
      split = ",",
      defaultValue = "diffmean,pca,logistic,leace",
      description = "What to learn with (default: ${DEFAULT-VALUE}).")
  private List<String> methods;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "7",
      description = "What the activations begin from (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private Talk talk;

  @Override
  public void run() {
    LearnBench bench =
        new LearnBench(rows, width, methods.stream().map(BenchLearnCommand::method).toList(), seed);
    LearnBenchReport report =
        new LearnBenchReport(bench, Machine.here(), bench.run(this::announce));
    report.lines(Style.ofTerminal()).forEach(talk::say);
    if (talk.isJson()) {
      System.out.println(report.json());
    }
  }

  private void announce(Method method) {
    if (!talk.isQuiet()) {
      System.err.println("learning with " + method.label() + " ...");
    }
  }

  private static Method method(String label) {
    List<String> labels = Arrays.stream(Method.values()).map(Method::label).toList();
    return Method.of(label)
        .orElseThrow(
            () ->
                Problem.of(Code.USAGE, "there is no method `" + label + "`")
                    .help(Choices.help(label, labels))
                    .exception());
  }
}
