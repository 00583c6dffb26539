package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.runtime.measure.Measurement;
import dev.steerc.runtime.measure.Point;
import dev.steerc.runtime.measure.Swept;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What {@code steerc sweep} says that it found. */
public record SweepReport(Swept swept, SweepSetting setting) {
  private static final String NOTHING = "-";

  public List<String> lines(Style style) {
    List<String> lines = new ArrayList<>();
    int texts = swept.baselines().plain().samples().size();
    lines.add(
        style.bold(swept.grid().vector().name())
            + (": "
                + setting.facts().get("scorer")
                + ", "
                + CaptureReport.count(texts, "text")
                + " a point"));
    lines.addAll(marked(grid().lines(style), style));
    swept
        .report()
        .ifPresent(
            report -> {
              lines.add("");
              int others = report.chosen().samples().size();
              lines.add(
                  "on " + CaptureReport.count(others, "prompt") + " that it was not chosen by");
              lines.addAll(marked(reported(report).lines(style), style));
            });
    return lines;
  }

  private static Table table() {
    return new Table(
        "layers",
        "strength",
        "of norm",
        "effect",
        "wrong way",
        "perplexity",
        "KL",
        "distinct-2",
        "repetition",
        "");
  }

  private Table grid() {
    Table table = table();
    Measurement plain = swept.baselines().plain();
    baselines(table, swept.baselines());
    for (Point point : swept.points()) {
      boolean chosen = swept.chosen().filter(c -> c.equals(point)).isPresent();
      row(table, point, point.measured(), plain, chosen);
    }
    return table;
  }

  private Table reported(Swept.Report report) {
    Table table = table();
    baselines(table, report.baselines());
    Point point = swept.chosen().orElseThrow();
    row(table, point, Optional.of(report.chosen()), report.baselines().plain(), true);
    return table;
  }

  private void baselines(Table table, Swept.Baselines baselines) {
    row(table, "plain", baselines.plain(), baselines.plain());
    baselines.instructed().ifPresent(told -> row(table, "instruction", told, baselines.plain()));
  }

  private void row(Table table, String name, Measurement measured, Measurement plain) {
    List<Object> cells = new ArrayList<>(List.of(name, NOTHING, NOTHING));
    cells.addAll(numbers(measured, plain));
    table.row(cells.toArray());
  }

  private void row(
      Table table, Point point, Optional<Measurement> measured, Measurement plain, boolean chosen) {
    List<Object> cells = new ArrayList<>();
    cells.add(point.place().label());
    cells.add(short3(point.strength()));
    cells.add(Double.isNaN(point.share()) ? NOTHING : percent(point.share()));
    if (measured.isEmpty()) {
      cells.addAll(List.of(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, "skipped"));
    } else {
      cells.addAll(numbers(measured.get(), plain));
      cells.set(cells.size() - 1, mark(measured.get(), plain, chosen));
    }
    table.row(cells.toArray());
  }

  private String mark(Measurement measured, Measurement plain, boolean chosen) {
    return chosen ? "chosen" : swept.rule().keeps(measured, plain) ? "" : "over the limit";
  }

  private List<Object> numbers(Measurement measured, Measurement plain) {
    boolean same = measured == plain;
    return List.of(
        decimal(measured.effect()),
        same ? NOTHING : percent(measured.wrongWay(plain, swept.rule().less())),
        times(measured.perplexity() / plain.perplexity()),
        Double.isNaN(measured.kl()) || same ? NOTHING : decimal(measured.kl()),
        decimal(measured.distinct(2)),
        decimal(measured.repetition()),
        "");
  }

  private static List<String> marked(List<String> lines, Style style) {
    return lines.stream()
        .map(line -> line.endsWith("chosen") ? style.green(line) : line)
        .map(line -> line.matches(".*(skipped|over the limit)") ? style.faint(line) : line)
        .toList();
  }

  private static String times(double ratio) {
    return String.format(Locale.ROOT, ratio < 99.995 ? "%.2f x" : "%.0f x", ratio);
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static String percent(double share) {
    return String.format(
        Locale.ROOT, share < 0.0995 && share > 0 ? "%.1f %%" : "%.0f %%", 100 * share);
  }

  /** Three digits, without zeros at the end. */
  private static String short3(double value) {
    String text = String.format(Locale.ROOT, "%.3g", value);
    boolean plain = text.contains(".") && !text.contains("e");
    return plain ? text.replaceFirst("\\.?0+$", "") : text;
  }

  public Map<String, Object> toMap() {
    List<Object> points = new ArrayList<>();
    Measurement plain = swept.baselines().plain();
    for (Point point : swept.points()) {
      points.add(map(point, point.measured(), plain));
    }
    Map<String, Object> document = Json.object("setting", setting.facts());
    document.put("command", setting.command());
    document.put("baselines", baselines(swept.baselines()));
    document.put("points", points);
    document.put("chosen", swept.chosen().map(p -> map(p, p.measured(), plain)));
    document.put("report", swept.report().map(this::map));
    return document;
  }

  private Map<String, Object> map(Swept.Report report) {
    Map<String, Object> map = new LinkedHashMap<>(baselines(report.baselines()));
    map.put("chosen", map(report.chosen(), report.baselines().plain()));
    return map;
  }

  private Map<String, Object> baselines(Swept.Baselines baselines) {
    Measurement plain = baselines.plain();
    return Json.object(
        "plain", map(plain, plain), "instruction", baselines.instructed().map(m -> map(m, plain)));
  }

  private Map<String, Object> map(Point point, Optional<Measurement> measured, Measurement plain) {
    Map<String, Object> map =
        Json.object(
            "layers", point.place().label(),
            "sites", point.place().sites().stream().map(site -> site.text()).toList(),
            "strength", point.strength(),
            "of_norm", point.share());
    map.put("measured", measured.map(m -> map(m, plain)));
    return map;
  }

  private Map<String, Object> map(Measurement measured, Measurement plain) {
    return Json.object(
        "effect", measured.effect(),
        "wrong_way", measured.wrongWay(plain, swept.rule().less()),
        "perplexity", measured.perplexity(),
        "perplexity_ratio", measured.perplexity() / plain.perplexity(),
        "kl", measured.kl(),
        "distinct_1", measured.distinct(1),
        "distinct_2", measured.distinct(2),
        "distinct_3", measured.distinct(3),
        "repetition", measured.repetition(),
        "tokens", measured.length(),
        "texts", measured.samples().stream().map(SweepReport::map).toList());
  }

  private static Map<String, Object> map(Measurement.Sample sample) {
    return Json.object(
        "prompt", sample.said().prompt(), "text", sample.said().text(), "score", sample.score());
  }
}
