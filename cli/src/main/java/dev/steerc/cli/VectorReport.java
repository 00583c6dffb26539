package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.plan.Site;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import dev.steerc.runtime.steering.VectorStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What {@code steerc vectors show} says of a vector file, and of a folder. */
record VectorReport(VectorFile file) {
  /** What is known of a site besides, by the beginning of the metadata's key. */
  private static final List<String> DIAGNOSTICS = List.of("separation", "agreement", "wrong side");

  private static final int MOST_TEXT = 160;

  static List<String> lines(VectorStore store, Style style) {
    List<String> lines = new ArrayList<>();
    List<VectorReport> all = store.all().stream().map(VectorReport::new).toList();
    lines.add(style.bold(store.folder().toString()) + ": " + count(all.size(), "vector"));
    Table table = new Table("name", "op", "width", "acts at", "method");
    for (VectorReport one : all) {
      String method = plain(one.file.metadata().getOrDefault("method", "-"));
      table.row(one.file.name(), one.op(), one.width(), one.places(), method);
    }
    if (!all.isEmpty()) {
      lines.addAll(table.lines(style));
    }
    for (Problem problem : store.problems()) {
      lines.add(style.problem(problem.toString()));
    }
    all.stream()
        .findFirst()
        .ifPresent(one -> lines.add("next: steerc vectors show " + one.file.path()));
    return lines;
  }

  static Map<String, Object> toMap(VectorStore store) {
    List<Object> vectors = new ArrayList<>();
    store.all().forEach(file -> vectors.add(new VectorReport(file).toMap()));
    List<Object> problems = new ArrayList<>();
    for (Problem problem : store.problems()) {
      problems.add(
          Json.object(
              "code", problem.code().slug(), "what", problem.what(), "where", problem.where()));
    }
    return Json.object("vectors", vectors, "problems", problems);
  }

  List<String> lines(Style style) {
    List<String> lines = new ArrayList<>();
    String base = vector().base().map(text -> ", made for " + plain(text)).orElse("");
    lines.add(style.bold(file.path().toString()) + ": " + op() + ", width " + width() + base);
    lines.addAll(table().lines(style));
    Map<String, String> about = about();
    int widest = about.keySet().stream().mapToInt(String::length).max().orElse(0);
    about.forEach((key, value) -> lines.add(String.format("  %-" + widest + "s  %s", key, value)));
    String where = vector().placeless().isPresent() ? "@LAYER" : "";
    lines.add("next: steerc run MODEL \"…\" --steer " + file.path() + ":1" + where);
    return lines;
  }

  private Table table() {
    List<String> head = new ArrayList<>(List.of("", "site", "op", "norm", "typical", "share"));
    List<String> known =
        DIAGNOSTICS.stream()
            .filter(name -> sites().stream().anyMatch(site -> measured(name, site).isPresent()))
            .toList();
    head.addAll(known);
    Table table = new Table(head.toArray(String[]::new));
    vector()
        .placeless()
        .ifPresent(edit -> table.row("*", "no place", edit.op(), number(norm(edit)), "-", "-"));
    for (Site site : sites()) {
      Edit edit = vector().edits().get(site);
      Optional<Double> typical = Optional.ofNullable(file.norms().get(site));
      List<Object> cells = new ArrayList<>();
      cells.add(vector().acting().containsKey(site) ? "*" : "");
      cells.add(site.text());
      cells.add(op(edit));
      cells.add(number(norm(edit)));
      cells.add(number(typical));
      cells.add(
          share(edit, typical)
              .map(s -> String.format(Locale.ROOT, "%.0f %%", 100 * s))
              .orElse("-"));
      known.forEach(name -> cells.add(measured(name, site).map(VectorReport::plain).orElse("-")));
      table.row(cells.toArray());
    }
    return table;
  }

  Map<String, Object> toMap() {
    List<Object> sites = new ArrayList<>();
    for (Site site : sites()) {
      Edit edit = vector().edits().get(site);
      Optional<Double> typical = Optional.ofNullable(file.norms().get(site));
      Map<String, Object> one =
          Json.object(
              "site", site.text(),
              "acts", vector().acting().containsKey(site),
              "norm", norm(edit).orElse(null),
              "typical", typical.orElse(null),
              "share", share(edit, typical).orElse(null));
      DIAGNOSTICS.forEach(
          name -> measured(name, site).ifPresent(text -> one.put(name.replace(' ', '_'), text)));
      sites.add(one);
    }
    return Json.object(
        "name", file.name(),
        "file", file.path(),
        "op", edits().findFirst().orElseThrow().op(),
        "width", width(),
        "base", vector().base().orElse(null),
        "has_place", vector().placeless().isEmpty(),
        "sites", sites,
        "metadata", file.metadata());
  }

  private Vector vector() {
    return file.vector();
  }

  private List<Site> sites() {
    return List.copyOf(vector().edits().keySet());
  }

  private Stream<Edit> edits() {
    return Stream.concat(vector().edits().values().stream(), vector().placeless().stream());
  }

  private String op() {
    return op(edits().findFirst().orElseThrow());
  }

  /** The operation with its number, such as the level of a clamp. */
  private static String op(Edit edit) {
    StringBuilder text = new StringBuilder(edit.op());
    edit.numbers().forEach((name, number) -> text.append(" ").append(number));
    return text.toString();
  }

  private int width() {
    return edits().findFirst().orElseThrow().width();
  }

  private String places() {
    List<String> acting = vector().acting().keySet().stream().map(Site::text).toList();
    return acting.isEmpty()
        ? "no place"
        : acting.size() <= 3
            ? String.join(", ", acting)
            : acting.get(0) + " and " + (acting.size() - 1) + " more";
  }

  /** The length of the one vector that an edit is; empty when it has none or several. */
  private static Optional<Double> norm(Edit edit) {
    if (!(edit instanceof Edit.OneVector one)) {
      return Optional.empty();
    }
    double squares = 0;
    for (float x : one.vector().values()) {
      squares += (double) x * x;
    }
    return Optional.of(Math.sqrt(squares));
  }

  /** Only of a vector that is added does the length count. */
  private static Optional<Double> share(Edit edit, Optional<Double> typical) {
    return edit instanceof Edit.Add && typical.filter(t -> t > 0).isPresent()
        ? norm(edit).map(norm -> norm / typical.get())
        : Optional.empty();
  }

  private Optional<String> measured(String name, Site site) {
    return Optional.ofNullable(file.metadata().get(name + "." + site.path()));
  }

  /** What the file says that the table does not. */
  private Map<String, String> about() {
    Map<String, String> about = new LinkedHashMap<>();
    file.about()
        .forEach(
            (key, value) -> {
              if (!key.matches("(?s)(norm|separation|agreement|wrong side)\\..*")) {
                about.put(plain(key), plain(value));
              }
            });
    return about;
  }

  /** Foreign text without what could move the cursor, and not too long. */
  static String plain(String text) {
    String plain = text.replaceAll("[\\p{Cntrl}\\x{80}-\\x{9f}]", " ");
    return plain.length() > MOST_TEXT ? plain.substring(0, MOST_TEXT) + "…" : plain;
  }

  private static String number(Optional<Double> value) {
    return value.map(v -> String.format(Locale.ROOT, "%.4g", v)).orElse("-");
  }

  private static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
