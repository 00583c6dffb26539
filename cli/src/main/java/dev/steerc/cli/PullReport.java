package dev.steerc.cli;

import dev.steerc.Steerc;
import dev.steerc.manifest.Json;
import dev.steerc.models.hub.KnownModel;
import dev.steerc.models.hub.Pulled;
import dev.steerc.problem.SteercException;
import java.util.List;
import java.util.Locale;

/** What {@code steerc pull} says it did. */
record PullReport(Pulled pulled) {
  private static final int SHORT_COMMIT = 7;

  /** A line for one file, as {@code model.onnx 498 MB fetched}. */
  static String line(Pulled.Item item) {
    String how =
        item.fetched() == 0 && item.size() > 0
            ? "already there"
            : item.fetched() < item.size() ? "resumed" : "fetched";
    return String.format("  %-26s %8s  %s", item.name(), size(item.size()), how);
  }

  /** The models that have a short name, as a table. */
  static List<String> known(Style style) {
    Table table = new Table("name", "size", "repository", "what it is");
    for (KnownModel model : KnownModel.all()) {
      table.row(model.name(), size(model.bytes()), model.repository(), model.description());
    }
    return table.lines(style);
  }

  static String knownJson() {
    return Json.write(
        KnownModel.all().stream()
            .map(
                model ->
                    Json.object(
                        "name", model.name(),
                        "repository", model.repository(),
                        "path", model.file(),
                        "bytes", model.bytes(),
                        "description", model.description()))
            .toList());
  }

  List<String> lines(Style style) {
    return List.of(
        "pulled "
            + style.bold(pulled.repository().id())
            + " at "
            + pulled.commit().substring(0, SHORT_COMMIT)
            + " into "
            + pulled.folder(),
        "next: " + next());
  }

  String json() {
    return Json.write(
        Json.object(
            "repository", pulled.repository().id(),
            "revision", pulled.repository().revision(),
            "commit", pulled.commit(),
            "folder", pulled.folder(),
            "model", pulled.model(),
            "files",
                pulled.items().stream()
                    .map(
                        item ->
                            Json.object(
                                "file", pulled.folder().resolve(item.name()),
                                "path", item.path(),
                                "bytes", item.size(),
                                "sha256", item.sha256(),
                                "bytes_fetched", item.fetched()))
                    .toList()));
  }

  /** The middle block is where steering usually works best. */
  private String next() {
    try {
      int blocks = Steerc.inspect(pulled.model()).model().blocks();
      return "steerc patch " + pulled.model() + " --layers " + blocks / 2;
    } catch (SteercException e) {
      return "steerc inspect " + pulled.model();
    }
  }

  /** Decimal units with three digits, as the hub shows them. */
  private static String size(long bytes) {
    double value = bytes;
    for (String unit : List.of("B", "kB", "MB")) {
      if (value < 999.5) {
        String format = unit.equals("B") || value >= 99.95 ? "%.0f %s" : "%.1f %s";
        return String.format(Locale.ROOT, format, value, unit);
      }
      value /= 1000;
    }
    return String.format(Locale.ROOT, "%.2f GB", value);
  }
}
