package dev.steerc.cli;

import dev.steerc.Patched;
import dev.steerc.cli.Panels.Panel;
import dev.steerc.cli.demo.Numbers;
import dev.steerc.cli.demo.Played;
import dev.steerc.cli.demo.Played.Shown;
import dev.steerc.cli.demo.Scenes;
import dev.steerc.cli.demo.Stage;
import dev.steerc.cli.demo.Take;
import dev.steerc.manifest.Json;
import dev.steerc.models.demo.DemoModel;
import dev.steerc.runtime.FinishReason;
import dev.steerc.runtime.Receipt;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What {@code steerc demo} prints.
 *
 * @param patched what the patch did
 * @param width the columns of the screen
 */
record DemoReport(DemoModel demo, Patched patched, Style style, int width) {
  private static final int WIDEST_PROSE = 100;

  List<String> opening() {
    List<String> lines = new ArrayList<>();
    lines.addAll(
        prose(
            "A tiny GPT-2, which learnt from stories, letters and answers written for this demo, is"
                + (" now in " + demo.folder() + " with its vectors.")));
    lines.add("");
    lines.addAll(command(List.of(List.of("inspect", demo.model().toString()))));
    String summary = InspectReport.summary(patched.manifest().model());
    lines.addAll(Screen.wrapped(demo.model() + ": " + summary, width));
    lines.addAll(command(Stage.patching(demo)));
    PatchReport report = new PatchReport(demo.model(), demo.steered(), List.of(patched), List.of());
    lines.addAll(Screen.wrapped(report.written(patched), width));
    return lines;
  }

  List<String> scene(Played played) {
    Palette palette = new Palette(played.scene().marks(), style);
    List<String> lines = new ArrayList<>(List.of(""));
    String name = played.scene().name();
    List<String> says = prose(name + ": " + played.scene().says());
    lines.add(style.bold(name) + says.get(0).substring(name.length()));
    lines.addAll(says.subList(1, says.size()));
    if (!palette.legend().isEmpty()) {
      lines.add(palette.legend());
    }
    if (played.java().isEmpty()) {
      played.rows().forEach(row -> lines.addAll(row(row, palette)));
    } else {
      lines.add("");
      played.java().forEach(line -> lines.add(style.faint("    " + line)));
      lines.add("");
      lines.addAll(panels(played.rows(), palette).listed(width));
    }
    return lines;
  }

  private List<String> row(List<Shown> row, Palette palette) {
    List<String> lines = new ArrayList<>(List.of(""));
    row.forEach(shown -> lines.addAll(command(command(shown.take()))));
    lines.add("");
    boolean sameAsked = row.stream().map(shown -> shown.take().prompt()).distinct().count() == 1;
    List<Panel> panels =
        row.stream()
            .map(
                s -> new Panel(sameAsked ? s.take().label() : s.take().prompt(), s.text(), seen(s)))
            .toList();
    lines.addAll(new Panels(panels, style, palette::paint).lines(width));
    return lines;
  }

  /** What conditions saw. */
  private static String seen(Shown shown) {
    return shown.completion().readings().stream()
        .map(RunOutput::line)
        .collect(Collectors.joining("; "));
  }

  private Panels panels(List<List<Shown>> rows, Palette palette) {
    List<Panel> panels =
        rows.stream()
            .flatMap(List::stream)
            .flatMap(shown -> shown.parts().stream())
            .map(part -> new Panel(part.label(), part.text(), ""))
            .toList();
    return new Panels(panels, style, palette::paint);
  }

  List<String> numbers(Numbers numbers) {
    String head = numbers.texts() + " texts each";
    List<String> heads = new ArrayList<>(List.of(head));
    heads.addAll(numbers.concepts());
    heads.add("perplexity");
    Table table = new Table(heads.toArray(String[]::new));
    for (Numbers.Line line : numbers.lines()) {
      List<String> cells = new ArrayList<>(List.of(line.label()));
      line.rates().forEach(rate -> cells.add(Math.round(100 * rate) + " %"));
      cells.add(String.format(Locale.ROOT, "%.2f x", line.perplexity()));
      table.row(cells.toArray());
    }
    List<String> lines = new ArrayList<>(List.of(""));
    lines.addAll(table.lines(style));
    prose(
            "Each text goes on from another beginning, one that no vector was learnt from, and is"
                + " judged by its words. Perplexity: how much the texts surprise the model without"
                + " steering, plain being 1.")
        .forEach(line -> lines.add(style.faint(line)));
    return lines;
  }

  /**
   * What to do next.
   *
   * @param vectors the names to choose from
   */
  List<String> end(boolean all, Collection<String> vectors) {
    String model = demo.steered().toString();
    List<String> more =
        demo.folder().equals(DemoCommand.FOLDER)
            ? List.of("demo", "--all")
            : List.of("demo", "--all", "--into", demo.folder().toString());
    List<String> next = all ? List.of("chat", model) : more;
    List<String> lines = new ArrayList<>(List.of("", "next, or with a prompt of your own:"));
    lines.addAll(command(List.of(next)));
    lines.addAll(
        command(
            List.of(
                List.of("run", model),
                List.of(Scenes.TO_TRY.prompt()),
                List.of("--steer", Scenes.TO_TRY.label()),
                List.of("--compare"))));
    prose("vectors: " + String.join(", ", vectors)).forEach(line -> lines.add(style.faint(line)));
    return lines;
  }

  String took(double seconds) {
    return style.faint(String.format(Locale.ROOT, "all of it in %.1f s", seconds));
  }

  private List<String> prose(String text) {
    return Screen.wrapped(text, Math.min(width, WIDEST_PROSE));
  }

  private List<String> command(List<List<String>> parts) {
    return CommandText.lines(parts, width, style);
  }

  private List<List<String>> command(Take take) {
    return take.arguments(demo.steered().toString());
  }

  String json(List<Played> played, double seconds) {
    return Json.write(
        Json.object(
            "folder", demo.folder(),
            "model", demo.model(),
            "patched", demo.steered(),
            "commands", Stream.of(Stage.patching(demo)).map(DemoReport::flat).toList(),
            "scenes", played.stream().map(this::document).toList(),
            "seconds", seconds));
  }

  private Map<String, Object> document(Played played) {
    return Json.object(
        "name", played.scene().name(),
        "says", played.scene().says(),
        "java", played.java(),
        "texts",
            played.rows().stream()
                .flatMap(List::stream)
                .map(shown -> document(shown, played.java().isEmpty()))
                .toList(),
        "numbers", played.numbers().map(DemoReport::document));
  }

  private Map<String, Object> document(Shown shown, boolean isCommand) {
    Take take = shown.take();
    return Json.object(
        "prompt", take.prompt(),
        "steer", take.steers(),
        "when", take.when(),
        "seed", take.seed(),
        "arguments", isCommand ? flat(command(take)) : null,
        "text", shown.text(),
        "parts", shown.parts().stream().map(Played.Part::text).toList(),
        "finish_reason", shown.completion().reason().map(FinishReason::label),
        "readings", shown.completion().readings().stream().map(Receipt::reading).toList());
  }

  private static List<String> flat(List<List<String>> parts) {
    return parts.stream().flatMap(List::stream).toList();
  }

  private static Map<String, Object> document(Numbers numbers) {
    return Json.object(
        "texts", numbers.texts(),
        "lines", numbers.lines().stream().map(line -> document(numbers, line)).toList());
  }

  private static Map<String, Object> document(Numbers numbers, Numbers.Line line) {
    Map<String, Object> rates = Json.object();
    for (int i = 0; i < numbers.concepts().size(); i++) {
      rates.put(numbers.concepts().get(i), line.rates().get(i));
    }
    return Json.object(
        "steer", line.label(), "rates", rates, "perplexity_ratio", line.perplexity());
  }
}
