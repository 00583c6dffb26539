package dev.steerc.models;

import dev.steerc.onnx.proto.ModelProto;
import java.nio.file.Path;

/**
 * A graph in which no residual stream can be proven.
 *
 * @param name of the file in {@code testdata/refused}, without its ending
 * @param about what it is, in one line
 * @param reason what a user should be told, in one line
 * @param loads whether ONNX Runtime opens it
 */
public record RefusedGraph(
    String name, String about, String reason, ModelProto model, boolean loads) {
  /** Where the graph lies in a checkout. */
  public Path file(Path root) {
    return root.resolve("testdata/refused").resolve(fileName());
  }

  String fileName() {
    return name + ".onnx";
  }

  @Override
  public String toString() {
    return name;
  }
}
