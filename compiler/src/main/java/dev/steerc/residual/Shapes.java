package dev.steerc.residual;

import dev.steerc.onnx.Attribute;
import dev.steerc.onnx.Dim;
import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.Graph;
import dev.steerc.onnx.Node;
import dev.steerc.onnx.Tensor;
import dev.steerc.onnx.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What can be told of the shapes and types in a graph: ranks, last dimensions and element types, as
 * far as steering needs them. Exporters declare few of them, so the rest is inferred forwards.
 */
final class Shapes {
  private static final Set<String> LIKE_FIRST =
      Set.of(
          "Identity",
          "Cast",
          "Dropout",
          "Softmax",
          "Tanh",
          "Sigmoid",
          "Relu",
          "Gelu",
          "FastGelu",
          "QuickGelu",
          "BiasGelu",
          "Erf",
          "Sqrt",
          "Neg",
          "Clip",
          "Attention",
          "MultiHeadAttention",
          "GroupQueryAttention",
          "DynamicQuantizeLinear",
          "Transpose");
  private static final Set<String> BROADCAST = Set.of("Add", "Sub", "Mul", "Div", "Pow");

  /**
   * A value's shape as far as it is known.
   *
   * @param rank the number of dimensions, or -1
   * @param width the last dimension, or -1
   * @param type the element type, or null
   * @param length of a list of integers its number of elements, or -1
   * @param last of a list of integers its last one, or -1
   */
  record Shape(int rank, long width, ElementType type, long length, long last) {
    static final Shape UNKNOWN = new Shape(-1, -1, null, -1, -1);

    Shape or(Shape other) {
      return new Shape(
          rank >= 0 ? rank : other.rank,
          width >= 0 ? width : other.width,
          type != null ? type : other.type,
          length >= 0 ? length : other.length,
          last >= 0 ? last : other.last);
    }

    Shape rank(int known) {
      return new Shape(known, width, type, length, last);
    }

    Shape width(long known) {
      return new Shape(rank, known, type, length, last);
    }

    Shape type(ElementType known) {
      return new Shape(rank, width, known, length, last);
    }

    static Shape list(long length, long last) {
      return new Shape(1, length, null, length, last);
    }
  }

  private final Flow flow;
  private final Map<String, Shape> known = new HashMap<>();

  private Shapes(Flow flow) {
    this.flow = flow;
  }

  static Shapes of(Flow flow) {
    Shapes shapes = new Shapes(flow);
    for (Step step : flow.steps()) {
      shapes.visit(step);
    }
    return shapes;
  }

  Shape of(String value) {
    Shape shape = known.get(value);
    return shape != null ? shape : declared(value);
  }

  private void visit(Step step) {
    Shape inferred = infer(step);
    for (String output : step.outputs()) {
      boolean first = output.equals(step.output());
      known.put(output, declared(output).or(first ? inferred : Shape.UNKNOWN));
    }
  }

  private Shape declared(String value) {
    Optional<Tensor> constant = flow.constant(value);
    if (constant.isPresent()) {
      return constant(constant.get());
    }
    Optional<Graph> graph = Optional.of(flow.graph());
    while (graph.isPresent()) {
      Optional<Value> declared = graph.get().declared(value);
      if (declared.isPresent()) {
        return declared(declared.get());
      }
      graph = graph.get().outer();
    }
    return Shape.UNKNOWN;
  }

  private static Shape declared(Value value) {
    List<Dim> dims = value.shape().orElse(null);
    if (dims == null) {
      return Shape.UNKNOWN.type(value.type().orElse(null));
    }
    long width = dims.isEmpty() ? 1 : dims.get(dims.size() - 1).size();
    return Shape.UNKNOWN.rank(dims.size()).width(width).type(value.type().orElse(null));
  }

  private static Shape constant(Tensor tensor) {
    List<Long> numbers = tensor.longs();
    long width = tensor.rank() == 0 ? 1 : tensor.dims().get(tensor.rank() - 1);
    long last = numbers.isEmpty() ? -1 : numbers.get(numbers.size() - 1);
    return new Shape(tensor.rank(), width, tensor.type().orElse(null), tensor.elements(), last);
  }

  private Shape infer(Step step) {
    Node node = step.node();
    if (Fused.of(node) != null && step.is(Step.Kind.OTHER)) {
      return of(node.input(2)).rank(3);
    }
    if (step.is(Step.Kind.SUM) || BROADCAST.contains(node.op())) {
      return broadcast(step.inputs());
    }
    if (step.is(Step.Kind.NORM)) {
      return of(step.inputs().get(0)).or(Shape.UNKNOWN.type(of(step.inputs().get(1)).type()));
    }
    return infer(node);
  }

  private Shape infer(Node node) {
    Shape first = of(node.input(0));
    return switch (node.op()) {
      case "Cast" -> first.type(castTo(node));
      case "Shape" -> Shape.list(first.rank(), first.width());
      case "Concat" -> concat(node.inputs());
      case "Unsqueeze" -> unsqueeze(node, first);
      case "Squeeze" -> squeeze(node, first);
      case "Reshape" -> reshape(first, of(node.input(1)));
      case "Gather" -> gather(first, of(node.input(1)));
      case "MatMul", "MatMulInteger" -> matMul(first, of(node.input(1)));
      case "MatMulNBits" -> first.width(number(node, "N"));
      case "GatherBlockQuantized" ->
          gather(first, of(node.input(1))).width(-1).type(of(node.input(2)).type());
      case "Flatten" -> flatten(node, first);
      case "Slice" -> slice(node, first);
      case "Where" -> broadcast(node.inputs().subList(1, node.inputs().size()));
      case "Gemm" -> gemm(node, first);
      case "DequantizeLinear" -> first.type(of(node.input(1)).type());
      case "QuantizeLinear" ->
          first.type(Optional.ofNullable(of(node.input(2)).type()).orElse(ElementType.UINT8));
      case "ReduceMean" -> first.width(1);
      default -> LIKE_FIRST.contains(node.op()) ? likeFirst(node, first) : Shape.UNKNOWN;
    };
  }

  /** Operators that keep the rank and the type; only some keep the last dimension. */
  private static Shape likeFirst(Node node, Shape first) {
    boolean reorders = node.op().equals("Transpose");
    boolean attends = node.op().endsWith("Attention");
    return reorders || attends ? Shape.UNKNOWN.rank(first.rank()).type(first.type()) : first;
  }

  private static ElementType castTo(Node node) {
    long to = node.attribute("to").map(Attribute::i).orElse(0L);
    return ElementType.of((int) to).orElse(null);
  }

  private Shape broadcast(List<String> inputs) {
    Shape all = Shape.UNKNOWN;
    for (String input : inputs) {
      Shape shape = of(input);
      long width = Math.max(all.width(), shape.width());
      all = all.or(shape).rank(Math.max(all.rank(), shape.rank())).width(width);
    }
    boolean open = inputs.stream().anyMatch(i -> of(i).rank() < 0 && !flow.isConstant(i));
    return new Shape(open ? -1 : all.rank(), all.width(), all.type(), all.length(), -1);
  }

  private Shape concat(List<String> parts) {
    if (parts.isEmpty()) {
      return Shape.UNKNOWN;
    }
    long length = 0;
    for (String part : parts) {
      long more = of(part).length();
      length = more < 0 || length < 0 ? -1 : length + more;
    }
    Shape first = of(parts.get(0));
    long last = of(parts.get(parts.size() - 1)).last();
    return length < 0
        ? Shape.UNKNOWN.rank(first.rank()).type(first.type())
        : new Shape(1, length, first.type(), length, last);
  }

  private Shape unsqueeze(Node node, Shape first) {
    int given = (int) Math.max(1, of(node.input(1)).length());
    int axes = node.attribute("axes").map(a -> a.ints().size()).orElse(given);
    int rank = first.rank() < 0 ? -1 : first.rank() + axes;
    long length = first.rank() <= 0 && axes == 1 ? 1 : first.length();
    return new Shape(rank, first.rank() <= 0 ? 1 : -1, first.type(), length, -1);
  }

  private Shape squeeze(Node node, Shape first) {
    int given = (int) of(node.input(1)).length();
    int axes = node.attribute("axes").map(a -> a.ints().size()).orElse(given);
    return Shape.UNKNOWN.rank(axes < 0 ? -1 : Math.max(-1, first.rank() - axes)).type(first.type());
  }

  private static Shape reshape(Shape data, Shape to) {
    boolean copies = to.last() == 0 && to.length() == data.rank();
    long width = copies ? data.width() : to.last() > 0 ? to.last() : -1;
    return new Shape((int) to.length(), width, data.type(), -1, -1);
  }

  /** Of a list, such as a shape, what is left of it; of anything else, the rank. */
  private Shape slice(Node node, Shape data) {
    Shape start = of(node.input(1));
    Shape end = of(node.input(2));
    boolean told = data.rank() == 1 && data.length() >= 0 && start.length() == 1;
    if (!told || end.length() != 1 || !node.input(4).isEmpty()) {
      return Shape.UNKNOWN.rank(data.rank()).type(data.type());
    }
    long first = index(start.last(), data.length());
    long last = index(end.last(), data.length());
    long kept = last == data.length() ? data.last() : -1;
    return new Shape(1, Math.max(0, last - first), data.type(), Math.max(0, last - first), kept);
  }

  private static long index(long at, long length) {
    return Math.max(0, Math.min(length, at < 0 ? at + length : at));
  }

  private static Shape flatten(Node node, Shape data) {
    long axis = node.attribute("axis").map(Attribute::i).orElse(1L);
    return data.rank(2).width(axis == -1 || axis == data.rank() - 1 ? data.width() : -1);
  }

  private static Shape gather(Shape data, Shape indices) {
    if (data.rank() == 1) {
      return Shape.UNKNOWN
          .rank(indices.rank())
          .type(data.type())
          .or(new Shape(-1, -1, null, indices.rank() == 0 ? 1 : indices.length(), -1));
    }
    boolean ranks = data.rank() >= 0 && indices.rank() >= 0;
    int rank = ranks ? data.rank() + indices.rank() - 1 : -1;
    return Shape.UNKNOWN.rank(rank).width(data.width()).type(data.type());
  }

  private static Shape matMul(Shape left, Shape right) {
    int rank = left.rank() < 0 || right.rank() < 0 ? -1 : Math.max(left.rank(), right.rank());
    ElementType type = left.type() == null ? right.type() : left.type();
    return Shape.UNKNOWN.rank(rank).width(right.width()).type(type);
  }

  private static long number(Node node, String attribute) {
    return node.attribute(attribute).map(Attribute::i).orElse(-1L);
  }

  private Shape gemm(Node node, Shape left) {
    boolean transposed = node.attribute("transB").map(a -> a.i() != 0).orElse(false);
    List<Long> weight =
        flow.constant(node.input(1)).map(Tensor::dims).filter(d -> d.size() == 2).orElse(null);
    long width = weight == null ? -1 : weight.get(transposed ? 0 : 1);
    return Shape.UNKNOWN.rank(2).width(width).type(left.type());
  }
}
