package dev.steerc.cli;

import dev.steerc.runtime.bench.Amount;
import dev.steerc.runtime.bench.Machine;
import dev.steerc.runtime.bench.Speed;
import dev.steerc.runtime.bench.Spread;
import dev.steerc.runtime.bench.Variant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The tables of {@code steerc bench}, each under the question that it answers. */
final class SpeedTables {
  private static final double MEBIBYTE = 1.0 / (1 << 20);

  private final SpeedReport report;
  private final Speed speed;
  private final Cells cells;
  private final Amount amount;
  private final Style style;
  private final List<String> lines = new ArrayList<>();

  SpeedTables(SpeedReport report, Style style) {
    this.report = report;
    this.speed = report.speed();
    this.cells = new Cells(speed);
    this.amount = report.bench().amount();
    this.style = style;
  }

  List<String> lines() {
    head();
    pace();
    first();
    batches();
    kernels();
    opening();
    starting();
    foot();
    return lines;
  }

  private void head() {
    Machine machine = report.machine();
    lines.add(
        Cells.format(
            "%s: %d blocks, hidden %d, %s, %d MB",
            style.bold(report.name()),
            speed.model().blocks(),
            speed.model().hidden(),
            speed.model().dtype(),
            speed.bytes() / 1_000_000));
    lines.add(
        Cells.format(
            "%s, %d cores, %s",
            machine.processor().orElse("an unknown processor"),
            machine.cores(),
            Cells.mebibytes(machine.memory())));
    lines.add(
        Cells.format(
            "%s; Java %s, ONNX Runtime %s, %s",
            String.join(" ", machine.instructions()),
            machine.java(),
            machine.onnxRuntime(),
            report.bench().threads() == 0
                ? "all cores"
                : Cells.count(report.bench().threads(), "thread")));
  }

  private void title(String text) {
    lines.add("");
    lines.add(style.bold(text));
  }

  private void pace() {
    String number = "tokens_per_second";
    title(
        Cells.format(
            "How fast is one text? %d tokens behind a prompt of %d, in %s each",
            amount.tokens(), Amount.SHORT, Cells.count(amount.processes(), "process")));
    Table table = new Table("", "tokens/s", "ratio", "from", "to", "loop: ms", "heap: KB");
    for (String arm : cells.arms(number)) {
      List<Object> row = new ArrayList<>(List.of(Cells.label(arm)));
      row.add(cells.median(arm, number, "%.1f", 1));
      row.addAll(Cells.ratio(speed.ratio(arm, speed.base(), number)));
      row.add(cells.median(arm, "own", "%.3f", 1000));
      row.add(cells.median(arm, "heap", "%.1f", 0.001));
      table.row(row.toArray());
    }
    lines.addAll(table.lines(style));
    note(ratiosOf(number));
    note("from, to: the least and most of the rounds, in each of which everything runs once");
    note("loop: what a token takes outside ONNX Runtime; heap: the new objects for it");
  }

  private void first() {
    String brief = "first_" + Amount.SHORT;
    String number = "first_" + Amount.LONG;
    title(
        Cells.format(
            "How long until the first token? Prompts of %d and %d tokens, the model open",
            Amount.SHORT, Amount.LONG));
    Table table =
        new Table(
            "",
            Amount.SHORT + ": ms",
            "ratio",
            "from",
            "to",
            Amount.LONG + ": ms",
            "ratio",
            "from",
            "to");
    for (String arm : cells.arms(number)) {
      List<Object> row = new ArrayList<>(List.of(Cells.label(arm)));
      row.add(cells.median(arm, brief, "%.1f", 1000));
      row.addAll(Cells.ratio(speed.ratio(arm, speed.base(), brief)));
      row.add(cells.median(arm, number, "%.1f", 1000));
      row.addAll(Cells.ratio(speed.ratio(arm, speed.base(), number)));
      table.row(row.toArray());
    }
    lines.addAll(table.lines(style));
    note(ratiosOf(brief, number));
    note("last logits only: patched with --last-logits, scores the last token of a prompt only");
  }

  /** What the ratios are to, and what they are worth. */
  private String ratiosOf(String... numbers) {
    String noise =
        Arrays.stream(numbers)
            .map(number -> Cells.noise(speed.ratio(Speed.AGAIN, Speed.ORIGINAL, number)))
            .collect(Collectors.joining(", "));
    String base = speed.base().equals(Speed.BARE) ? "bare ONNX Runtime" : "the original";
    return "ratio: to " + base + "; noise: original to itself " + noise;
  }

  private void note(String text) {
    lines.add(style.faint("  " + text));
  }

  private void batches() {
    if (speed.batch(0).isEmpty()) {
      return;
    }
    title(
        Cells.format(
            "How fast are %d texts at once? %d tokens each, with more and more different vectors",
            Amount.ROWS, amount.batchTokens()));
    Table table = new Table("", "tokens/s", "ratio", "from", "to");
    for (int steerings : speed.steerings()) {
      List<Object> row = new ArrayList<>();
      row.add(
          steerings == 0
              ? "unsteered"
              : steerings == 1 ? "1 vector for all" : steerings + " vectors");
      row.add(speed.batch(steerings).map(s -> Cells.format("%.1f", s.median())).orElse(Cells.NONE));
      row.addAll(
          steerings == 0 ? List.of("1.000", "", "") : Cells.ratio(speed.batchRatio(steerings)));
      table.row(row.toArray());
    }
    lines.addAll(table.lines(style));
    note("prompts included; noise: unsteered to itself " + Cells.noise(speed.batchRatio(0)));
  }

  private void kernels() {
    title("What share of the computing is for inserted nodes? By ONNX Runtime's profiler");
    Table table = new Table("", "nodes that run", "of a token", "of a prompt of " + Amount.LONG);
    for (Variant variant : Variant.values()) {
      String arm = Speed.KERNELS + variant.label();
      if (speed.spread(arm, "nodes").isPresent()) {
        table.row(
            variant.text(),
            cells.median(arm, "nodes", "%.0f", 1),
            cells.median(arm, "step", "%.4f %%", 100),
            cells.median(arm, "prompt", "%.4f %%", 100));
      }
    }
    lines.addAll(table.lines(style));
    note("a bias is an input that the model's own nodes read: nothing is inserted");
  }

  private void opening() {
    title("What do opening, memory and another vector take?");
    Table table = new Table("", "open: ms", "own MiB", "with files", "swap: ms", "shows");
    for (String arm : cells.arms("open")) {
      table.row(
          Cells.label(arm) + (Cells.isThin(arm) ? ", thin" : ""),
          cells.median(arm, "open", "%.0f", 1000),
          cells.median(arm, "private", "%.0f", MEBIBYTE),
          cells.median(arm, "proportional", "%.0f", MEBIBYTE),
          cells.median(arm, "swap", "%.3f", 1000),
          speed
              .spread(arm, "shows")
              .map(s -> s.least() == 1 ? "in the next token" : "not at once")
              .orElse(Cells.NONE));
    }
    lines.addAll(table.lines(style));
    note("thin: patched with --thin, so that its weights are in the original's file");
    note(
        "own: memory of this process alone, after the texts above; with files: and the pages of files");
    note(
        "such as weights, which processes share. swap: what another vector takes beside the next token");
  }

  private void starting() {
    title(
        Cells.format(
            "How long from the start of `steerc run` to the first token, behind a prompt of %d?",
            Amount.SHORT));
    Table table = new Table("", "seconds", "from", "to", Amount.TOGETHER + " at once: MiB each");
    for (String way : cells.arms("open")) {
      Optional<Spread> seconds = speed.spread(Speed.START + way, "first_token");
      if (seconds.isEmpty()) {
        continue;
      }
      table.row(
          Cells.label(way),
          seconds.map(s -> Cells.format("%.2f", s.median())).orElse(Cells.NONE),
          seconds.map(s -> Cells.format("%.2f", s.least())).orElse(Cells.NONE),
          seconds.map(s -> Cells.format("%.2f", s.most())).orElse(Cells.NONE),
          cells.median(Speed.TOGETHER + way, "proportional", "%.0f", MEBIBYTE));
    }
    lines.addAll(table.lines(style));
    note("MiB each: while so many have the model open, what they share divided among them");
  }

  private void foot() {
    lines.add("");
    speed.leftOut().forEach((arm, why) -> lines.add("left out: " + Cells.label(arm) + ": " + why));
    lines.add(style.faint(Cells.format("took %.0f s", speed.seconds())));
  }
}
