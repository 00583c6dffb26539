package dev.steerc.onnx;

import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.TensorProto;
import dev.steerc.onnx.proto.TensorShapeProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Models as {@link GraphText} reads them, and the difference of two. */
public final class GraphLines {
  private final List<String> lines = new ArrayList<>();

  private GraphLines() {}

  /** The lines of a model's interface and nodes, subgraphs indented. */
  public static List<String> of(ModelProto model) {
    GraphLines printer = new GraphLines();
    printer.lines.add("ir " + model.getIrVersion());
    printer.graph(model.getGraph(), "");
    return printer.lines;
  }

  /** What the second model has otherwise: its new lines with a plus, those gone with a minus. */
  public static String diff(ModelProto before, ModelProto after) {
    List<String> old = of(before);
    List<String> now = of(after);
    int[][] common = common(old, now);
    StringBuilder out = new StringBuilder();
    int i = 0;
    int j = 0;
    while (i < old.size() || j < now.size()) {
      if (i < old.size() && j < now.size() && old.get(i).equals(now.get(j))) {
        i++;
        j++;
      } else if (i < old.size() && (j == now.size() || common[i + 1][j] >= common[i][j + 1])) {
        out.append("- ").append(old.get(i++)).append('\n');
      } else {
        out.append("+ ").append(now.get(j++)).append('\n');
      }
    }
    return out.toString();
  }

  /** The lengths of the longest common tails. */
  private static int[][] common(List<String> a, List<String> b) {
    int[][] length = new int[a.size() + 1][b.size() + 1];
    for (int i = a.size() - 1; i >= 0; i--) {
      for (int j = b.size() - 1; j >= 0; j--) {
        length[i][j] =
            a.get(i).equals(b.get(j))
                ? length[i + 1][j + 1] + 1
                : Math.max(length[i + 1][j], length[i][j + 1]);
      }
    }
    return length;
  }

  private void graph(GraphProto graph, String indent) {
    graph.getInputList().forEach(v -> lines.add(indent + "input " + value(v)));
    graph.getInitializerList().forEach(t -> lines.add(indent + "weight " + tensor(t)));
    graph.getNodeList().forEach(node -> node(node, indent));
    graph.getOutputList().forEach(v -> lines.add(indent + "output " + value(v)));
  }

  private void node(NodeProto node, String indent) {
    List<AttributeProto> graphs = node.getAttributeList().stream().filter(a -> a.hasG()).toList();
    String domain = node.getDomain().isEmpty() ? "" : node.getDomain() + ".";
    String attributes =
        node.getAttributeList().stream()
            .filter(a -> !a.hasG())
            .map(GraphLines::attribute)
            .collect(Collectors.joining(", "));
    lines.add(
        indent
            + operands(node.getOutputList())
            + " = "
            + domain
            + node.getOpType()
            + "("
            + operands(node.getInputList())
            + ")"
            + (attributes.isEmpty() ? "" : " {" + attributes + "}"));
    for (AttributeProto attribute : graphs) {
      lines.add(indent + attribute.getName());
      graph(attribute.getG(), indent + "  ");
    }
  }

  private static String operands(List<String> names) {
    return names.stream().map(n -> n.isEmpty() ? "_" : n).collect(Collectors.joining(", "));
  }

  private static String attribute(AttributeProto attribute) {
    String value =
        attribute.hasF()
            ? String.valueOf(attribute.getF())
            : attribute.hasI()
                ? String.valueOf(attribute.getI())
                : attribute.hasS()
                    ? "\"" + attribute.getS().toStringUtf8() + "\""
                    : attribute.hasT() ? tensor(attribute.getT()) : attribute.getIntsList() + "";
    return attribute.getName() + "=" + value;
  }

  private static String value(ValueInfoProto value) {
    TensorShapeProto shape = value.getType().getTensorType().getShape();
    String dims =
        shape.getDimList().stream().map(GraphLines::dim).collect(Collectors.joining(", "));
    return value.getName()
        + " "
        + type(value.getType().getTensorType().getElemType())
        + " ["
        + dims
        + "]";
  }

  private static String dim(TensorShapeProto.Dimension dim) {
    return dim.hasDimValue()
        ? String.valueOf(dim.getDimValue())
        : dim.hasDimParam() ? dim.getDimParam() : "?";
  }

  private static String tensor(TensorProto tensor) {
    return tensor.getName() + " " + type(tensor.getDataType()) + " " + tensor.getDimsList();
  }

  private static String type(int number) {
    return GraphText.TYPES.entrySet().stream()
        .filter(e -> e.getValue() == number)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse("type " + number);
  }
}
