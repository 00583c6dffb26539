package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.Twin;
import dev.steerc.runtime.measure.Exam;
import dev.steerc.runtime.measure.Grid;
import dev.steerc.runtime.measure.Halves;
import dev.steerc.runtime.measure.Scorer;
import dev.steerc.runtime.measure.Sweep;
import dev.steerc.runtime.measure.Swept;
import dev.steerc.runtime.steering.Condition;
import dev.steerc.runtime.steering.VectorFile;
import dev.steerc.runtime.steering.VectorStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a sweep is asked for, and all of it but the measuring, which may be done elsewhere. */
public final class SweepArgs {
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

  /**
   * A model to sweep with.
   *
   * @param name as the user calls it
   * @param path where it is on this machine
   */
  public record Model(String name, Path path, ModelOptions options) {}

  /** Runs a sweep, once all is ready. */
  @FunctionalInterface
  public interface Runner {
    /**
     * Runs it.
     *
     * @param vector the file that is swept
     */
    Swept run(Sweep sweep, VectorFile vector);
  }

  /**
   * Prepares the sweep, has it run, and tells and writes what it found.
   *
   * @param vector a file, or a name in the vector folder
   * @param typed the command line, as it is to be shown
   */
  public void run(Model model, String vector, List<String> typed, Runner runner) {
    VectorStore store = SteerArgs.store(model.path(), vectors);
    VectorFile file = store.file(vector);
    Optional<Condition> when = tried.when(store);
    output.check(file.path(), read(model));
    tried.check();
    try (Scorer scorer = scorers.open()) {
      PromptArgs.Chosen chosen = prompts.prompts(scorer, file.metadata());
      Halves halves = Halves.of(chosen.prompts());
      remark(
          chosen.leftOut() > 0, chosen.leftOut() + " prompts that learning has seen are left out");
      remark(!scorer.remark().isEmpty(), scorer.remark());
      try (Twin twin = twin(model, file, when)) {
        Sweep sweep = sweep(twin.model(), file, when, scorer, halves);
        SweepSetting setting =
            SweepSetting.of(typed, model.name(), sweep, file.path(), prompts.where());
        Swept found = runner.run(sweep, file);
        print(found, setting);
        output.writeVector(found, file, talk);
        output.sayNext(found, file.path(), model.name(), twin.isCopy(), talk);
      }
    }
  }

  private List<Path> read(Model model) {
    return Stream.of(Stream.of(model.path()), prompts.files(), scorers.files())
        .flatMap(files -> files)
        .toList();
  }

  private static Twin twin(Model model, VectorFile file, Optional<Condition> when) {
    return Twin.open(
        model.path(),
        found -> Grid.needs(Grid.placed(file.vector(), found.blocks()), when),
        model.options());
  }

  private Sweep sweep(
      SteeredModel model, VectorFile file, Optional<Condition> when, Scorer scorer, Halves halves) {
    return new Sweep(
        tried.grid(file.vector(), file.norms(), model.ports().blocks(), when),
        tried.rule(),
        prompts.instruction(),
        new Exam(model, halves.choosing(), prompts::over, scorer, prompts.seed()),
        new Exam(model, halves.reporting(), prompts::over, scorer, prompts.seed()));
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
    if (holds && !isQuiet()) {
      System.err.println(text);
    }
  }

  /** Whether nothing but problems is to be printed. */
  public boolean isQuiet() {
    return talk.isQuiet();
  }
}
