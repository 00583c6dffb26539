package dev.steerc.residual;

import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.Graph;
import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Node;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A value that the user names, wherever the model computes it: once, or once in each branch of an
 * {@code If}.
 *
 * @param places where it is computed
 * @param width its last dimension
 */
public record NamedValue(List<Place> places, int width) {
  /** Far above any model; a default of that size would not fit into the file. */
  private static final long MAX_WIDTH = 1 << 20;

  /**
   * Finds a value by its name.
   *
   * @throws dev.steerc.problem.SteercException when no node yields it, or when it is known not to
   *     be a float tensor [batch, seq, width]
   */
  public static NamedValue find(ModelFile file, String name) {
    List<Place> places = new ArrayList<>();
    Set<Long> widths = new HashSet<>();
    collect(file, file.graph(), name, places, widths);
    if (places.isEmpty()) {
      throw Problem.of(Code.VALUE_NOT_FOUND, "no node yields a value named `" + name + "`")
          .at(file.where())
          .help("look the name up, for example in Netron")
          .exception();
    }
    if (widths.size() != 1) {
      throw refused(file, name, "its branches disagree on its width");
    }
    return new NamedValue(places, widths.iterator().next().intValue());
  }

  private static void collect(
      ModelFile file, Graph graph, String name, List<Place> places, Set<Long> widths) {
    Optional<Node> producer = graph.producer(name);
    if (producer.isPresent()) {
      Shapes.Shape shape = Shapes.of(Flow.of(graph)).of(name);
      ElementType type = shape.type() == null ? ElementType.FLOAT32 : shape.type();
      refuse(file, name, shape, type);
      widths.add(shape.width());
      places.add(place(graph, producer.get(), name, type));
    }
    for (Node node : graph.nodes()) {
      node.subgraphs().forEach(inner -> collect(file, inner, name, places, widths));
    }
  }

  private static void refuse(ModelFile file, String name, Shapes.Shape shape, ElementType type) {
    if (!type.isFloat()) {
      throw refused(file, name, "its element type is " + type.label());
    }
    if (shape.rank() >= 0 && shape.rank() != 3) {
      throw refused(file, name, "it has " + shape.rank() + " dimensions, and a port has three");
    }
    if (shape.width() < 1 || shape.width() > MAX_WIDTH) {
      throw refused(
          file,
          name,
          shape.width() < 1
              ? "its last dimension cannot be told"
              : "its last dimension is " + shape.width());
    }
  }

  private static RuntimeException refused(ModelFile file, String name, String why) {
    return Problem.of(Code.VALUE_NOT_STEERABLE, "`" + name + "` cannot be steered")
        .at(file.where())
        .note(why)
        .help("name the value before it is reshaped or converted, or after")
        .exception();
  }

  private static Place place(Graph graph, Node node, String name, ElementType type) {
    Fused fused = Fused.of(node);
    int output = node.outputs().indexOf(name);
    boolean isSum = fused != null && fused.sumOutput() == output;
    return new Place.Output(
        graph,
        name,
        type,
        Optional.empty(),
        node,
        output,
        List.of(),
        Optional.empty(),
        isSum ? Optional.of(fused.norm(node)) : Optional.empty());
  }
}
