package dev.steerc.cli;

import dev.steerc.cli.rows.Row;
import dev.steerc.cli.rows.RowFile;
import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.bulk.Bulk;
import dev.steerc.runtime.bulk.BulkRun;
import dev.steerc.runtime.bulk.Counts;
import dev.steerc.runtime.bulk.Fields;
import dev.steerc.runtime.bulk.Result;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.VectorStore;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code steerc generate}: a text for each of many prompts. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Generate a text for each prompt of a file, each with a steering of its own.",
      "",
      "  steerc generate gpt2.steered.onnx prompts.jsonl -o texts.jsonl",
      "  steerc generate gpt2.steered.onnx prompts.csv --steer joy:4 --greedy -o texts.jsonl",
      "  cat prompts.jsonl | steerc generate gpt2.steered.onnx - -o - | grep joy"
    },
    description = {
      "A row is {\"prompt\": …} or {\"ids\": […]}, with \"steer\", \"id\", \"seed\" and \"max_new_tokens\" if it",
      "wants; all else passes through. It gets \"text\", \"tokens\", \"prompt_tokens\", \"finish_reason\", \"seed\",",
      "\"receipt\" and \"problem\"; fields of its own that are called so become \"input_text\" and so on. A row",
      "that fails says why, and the others go on.",
      "A row's seed comes from --seed (default: 0), its id, prompt and steering, so it",
      "gets the same text in any file; rows that say the same get the same. When it is interrupted,",
      "what is finished is in OUT.partial."
    })
final class GenerateCommand implements Callable<Integer> {
  private static final int INTERRUPTED = 130;

  @Mixin private GeneratingModelArgs model;

  @Parameters(
      index = "1",
      paramLabel = "ROWS",
      description = "JSON lines, or CSV with names in the first line; - reads stdin.")
  private Path rows;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      required = true,
      description = "The JSON lines to write; - is stdout.")
  private Path output;

  @Option(
      names = "--input-format",
      paramLabel = "FORMAT",
      description = "What ROWS is: jsonl or csv (default: by its name).")
  private String format;

  @Mixin private RowArgs columns;

  @Option(names = "--strict", description = "Exit with 1 when a row fails.")
  private boolean strict;

  @ArgGroup(validate = false, order = 1, heading = "%nSteering:%n")
  private SteerArgs steer = new SteerArgs();

  @ArgGroup(validate = false, order = 2, heading = "%nGenerating:%n")
  private GenerateArgs generate = new GenerateArgs();

  @Mixin private Talk talk;

  @Override
  public Integer call() {
    RowOutput.check(output, List.of(model.path(), rows));
    int batch = columns.batch();
    VectorStore store = steer.store(model.path());
    Steering usual = steer.steering(steer.texts(), store);
    StopSignal stop = StopSignal.install();
    try (RowFile file = RowFile.open(rows, format);
        SteeredModel opened = model.open(false);
        RowOutput out = new RowOutput(output);
        ProgressLine progress = ProgressLine.on(!talk.isQuiet())) {
      talk.warn(opened.doubts());
      warnOfMixing(opened, batch);
      opened.bind(usual); // or every row would say the same
      Bulk bulk =
          Bulk.of(opened, texts -> steering(texts, usual, store), generate::over)
              .batch(batch)
              .watched(counts -> goesOn(counts, progress, stop));
      return run(bulk.run(file.rows(), row -> row.task(fields())), out, progress);
    }
  }

  private Fields fields() {
    return columns.fields(steer.texts());
  }

  /** The command line may name files; who writes rows may be somebody else. */
  private Steering steering(List<String> texts, Steering usual, VectorStore store) {
    return texts.equals(steer.texts()) ? usual : steer.steeringByName(texts, store);
  }

  private int run(BulkRun<Row> run, RowOutput out, ProgressLine progress) {
    long start = System.nanoTime();
    Fields fields = fields();
    Map<Code, Long> failures = new EnumMap<>(Code.class);
    while (run.hasNext() && !System.out.checkError()) {
      Result<Row> result = run.next();
      result.outcome().problem().ifPresent(p -> failures.merge(p.code(), 1L, Long::sum));
      out.write(result.row().result(fields, result.outcome()));
    }
    if (run.isStopped()) {
      out.close();
    } else {
      out.finish();
    }
    progress.close();
    double seconds = (System.nanoTime() - start) / 1e9;
    say(new GenerateReport(output.toString(), run.counts(), failures, seconds));
    if (run.isStopped()) {
      System.err.println("interrupted: what is finished is in " + out.place());
      return INTERRUPTED;
    }
    return strict && !failures.isEmpty() ? 1 : 0;
  }

  /** What is said of texts on stdout goes elsewhere. */
  private void say(GenerateReport report) {
    PrintStream to = RowOutput.isStdout(output) ? System.err : System.out;
    if (talk.isJson()) {
      to.println(Json.write(report.toMap()));
    } else if (!talk.isQuiet()) {
      report.lines(Style.ofTerminal()).forEach(to::println);
    }
    talk.warn(report.warnings());
  }

  private boolean goesOn(Counts counts, ProgressLine progress, StopSignal stop) {
    progress.showRows(counts.rows());
    return !stop.hasArrived();
  }

  private void warnOfMixing(SteeredModel opened, int batch) {
    if (!opened.mixing().isEmpty() && !talk.isQuiet()) {
      String operators = String.join(", ", opened.mixing());
      System.err.println(
          batch > 1
              ? "warning: " + operators + ": a row's text depends on the rows beside it"
              : "note: "
                  + operators
                  + " would have rows change each other, so they run one by one");
    }
  }
}
