package dev.steerc.cli;

import dev.steerc.Patched;
import dev.steerc.cli.demo.Numbers;
import dev.steerc.cli.demo.Played;
import dev.steerc.cli.demo.Scene;
import dev.steerc.cli.demo.Scenes;
import dev.steerc.cli.demo.Stage;
import dev.steerc.models.demo.DemoModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code steerc demo}: shows steering on the model that comes with steerc. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "See steering at work, on a tiny model that comes with steerc.",
      "",
      "  steerc demo",
      "  steerc demo --all",
      "  steerc demo --into playground --json"
    },
    description = {
      "It unpacks the model, patches it and generates the same texts plain and steered. Each command",
      "that it prints gives what stands below it, and the folder is yours to go on with. Nothing is",
      "downloaded."
    })
final class DemoCommand implements Runnable {
  static final Path FOLDER = Path.of("steerc-demo");

  @Option(
      names = {"--into", "-o"},
      paramLabel = "FOLDER",
      description = "Where to unpack the model (default: steerc-demo).")
  private Path folder = FOLDER;

  @Option(
      names = "--all",
      description =
          "Show mood, topic, tone, letters, refusal, steering on a condition, a steering for each row"
              + " of a batch, a swap in mid-sentence, and too much of it.")
  private boolean all;

  @Mixin private Talk talk;

  @Override
  public void run() {
    long start = System.nanoTime();
    DemoModel demo = DemoModel.unpack(folder);
    Patched patched = Stage.patch(demo);
    DemoReport report = new DemoReport(demo, patched, Style.ofTerminal(), Screen.width());
    report.opening().forEach(talk::say);
    if (talk.isQuiet() && !talk.isJson()) {
      return;
    }
    List<Played> played = new ArrayList<>();
    try (Stage stage = Stage.open(demo)) {
      for (Scene scene : all ? Scenes.all() : Scenes.first()) {
        Played texts = scene.play(stage);
        report.scene(texts).forEach(talk::say);
        Optional<Numbers> numbers = scene.count(stage);
        numbers.map(report::numbers).ifPresent(lines -> lines.forEach(talk::say));
        played.add(texts.with(numbers));
        if (System.out.checkError()) {
          return; // the reader has gone
        }
      }
      report.end(all, stage.vectors().names()).forEach(talk::say);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    if (talk.isJson()) {
      System.out.println(report.json(played, seconds));
    } else {
      System.err.println(report.took(seconds));
    }
  }
}
