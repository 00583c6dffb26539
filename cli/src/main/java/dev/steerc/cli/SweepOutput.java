package dev.steerc.cli;

import dev.steerc.cli.page.SweepPage;
import dev.steerc.onnx.Output;
import dev.steerc.plan.Tap;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.format.FileBytes;
import dev.steerc.runtime.measure.Grid;
import dev.steerc.runtime.measure.OperatingPoint;
import dev.steerc.runtime.measure.Swept;
import dev.steerc.runtime.steering.Positions;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** What a sweep leaves behind: the vector as it was chosen, and a page. */
public final class SweepOutput {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Where to write the vector (default: into its own file).")
  private Path output;

  @Option(
      names = "--dry-run",
      description = "Measure only: write no vector, whether or not a point would do.")
  private boolean dryRun;

  @Option(names = "--report", paramLabel = "FILE", description = "Write a page (HTML) as well.")
  private Path page;

  /**
   * Says what cannot be written, before the work is done.
   *
   * @param read the files that are read besides the vector; the page must replace none
   */
  public void check(Path vector, List<Path> read) {
    if (!dryRun) {
      Path target = target(vector);
      if (!target.toString().endsWith(".safetensors")) {
        throw Problem.of(Code.USAGE, "the operating point cannot be written into `" + target + "`")
            .note("only safetensors files say where a vector acts")
            .help("name one with -o v.safetensors, or pass --dry-run")
            .exception();
      }
      Output.check(target, target.toAbsolutePath().getParent());
    }
    if (page != null) {
      Output.check(page, vector);
      read.forEach(file -> Output.check(page, file));
      if (isSame(page, target(vector))) {
        throw Problem.of(Code.USAGE, "--report and -o name the same file")
            .at(page)
            .help("choose another path for one of them")
            .exception();
      }
    }
  }

  private static boolean isSame(Path a, Path b) {
    return a.toAbsolutePath().normalize().equals(b.toAbsolutePath().normalize());
  }

  public boolean isDryRun() {
    return dryRun;
  }

  private Path target(Path vector) {
    return output == null ? vector : output;
  }

  public void writePage(Swept swept, SweepSetting setting, Talk talk) {
    if (page != null) {
      String html = new SweepPage(swept, setting.facts(), setting.command()).html();
      FileBytes.write(page, html.getBytes(StandardCharsets.UTF_8));
      talk.say("wrote " + page);
    }
  }

  /**
   * Writes the vector, if it is to be written.
   *
   * @param vector the file that was swept
   */
  public void writeVector(Swept swept, VectorFile vector, Talk talk) {
    if (!dryRun) {
      Path target = target(vector.path());
      OperatingPoint.write(swept, vector, target);
      talk.say("wrote " + target + ": strength 1 is the chosen point");
    }
  }

  /**
   * What to do next.
   *
   * @param lacks whether the model has no inputs there
   */
  public void sayNext(Swept swept, Path vector, Path model, boolean lacks, Talk talk) {
    if (dryRun) {
      return;
    }
    Positions positions = swept.grid().positions();
    String where = positions.equals(Positions.ALL) ? "" : ":" + positions;
    String when = swept.grid().when().isPresent() ? " --when CONDITION" : "";
    String steer = " --steer " + target(vector) + where + when + " \"…\"";
    talk.say(
        lacks
            ? "next: steerc patch " + model + inputs(swept) + ", then run with" + steer
            : "next: steerc run " + model + steer);
  }

  private static String inputs(Swept swept) {
    Vector vector = OperatingPoint.of(swept.grid().vector(), swept.chosen().orElseThrow());
    return Grid.needs(vector, swept.grid().when()).stream()
        .filter(need -> need instanceof Tap || vector.chosen().contains(need.site()))
        .map(need -> " --at " + need.text())
        .collect(Collectors.joining());
  }
}
