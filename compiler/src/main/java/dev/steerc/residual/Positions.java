package dev.steerc.residual;

import dev.steerc.onnx.Attribute;
import dev.steerc.onnx.Node;
import dev.steerc.onnx.Tensor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Follows a value [batch, seq, width] for as long as each position is computed from itself alone,
 * whatever the number of positions.
 */
final class Positions {
  private static final Set<String> ELEMENTWISE =
      Set.of(
          "Identity",
          "Cast",
          "Dropout",
          "Clip",
          "Tanh",
          "Sigmoid",
          "Relu",
          "Erf",
          "Gelu",
          "FastGelu",
          "QuickGelu",
          "BiasGelu",
          "Sqrt",
          "Neg",
          "Exp",
          "Abs",
          "Reciprocal");
  private static final Set<String> ARITHMETIC =
      Set.of("Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Sum");
  private static final Set<String> REDUCES =
      Set.of("ReduceMean", "ReduceSum", "ReduceL2", "ReduceSumSquare", "ReduceMax");
  private static final Set<String> PRODUCTS =
      Set.of(
          "MatMul",
          "MatMulInteger",
          "MatMulIntegerToFloat",
          "MatMulNBits",
          "QLinearMatMul",
          "FusedMatMul",
          "Gemm",
          "FusedGemm");
  private static final Set<String> QUANTISERS = Set.of("QuantizeLinear", "DequantizeLinear");

  private final Flow flow;

  /** The number of dimensions of all that is computed from the value. */
  private final Map<String, Integer> ranks = new HashMap<>();

  /** What is computed from the shapes of the data, and from nothing else that varies. */
  private final Set<String> sizes = new HashSet<>();

  /** Begins at a value of three dimensions. */
  Positions(Flow flow, String value) {
    this.flow = flow;
    ranks.put(value, 3);
  }

  /** Whether a value that was followed has three dimensions. */
  boolean isWhole(String value) {
    return ranks.getOrDefault(value, -1) == 3;
  }

  /** Takes a step that depends on the value; false when it is not known to keep positions apart. */
  boolean take(Step step) {
    boolean reads = step.inputs().stream().anyMatch(this::isData);
    if (step.is(Step.Kind.SHAPE) || !reads) {
      sizes.addAll(step.outputs());
      return reads || step.inputs().stream().allMatch(input -> isSize(input));
    }
    int rank = rank(step);
    step.outputs().forEach(output -> ranks.put(output, rank));
    return keeps(step);
  }

  private int rank(Step step) {
    return step.node().op().equals("Reshape")
        ? (int) flow.shape(step.node().input(1)).length()
        : step.inputs().stream().filter(this::isData).mapToInt(ranks::get).max().orElse(-1);
  }

  private boolean isData(String value) {
    return ranks.containsKey(value);
  }

  private boolean isSize(String input) {
    return input.isEmpty() || sizes.contains(input) || flow.isConstant(input);
  }

  private boolean keeps(Step step) {
    String op = step.node().op();
    if (step.is(Step.Kind.SUM) || ARITHMETIC.contains(op)) {
      return isSpread(step.inputs());
    }
    if (step.is(Step.Kind.NORM)) {
      return isFirstAlone(step.inputs()) && isOfLast(step, attribute(step, "axis", -1));
    }
    if (op.equals("Reshape")) {
      return isData(step.node().input(0)) && keepsRows(step.node());
    }
    if (REDUCES.contains(op)) {
      return isFirstAlone(step.inputs()) && reducesLast(step);
    }
    if (QUANTISERS.contains(op)) {
      return isFirstAlone(step.inputs()) && isSpread(step.inputs().get(1), 0);
    }
    if (PRODUCTS.contains(op)) {
      return multipliesRows(step);
    }
    return ELEMENTWISE.contains(op) && isFirstAlone(step.inputs());
  }

  /** Whether each operand is data of one rank, or the same for all positions. */
  private boolean isSpread(List<String> operands) {
    long kinds = operands.stream().filter(this::isData).map(ranks::get).distinct().count();
    return kinds == 1
        && operands.stream().allMatch(each -> isData(each) || isSpread(each, 1) || isOfAll(each));
  }

  /**
   * Whether a constant has no more than the given number of dimensions that are not 1, and those at
   * the end.
   */
  private boolean isSpread(String value, int most) {
    if (!flow.isConstant(value)) {
      return false;
    }
    Optional<Tensor> tensor = flow.constant(value);
    if (tensor.isEmpty()) {
      return flow.shape(value).rank() >= 0 && flow.shape(value).rank() <= most;
    }
    List<Long> dims = tensor.get().dims();
    return dims.stream().limit(Math.max(0, dims.size() - most)).allMatch(size -> size == 1);
  }

  /** Whether a value is one number that was computed from all positions, such as a scale. */
  private boolean isOfAll(String value) {
    Optional<Step> step = flow.producer(value);
    if (step.isEmpty() || isData(value)) {
      return false;
    }
    if (step.get().node().op().equals("DynamicQuantizeLinear")) {
      return !value.equals(step.get().node().output(0));
    }
    return (ARITHMETIC.contains(step.get().node().op()) || step.get().is(Step.Kind.PASS))
        && step.get().inputs().stream().allMatch(input -> isSpread(input, 1) || isOfAll(input));
  }

  private boolean isFirstAlone(List<String> inputs) {
    return isData(inputs.get(0))
        && inputs.stream().skip(1).allMatch(input -> input.isEmpty() || flow.isConstant(input));
  }

  private boolean isOfLast(Step step, long axis) {
    return axis == -1 || axis == ranks.get(step.inputs().get(0)) - 1;
  }

  private boolean reducesLast(Step step) {
    Node node = step.node();
    List<Long> axes =
        node.attribute("axes")
            .map(Attribute::ints)
            .or(() -> flow.constant(node.input(1)).map(Tensor::longs))
            .orElse(List.of());
    return axes.size() == 1 && isOfLast(step, axes.get(0)) && attribute(step, "keepdims", 1) == 1;
  }

  /** Whether the rows of the data are multiplied by what is the same for all of them. */
  private boolean multipliesRows(Step step) {
    Node node = step.node();
    boolean plain =
        List.of("transA", "transBatchA", "transBatchB").stream()
            .allMatch(name -> attribute(step, name, 0) == 0);
    boolean isWeight = !node.op().contains("MatMul") || isMatrix(node);
    return plain
        && isWeight
        && isData(node.input(0))
        && node.inputs().stream()
            .skip(1)
            .allMatch(input -> input.isEmpty() || flow.isConstant(input) || isOfAll(input))
        && (!node.op().endsWith("Gemm") || node.input(2).isEmpty() || isSpread(node.input(2), 1));
  }

  /** A product with several matrices would take one for each row. */
  private boolean isMatrix(Node node) {
    String weight = node.op().equals("QLinearMatMul") ? node.input(3) : node.input(1);
    return node.op().equals("MatMulNBits") || flow.shape(weight).rank() == 2;
  }

  /** Whether a reshape keeps the last dimension, and leaves open how many rows there are. */
  private boolean keepsRows(Node node) {
    String shape = node.input(1);
    long width = flow.shape(node.input(0)).width();
    if (sizes.contains(shape)) {
      return width > 0 && flow.shape(shape).last() == width;
    }
    List<Long> dims = flow.constant(shape).map(Tensor::longs).orElse(List.of());
    if (dims.isEmpty()) {
      return false;
    }
    long last = dims.get(dims.size() - 1);
    boolean copies = last == 0 && dims.size() == ranks.get(node.input(0));
    return (copies || width > 0 && last == width)
        && dims.stream().limit(dims.size() - 1).allMatch(size -> size <= 0);
  }

  private static long attribute(Step step, String name, long otherwise) {
    return step.node().attribute(name).map(Attribute::i).orElse(otherwise);
  }
}
