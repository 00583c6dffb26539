package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.runtime.algebra.Audit;
import dev.steerc.runtime.algebra.Audit.AtSite;
import dev.steerc.runtime.algebra.Audit.Pair;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What {@code steerc vectors audit} found.
 *
 * @param typed how the command line names the vectors, for what is to be typed next
 * @param folder the option that says where they lie, if it was given
 */
record AuditReport(Audit audit, Map<String, String> typed, String folder) {

  List<String> lines(Style style) {
    List<String> lines = new ArrayList<>();
    audit.shared().forEach(site -> lines.addAll(table(site).lines(style)));
    List<Pair> near = near();
    for (Pair pair : near) {
      lines.add(
          style.red("warning")
              + String.format(
                  Locale.ROOT,
                  ": `%s` and `%s` are nearly %s at %s, cosine %.2f",
                  pair.first(),
                  pair.second(),
                  pair.cosine() > 0 ? "parallel" : "opposite",
                  pair.site(),
                  pair.cosine()));
    }
    if (audit.bases().size() > 1) {
      lines.add(
          style.red("warning")
              + ": they were made for "
              + audit.bases().size()
              + " models, so the cosines mean nothing");
    }
    if (!audit.left().isEmpty()) {
      lines.add("alone at their sites: " + String.join(", ", audit.left()));
    }
    lines.addAll(next(near));
    return lines;
  }

  private List<String> next(List<Pair> near) {
    if (near.isEmpty() && !audit.shared().isEmpty()) {
      List<String> names = audit.shared().get(0).names();
      String sum = "0.5*" + typed(names.get(0)) + " + 0.5*" + typed(names.get(1));
      return List.of("next: steerc vectors mix \"" + sum + "\" -o both.safetensors" + folder);
    }
    return near.stream()
        .findFirst()
        .map(
            pair ->
                "next: steerc vectors audit "
                    + typed(pair.first())
                    + " --project-out "
                    + typed(pair.second())
                    + " -o rest.safetensors"
                    + folder)
        .stream()
        .toList();
  }

  private String typed(String name) {
    String word = typed.getOrDefault(name, name);
    return word.contains(" ") ? "'" + word + "'" : word;
  }

  /** What projecting one vector out of another one did. */
  List<String> projected(String name, String away, Path output) {
    List<String> lines = new ArrayList<>();
    for (AtSite site : audit.shared()) {
      double cosine = site.cosines()[0][1];
      if (Double.isNaN(cosine)) {
        continue; // one of them is zero there, so nothing changed
      }
      double left = Math.sqrt(Math.max(0, 1 - cosine * cosine));
      lines.add(
          String.format(
              Locale.ROOT,
              "  %s  cosine of `%s` and `%s` %.3f, %.1f %% of its length is left",
              site.text(),
              name,
              away,
              cosine,
              100 * left));
    }
    lines.add("wrote " + output);
    lines.add("next: steerc run MODEL \"…\" --steer " + output + ":1");
    return lines;
  }

  private static Table table(AtSite site) {
    List<String> head = new ArrayList<>(List.of(site.text()));
    head.addAll(site.names());
    head.add("norm");
    Table table = new Table(head.toArray(String[]::new));
    for (int i = 0; i < site.names().size(); i++) {
      List<Object> cells = new ArrayList<>(List.of(site.names().get(i)));
      for (double cosine : site.cosines()[i]) {
        cells.add(Double.isNaN(cosine) ? "-" : String.format(Locale.ROOT, "%.2f", cosine));
      }
      cells.add(String.format(Locale.ROOT, "%.4g", site.norms().get(i)));
      table.row(cells.toArray());
    }
    return table;
  }

  private List<Pair> near() {
    return audit.shared().stream().flatMap(site -> site.near().stream()).toList();
  }

  Map<String, Object> toMap() {
    List<Object> sites = new ArrayList<>();
    for (AtSite site : audit.shared()) {
      List<Object> rows = new ArrayList<>();
      for (double[] row : site.cosines()) {
        rows.add(Arrays.stream(row).boxed().toList());
      }
      sites.add(
          Json.object(
              "site", site.site().map(s -> s.text()).orElse(null),
              "vectors", site.names(),
              "norms", site.norms(),
              "cosines", rows));
    }
    List<Object> near = new ArrayList<>();
    near()
        .forEach(
            pair ->
                near.add(
                    Json.object(
                        "site", pair.site(),
                        "first", pair.first(),
                        "second", pair.second(),
                        "cosine", pair.cosine())));
    return Json.object("sites", sites, "near", near, "alone", audit.left());
  }
}
