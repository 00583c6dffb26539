package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.Twin;
import dev.steerc.runtime.measure.Exam;
import dev.steerc.runtime.measure.Grid;
import dev.steerc.runtime.measure.Halves;
import dev.steerc.runtime.measure.Scorer;
import dev.steerc.runtime.measure.Sweep;
import dev.steerc.runtime.measure.Swept;
import dev.steerc.runtime.steering.Condition;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import dev.steerc.runtime.steering.VectorStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code steerc sweep}: finds out where and how strongly a vector is to act. */
@Command(
    name = "sweep",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Find where and how strongly a vector is to act, and what that costs.",
      "",
      "  steerc sweep gpt2.onnx joy.safetensors --prompts prompts.txt --words joyful.txt",
      "  steerc sweep gpt2.onnx joy --prompts prompts.txt --classifier reviews.jsonl \\",
      "      --layers 4 --layers 6-8 --fractions 0.05,0.1,0.2 --report sweep.html",
      "  steerc sweep gpt2.onnx joy --prompts prompts.txt --scorer-command \"python3 judge.py\" \\",
      "      --instruction \"Write happily. \" --dry-run"
    },
    description = {
      "Every point of the grid of places and strengths gets the same prompts and the same chance. Half",
      "of the prompts choose the point; the other half tells what it is worth. The vector's file then",
      "acts there by itself, and strength 1 is the chosen one. The model need not be patched."
    })
final class SweepCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Mixin private SteeredModelArgs model;

  @Parameters(
      index = "1",
      paramLabel = "VECTOR",
      description = "A file, or a name in the vector folder.")
  private String vector;

  @Option(
      names = "--vectors",
      paramLabel = "FOLDER",
      description = "The vector folder (default: vectors beside the model).")
  private Path vectors;

  @ArgGroup(validate = false, order = 1, heading = "%nPrompts:%n")
  private PromptArgs prompts = new PromptArgs();

  @ArgGroup(validate = false, order = 2, heading = "%nScoring, one of:%n")
  private ScorerArgs scorers = new ScorerArgs();

  @ArgGroup(validate = false, order = 3, heading = "%nTrying and choosing:%n")
  private GridArgs tried = new GridArgs();

  @Mixin private SweepOutput output;

  @Mixin private Talk talk;

  @Override
  public void run() {
    VectorStore store = SteerArgs.store(model.path(), vectors);
    VectorFile file = store.file(vector);
    Optional<Condition> when = tried.when(store);
    Path source = file.path();
    Vector swept = file.vector();
    output.check(source, read());
    tried.check();
    try (Scorer scorer = scorers.open()) {
      PromptArgs.Chosen chosen = prompts.prompts(scorer, file.metadata());
      Halves halves = Halves.of(chosen.prompts());
      remark(
          chosen.leftOut() > 0, chosen.leftOut() + " prompts that learning has seen are left out");
      remark(!scorer.remark().isEmpty(), scorer.remark());
      try (Twin twin =
          Twin.open(
              model.path(),
              found -> Grid.needs(Grid.placed(swept, found.blocks()), when),
              model.options())) {
        SteeredModel opened = twin.model();
        Grid grid = tried.grid(swept, file.norms(), opened.ports().blocks(), when);
        Sweep sweep =
            new Sweep(
                grid,
                tried.rule(),
                prompts.instruction(),
                new Exam(opened, halves.choosing(), prompts::over, scorer, prompts.seed()),
                new Exam(opened, halves.reporting(), prompts::over, scorer, prompts.seed()));
        SweepSetting setting = SweepSetting.of(typed(), sweep, source, prompts.where());
        Swept found = run(sweep);
        print(found, setting);
        output.writeVector(found, file, talk);
        output.sayNext(found, source, model.path(), twin.isCopy(), talk);
      }
    }
  }

  private List<Path> read() {
    return Stream.of(Stream.of(model.path()), prompts.files(), scorers.files())
        .flatMap(files -> files)
        .toList();
  }

  private List<String> typed() {
    return spec.root().commandLine().getParseResult().originalArgs();
  }

  private Swept run(Sweep sweep) {
    try (ProgressLine progress = ProgressLine.on(!talk.isQuiet())) {
      return sweep.run((what, done, all) -> progress.show("sweep", what, done, all));
    }
  }

  private void print(Swept swept, SweepSetting setting) {
    SweepReport report = new SweepReport(swept, setting);
    report.lines(Style.ofTerminal()).forEach(talk::say);
    if (talk.isJson()) {
      System.out.println(Json.write(report.toMap()));
    }
    output.writePage(swept, setting, talk);
    if (swept.chosen().isEmpty() && !output.isDryRun()) {
      throw swept.problem().exception();
    }
  }

  private void remark(boolean holds, String text) {
    if (holds && !talk.isQuiet()) {
      System.err.println(text);
    }
  }
}
