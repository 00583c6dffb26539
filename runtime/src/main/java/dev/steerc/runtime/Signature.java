package dev.steerc.runtime;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.steerc.manifest.Manifest;
import dev.steerc.onnx.Dim;
import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.ModelFile;
import java.util.List;
import java.util.Optional;

/** What a graph takes and what it gives, in the order of the graph. */
public record Signature(List<Slot> inputs, List<Slot> outputs) {

  public Signature {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /** The signature of a model in a file, as every host of ONNX Runtime sees it. */
  public static Signature of(ModelFile file) {
    Manifest manifest = Manifest.of(file).orElse(null);
    try (Engine engine = Engine.open(file.path(), OptLevel.NO_OPT)) {
      return RawGraph.signature(engine, file, manifest);
    }
  }

  /**
   * An input or an output.
   *
   * @param type of its elements
   * @param dims the declared dimensions; a symbol stands for one size in the whole graph
   * @param isOptional whether a run may leave it out
   * @param isSteering whether it is a steering input
   */
  public record Slot(
      String name, ElementType type, List<Dim> dims, boolean isOptional, boolean isSteering) {

    public Slot {
      dims = List.copyOf(dims);
    }

    Slot optional() {
      return new Slot(name, type, dims, true, isSteering);
    }
  }

  /** The input of a name. */
  public Optional<Slot> input(String name) {
    return find(inputs, name);
  }

  /** The output of a name. */
  public Optional<Slot> output(String name) {
    return find(outputs, name);
  }

  private static Optional<Slot> find(List<Slot> slots, String name) {
    return slots.stream().filter(slot -> slot.name().equals(name)).findFirst();
  }

  /** Their names. */
  static List<String> names(List<Slot> slots) {
    return slots.stream().map(Slot::name).toList();
  }
}
