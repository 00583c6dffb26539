package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.plan.Site;
import dev.steerc.runtime.exchange.Dialect;
import dev.steerc.runtime.exchange.Move;
import dev.steerc.runtime.steering.Conversion;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import dev.steerc.runtime.steering.VectorFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What {@code steerc vectors convert} says it did.
 *
 * @param dialect that a GGUF was written in
 */
record ConversionReport(Conversion done, Dialect dialect) {

  List<String> lines(Style style) {
    List<String> lines = new ArrayList<>();
    Set<Site> kept = vector().edits().keySet();
    lines.add(style.bold(done.file().path().toString()) + ": " + reason());
    done.read().moves().stream()
        .filter(move -> kept.contains(move.site()))
        .forEach(move -> lines.add(move(move.name(), move.site().text())));
    done.moves().forEach(move -> lines.add(move(move.site().text(), move.name())));
    lines.add("wrote " + done.output() + written());
    lines.add("next: " + next());
    return lines;
  }

  private static String move(String from, String to) {
    return "  " + VectorReport.plain(from) + " -> " + VectorReport.plain(to);
  }

  private String reason() {
    if (!done.read().reason().isEmpty()) {
      return done.read().reason();
    }
    boolean isBare = VectorFile.of(done.file().path(), done.read()).vector().edits().isEmpty();
    return isBare ? "it does not say where it belongs" : "its tensors are named by site";
  }

  private String written() {
    return switch (format()) {
      case GGUF -> ", for " + dialect.label() + " at strength 1";
      case ONNX_ADAPTER -> ", at strength 1; its gain, where there is one, is the strength";
      case NPY -> ", which does not say where it belongs";
      case SAFETENSORS -> "";
    };
  }

  private String next() {
    return switch (format()) {
      case ONNX_ADAPTER -> "load it as a LoRA adapter in any host of ONNX Runtime";
      case GGUF -> "llama-cli -m MODEL.gguf --control-vector " + done.output();
      default -> "steerc vectors show " + done.output();
    };
  }

  Map<String, Object> toMap() {
    return Json.object(
        "input", done.file().path(),
        "output", done.output(),
        "dialect", done.read().dialect().map(Dialect::label).orElse(null),
        "reason", done.read().reason().isEmpty() ? null : done.read().reason(),
        "read", moves(done.read().moves()),
        "to_dialect", format() == VectorFormat.GGUF ? dialect.label() : null,
        "written", moves(done.moves()));
  }

  private VectorFormat format() {
    return VectorFormat.of(done.output());
  }

  private Vector vector() {
    return done.file().vector();
  }

  private static List<Object> moves(List<Move> moves) {
    List<Object> all = new ArrayList<>();
    moves.forEach(move -> all.add(Json.object("name", move.name(), "site", move.site().text())));
    return all;
  }
}
