package dev.steerc.residual;

import dev.steerc.onnx.Graph;
import dev.steerc.onnx.Node;
import dev.steerc.onnx.Tensor;
import dev.steerc.residual.Step.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The data flow of one graph in topological order, with fused operators taken apart, so that every
 * sum and every norm is a step of its own.
 */
final class Flow {
  private static final Set<String> SUMS = Set.of("Add", "Sum");
  private static final Set<String> NORMS =
      Set.of("LayerNormalization", "SimplifiedLayerNormalization", "RMSNormalization");
  private static final Set<String> PASSES =
      Set.of("Identity", "Cast", "Dropout", "Reshape", "Flatten", "Squeeze", "Unsqueeze");

  /** Of a fixed scale, they hand a value on as exactly as their integers can. */
  private static final Set<String> QUANTISERS = Set.of("QuantizeLinear", "DequantizeLinear");

  private static final Set<String> SHAPES = Set.of("Shape", "Size");

  private final Graph graph;
  private final Constants constants;
  private final List<Step> steps = new ArrayList<>();
  private final List<int[]> sources = new ArrayList<>();
  private final Map<String, Step> producers = new HashMap<>();
  private final Map<String, List<Step>> consumers = new HashMap<>();
  private final Set<String> graphOutputs = new HashSet<>();
  private final Map<String, Norms> norms = new HashMap<>();
  private Shapes shapes;

  private Flow(Graph graph, Optional<Constants> around) {
    this.graph = graph;
    this.constants = new Constants(graph, around);
  }

  static Flow of(Graph graph) {
    return of(graph, graph.outer().map(Constants::of));
  }

  /**
   * The flow of one graph.
   *
   * @param around the constants of the graph around it, which many may share
   */
  static Flow of(Graph graph, Optional<Constants> around) {
    Flow flow = new Flow(graph, around);
    for (Node node : Topology.sort(graph)) {
      flow.constants.visit(node);
      if (!node.output(0).isEmpty()) {
        flow.add(node);
      }
    }
    graph.outputs().forEach(output -> flow.graphOutputs.add(output.name()));
    flow.shapes = Shapes.of(flow);
    return flow;
  }

  Graph graph() {
    return graph;
  }

  List<Step> steps() {
    return steps;
  }

  /** The indices of the steps that a step computes from: all before its own. */
  int[] sources(int step) {
    return sources.get(step);
  }

  /** What is known of a value's shape. */
  Shapes.Shape shape(String value) {
    return shapes.of(value);
  }

  /** The norms of a value, which are looked for once. */
  Norms norms(String value, Supplier<Norms> search) {
    return norms.computeIfAbsent(value, v -> search.get());
  }

  Optional<Step> producer(String value) {
    return Optional.ofNullable(producers.get(value));
  }

  List<Step> consumers(String value) {
    return consumers.getOrDefault(value, List.of());
  }

  /** The one step that reads a value for more than its shape; empty when it is read otherwise. */
  Optional<Step> onlyReader(String value) {
    List<Step> readers = consumers(value).stream().filter(s -> !s.is(Kind.SHAPE)).toList();
    return readers.size() == 1 && !isGraphOutput(value)
        ? Optional.of(readers.get(0))
        : Optional.empty();
  }

  /** The tensor behind a constant, where it is stored as it is. */
  Optional<Tensor> constant(String value) {
    return constants.tensor(value);
  }

  boolean isConstant(String value) {
    return constants.contains(value);
  }

  boolean isGraphOutput(String value) {
    return graphOutputs.contains(value);
  }

  /** The value that passes through casts and reshapes on its way to become this one. */
  String origin(String value) {
    String at = value;
    Step step = producers.get(at);
    while (step != null && step.is(Kind.PASS) && !step.inputs().isEmpty()) {
      at = step.inputs().get(0);
      step = producers.get(at);
    }
    return at;
  }

  /** The value and every form it takes behind casts and reshapes. */
  Set<String> forms(String value) {
    Set<String> forms = new HashSet<>(Set.of(value));
    Deque<String> open = new ArrayDeque<>(forms);
    while (!open.isEmpty()) {
      for (Step step : consumers(open.pop())) {
        if (step.is(Kind.PASS)
            && forms.contains(step.inputs().get(0))
            && forms.add(step.output())) {
          open.push(step.output());
        }
      }
    }
    return forms;
  }

  /** The steps that read a value in any of its forms, for more than its shape. */
  List<Step> readers(String value) {
    Set<String> forms = forms(value);
    return forms.stream()
        .flatMap(form -> consumers(form).stream())
        .filter(step -> !step.is(Kind.SHAPE))
        .filter(step -> !(step.is(Kind.PASS) && forms.contains(step.inputs().get(0))))
        .distinct()
        .toList();
  }

  private void add(Node node) {
    Fused fused = Fused.of(node);
    if (fused == null) {
      step(kind(node), node, Topology.inputs(node), node.outputs());
      return;
    }
    String sum = fused.sum(node);
    if (fused.embeds()) {
      step(Kind.OTHER, node, node.inputs(), List.of(sum, node.output(1)));
    } else {
      step(Kind.SUM, node, List.of(node.input(0), node.input(1)), List.of(sum));
    }
    List<String> norm = new ArrayList<>(List.of(sum, node.input(fused.scale())));
    if (fused.shift() >= 0) {
      norm.add(node.input(fused.shift()));
    }
    step(Kind.NORM, node, norm, List.of(node.output(0)));
  }

  private void step(Kind kind, Node node, List<String> inputs, List<String> outputs) {
    Step step = new Step(steps.size(), kind, node, inputs, outputs);
    steps.add(step);
    sources.add(producers(inputs));
    for (String output : outputs) {
      if (!output.isEmpty()) {
        producers.put(output, step);
      }
    }
    for (String input : inputs) {
      if (!input.isEmpty()) {
        consumedBy(step, consumers.computeIfAbsent(input, v -> new ArrayList<>()));
      }
    }
  }

  private static void consumedBy(Step step, List<Step> readers) {
    if (readers.isEmpty() || readers.get(readers.size() - 1) != step) {
      readers.add(step);
    }
  }

  private int[] producers(List<String> values) {
    int[] indices = new int[values.size()];
    int count = 0;
    for (String value : values) {
      Step step = producers.get(value);
      if (step != null) {
        indices[count++] = step.index();
      }
    }
    return Arrays.copyOf(indices, count);
  }

  private Kind kind(Node node) {
    boolean read = !node.input(0).isEmpty();
    if (SUMS.contains(node.op())) {
      return isSum(node) ? Kind.SUM : Kind.OTHER;
    }
    if (NORMS.contains(node.op())) {
      return read && !node.input(1).isEmpty() ? Kind.NORM : Kind.OTHER;
    }
    return read && isPass(node) ? Kind.PASS : SHAPES.contains(node.op()) ? Kind.SHAPE : Kind.OTHER;
  }

  private boolean isPass(Node node) {
    return PASSES.contains(node.op())
        || QUANTISERS.contains(node.op()) && constants.contains(node.input(1));
  }

  private boolean isSum(Node node) {
    return node.inputs().size() >= 2
        && node.inputs().stream().noneMatch(i -> i.isEmpty() || constants.contains(i));
  }
}
