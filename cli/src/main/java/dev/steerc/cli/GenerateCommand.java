package dev.steerc.cli;

import dev.steerc.cli.rows.Row;
import dev.steerc.cli.rows.RowFile;
import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.bulk.Bulk;
import dev.steerc.runtime.bulk.BulkRun;
import dev.steerc.runtime.bulk.Counts;
import dev.steerc.runtime.bulk.Result;
import dev.steerc.runtime.steering.VectorStore;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
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
      "\"receipt\" and \"problem\", in place of fields that are called so. A row that fails says why, and",
      "the others go on. A row's seed comes from --seed (default: 0), its id, prompt and steering, so it",
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
      names = "--format",
      paramLabel = "FORMAT",
      description = "What ROWS is: jsonl or csv (default: by its name).")
  private String format;

  @Mixin private RowArgs columns;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "0",
      description = "The most rows to run at once (default: by the memory, at most 32).")
  private int batch;

  @Option(names = "--strict", description = "Exit with 1 when a row failed.")
  private boolean strict;

  @ArgGroup(validate = false, order = 1, heading = "%nSteering:%n")
  private SteerArgs steer = new SteerArgs();

  @ArgGroup(validate = false, order = 2, heading = "%nGenerating:%n")
  private GenerateArgs generate = new GenerateArgs();

  @Mixin private Talk talk;

  @Override
  public Integer call() {
    checkBatch();
    VectorStore store = steer.store(model.path());
    StopSignal stop = StopSignal.install();
    try (RowFile file = RowFile.open(rows, format);
        SteeredModel opened = model.open(false);
        RowOutput out = new RowOutput(output, rows);
        ProgressLine progress = ProgressLine.on(!talk.isQuiet())) {
      talk.warn(opened.doubts());
      warnOfMixing(opened);
      Bulk bulk =
          Bulk.of(opened, texts -> steer.steering(texts, store), generate::over)
              .batch(batch)
              .watched(counts -> goesOn(counts, progress, stop));
      return run(bulk.run(file.rows(), row -> columns.task(row, steer.texts())), out, progress);
    }
  }

  private Integer run(BulkRun<Row> run, RowOutput out, ProgressLine progress) {
    long start = System.nanoTime();
    Map<String, Long> failures = new TreeMap<>();
    while (run.hasNext() && !System.out.checkError()) {
      Result<Row> result = run.next();
      result.outcome().problem().ifPresent(p -> failures.merge(p.code().slug(), 1L, Long::sum));
      out.write(result);
    }
    if (!run.isStopped()) {
      out.finish();
    }
    progress.close();
    double seconds = (System.nanoTime() - start) / 1e9;
    report(new GenerateReport(run.counts(), failures, seconds), run.isStopped(), out);
    if (run.isStopped()) {
      return INTERRUPTED;
    }
    return strict && run.counts().failed() > 0 ? 1 : 0;
  }

  private void report(GenerateReport report, boolean stopped, RowOutput out) {
    if (talk.isJson()) {
      (isStdout() ? System.err : System.out).println(Json.write(report.toMap(output.toString())));
    } else if (!talk.isQuiet()) {
      report.lines(Style.ofTerminal()).forEach(isStdout() ? System.err::println : talk::say);
    }
    if (report.counts().failed() > 0 && !talk.isQuiet()) {
      System.err.println("warning: " + report.warning());
    }
    if (stopped) {
      System.err.println("interrupted: what is finished is in " + out.place());
    }
  }

  private boolean goesOn(Counts counts, ProgressLine progress, StopSignal stop) {
    progress.showRows(counts.rows());
    return !stop.hasArrived();
  }

  private boolean isStdout() {
    return output.toString().equals("-");
  }

  private void checkBatch() {
    if (batch < 0) {
      throw Problem.of(Code.USAGE, "--batch " + batch + " is no number of rows")
          .help("pass 1 or more")
          .exception();
    }
  }

  private void warnOfMixing(SteeredModel opened) {
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
