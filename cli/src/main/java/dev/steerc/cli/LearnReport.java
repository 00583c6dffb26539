package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.plan.Site;
import dev.steerc.runtime.learn.Advice;
import dev.steerc.runtime.learn.Diagnosis;
import dev.steerc.runtime.learn.Examples;
import dev.steerc.runtime.learn.Gate;
import dev.steerc.runtime.learn.Learned;
import dev.steerc.runtime.learn.Learning;
import dev.steerc.runtime.learn.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What {@code steerc learn} says it learned.
 *
 * @param model what was learned on
 * @param output the file that was written
 */
public record LearnReport(Path model, Path output, Examples examples, Learning learning) {

  public List<String> lines(Style style) {
    List<String> lines = new ArrayList<>();
    lines.add(style.bold(model.toString()) + ": " + from());
    lines.addAll(new CaptureReport(learning.captured()).work());
    lines.add("");
    lines.addAll(marked(table().lines(style), style));
    lines.add("");
    Advice advice = learning.advice();
    lines.add(style.bold("*") + " " + advice.why());
    advice.warnings().forEach(warning -> lines.add(style.red("warning") + ": " + warning));
    learning.gate().map(this::condition).ifPresent(lines::add);
    lines.add("wrote " + output + ", which acts at " + advice.site().text());
    lines.addAll(next());
    return lines;
  }

  private String condition(Gate gate) {
    return String.format(
        "as a condition: --when %s (%s) holds for %s of `%s` and %s of `%s`",
        output,
        gate.text().substring(1),
        percent(gate.hits()),
        classes().get(1),
        percent(gate.alarms()),
        classes().get(0));
  }

  private String from() {
    String noun = learning.paired() ? "pair" : "text";
    String method = learning.lesson().method().label();
    String counts = CaptureReport.count(learning.count(), noun);
    return method + " of " + counts + ", " + learning.heldOut() + " held out to judge" + way();
  }

  /** What the labels mean; of pairs it is clear. */
  private String way() {
    List<String> classes = classes();
    if (learning.paired()) {
      return "";
    }
    return erases() || classes.size() > 2
        ? "; classes " + String.join(", ", classes)
        : "; it leads from `" + classes.get(0) + "` to `" + classes.get(1) + "`";
  }

  private List<String> classes() {
    return examples.classes().stream().map(VectorReport::plain).toList();
  }

  private boolean erases() {
    return learning.lesson().method() == Method.LEACE;
  }

  private Table table() {
    List<String> head =
        new ArrayList<>(List.of("", "site", "separation", "agreement", "wrong side", "norm"));
    head.addAll(List.of("typical", "norm/typical"));
    if (erases()) {
      head.add("left");
    }
    Table table = new Table(head.toArray(String[]::new));
    learned().forEach((site, one) -> table.row(cells(site, one.diagnosis()).toArray()));
    return table;
  }

  private List<String> cells(Site site, Diagnosis diagnosis) {
    List<String> cells = new ArrayList<>();
    cells.add(site.equals(learning.advice().site()) ? "*" : "");
    cells.add(site.text());
    cells.add(number(diagnosis.separation()));
    cells.add(number(diagnosis.agreement()));
    cells.add(percent(diagnosis.wrongSide()));
    cells.add(length(diagnosis.norm()));
    cells.add(length(diagnosis.typical()));
    cells.add(percent(diagnosis.norm() / diagnosis.typical()));
    if (erases()) {
      cells.add(number(diagnosis.left().orElse(Double.NaN)));
    }
    return cells;
  }

  private Map<Site, Learned> learned() {
    return learning.learned();
  }

  private static List<String> marked(List<String> lines, Style style) {
    return lines.stream()
        .map(line -> line.stripLeading().startsWith("*") ? style.bold(line) : line)
        .toList();
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.3f", value);
  }

  private static String percent(double share) {
    return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }

  private static String length(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  /** Judging comes first; steering needs the site to be patched. */
  private List<String> next() {
    String op = op(learned().get(learning.advice().site())).equals("add") ? "add" : "project";
    return List.of(
        "next: steerc sweep " + model + " " + output + " --prompts PROMPTS",
        String.format(
            "  or: steerc patch %s --at %s:%s -o STEERED; steerc run STEERED \"…\" --steer %s:1",
            model, learning.advice().site().text(), op, output));
  }

  public Map<String, Object> toMap() {
    Map<String, Object> sites = new LinkedHashMap<>();
    learned().forEach((site, one) -> sites.put(site.path(), toMap(one)));
    return Json.object(
        "model", model,
        "output", output,
        "method", learning.lesson().method().label(),
        "positions", learning.pooling().label(),
        "seed", learning.lesson().seed(),
        "paired", learning.paired(),
        "classes", examples.classes(),
        "learned_from", learning.count(),
        "held_out", learning.heldOut(),
        "sites", sites,
        "chosen", learning.advice().site().path(),
        "why", learning.advice().why(),
        "when", learning.gate().map(LearnReport::toMap).orElse(null),
        "warnings", learning.advice().warnings(),
        "tokens", learning.captured().tokens(),
        "seconds", learning.captured().seconds(),
        "cut", learning.captured().cut());
  }

  private static Map<String, Object> toMap(Gate gate) {
    return Json.object(
        "site", gate.site().path(),
        "threshold", gate.threshold(),
        "hits", gate.hits(),
        "alarms", gate.alarms());
  }

  private String op(Learned learned) {
    return learning.lesson().form().edit(learned).op();
  }

  private Map<String, Object> toMap(Learned learned) {
    Diagnosis diagnosis = learned.diagnosis();
    OptionalDouble left = diagnosis.left();
    return Json.object(
        "op", op(learned),
        "separation", diagnosis.separation(),
        "agreement", diagnosis.agreement(),
        "wrong_side", diagnosis.wrongSide(),
        "norm", diagnosis.norm(),
        "typical", diagnosis.typical(),
        "rows", diagnosis.rows(),
        "left", left.isPresent() ? left.getAsDouble() : null);
  }
}
