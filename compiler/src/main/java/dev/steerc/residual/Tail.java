package dev.steerc.residual;

import dev.steerc.onnx.Graph;
import dev.steerc.onnx.Node;
import dev.steerc.onnx.Value;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How a stream becomes logits, and where that can be cut down to some of the positions.
 *
 * @param logits the place of the logits among the graph's outputs, or -1
 * @param cuts where it can be cut, the earliest first
 * @param padding how a run tells which of its tokens are padding
 * @param obstacle why it cannot be cut, if it cannot
 */
public record Tail(int logits, List<Cut> cuts, Padding padding, Optional<Problem> obstacle) {
  private static final Set<String> CHOICES =
      Set.of("Slice", "Gather", "GatherND", "GatherElements", "Split", "Compress");

  public Tail {
    cuts = List.copyOf(cuts);
  }

  /**
   * Looks at what follows the last sums of a chain.
   *
   * @param containers the nodes around the graph, outermost first
   */
  static Tail of(Flow flow, Chain chain, Cache cache, List<Node> containers) {
    Padding padding = Padding.of(flow, chain, cache, containers);
    List<String> values = chain.values();
    String last = values.get(values.size() - 1);
    List<Value> outputs = flow.graph().outputs();
    List<Integer> heads =
        IntStream.range(0, outputs.size())
            .filter(at -> isScores(flow, last, outputs.get(at).name()))
            .boxed()
            .toList();
    if (heads.size() != 1) {
      return none(padding, problem(heads.isEmpty() ? "no output" : "more than one output", flow));
    }
    String logits = outputs.get(heads.get(0)).name();
    Optional<Problem> obstacle = obstacle(flow, chain, last, logits, padding);
    if (obstacle.isPresent()) {
      return none(padding, obstacle.get());
    }
    Positions behind = new Positions(flow, last);
    boolean whole = isWhole(flow, chain, last);
    Region.between(flow, last, logits).steps().forEach(behind::take);
    List<Cut> cuts = new ArrayList<>();
    for (Step step :
        Region.between(flow, values.get(Math.max(0, values.size() - 3)), logits).steps()) {
      for (String value : step.outputs()) {
        if (whole && behind.isWhole(value) || flow.shape(value).rank() == 3) {
          cut(flow, step, value, logits).ifPresent(cuts::add);
        }
      }
    }
    return cuts.isEmpty()
        ? none(padding, unproven(flow, last, logits))
        : new Tail(heads.get(0), cuts, padding, Optional.empty());
  }

  private static Tail none(Padding padding, Problem obstacle) {
    return new Tail(-1, List.of(), padding, Optional.of(obstacle));
  }

  private static boolean isScores(Flow flow, String last, String output) {
    return flow.shape(output).rank() == 3 && Region.between(flow, last, output).projects(flow);
  }

  private static Problem problem(String which, Flow flow) {
    return Problem.of(Code.LAST_LOGITS, "the logits cannot be cut down to the last position")
        .at("graph `" + flow.graph().name() + "`")
        .note(which + " has scores [batch, seq, vocabulary] for what the last block yields");
  }

  private static Problem at(Node node, String note) {
    return Problem.of(Code.LAST_LOGITS, "the logits cannot be cut down to the last position")
        .at("node `" + node.label() + "`")
        .note(note);
  }

  private static Optional<Problem> obstacle(
      Flow flow, Chain chain, String last, String logits, Padding padding) {
    if (!padding.obstacle().isEmpty()) {
      return Optional.of(
          Problem.of(Code.LAST_LOGITS, "which position is a row's last cannot be told")
              .at("graph `" + flow.graph().name() + "`")
              .note(padding.obstacle()));
    }
    long tokens = tokens(flow, chain.embedding().ids());
    if (tokens > 1) {
      return Optional.of(
          Problem.of(Code.LAST_LOGITS, "every run has " + tokens + " tokens a row")
              .at("input `" + chain.embedding().ids() + "`")
              .note("a shorter text does not end at the last position")
              .help("export the model with a sequence of any length"));
    }
    return choice(flow, last, logits)
        .map(step -> at(step.node(), "`" + step.node().op() + "` chooses positions already"));
  }

  /** How many tokens every row of a run has, or -1. */
  private static long tokens(Flow flow, String ids) {
    Graph graph = flow.graph();
    while (graph.outer().isPresent()) {
      graph = graph.outer().get();
    }
    return graph
        .declared(ids)
        .flatMap(Value::shape)
        .filter(dims -> dims.size() == 2)
        .map(dims -> dims.get(1).size())
        .orElse(-1L);
  }

  /** What takes some of the positions on the way to the logits. */
  private static Optional<Step> choice(Flow flow, String last, String logits) {
    Set<String> data = new HashSet<>(Set.of(last));
    for (Step step : Region.between(flow, last, logits).steps()) {
      if (!step.is(Step.Kind.SHAPE) && step.inputs().stream().anyMatch(data::contains)) {
        data.addAll(step.outputs());
        if (CHOICES.contains(step.node().op())) {
          return Optional.of(step);
        }
      }
    }
    return Optional.empty();
  }

  /** What a sum yields has as many dimensions as what it continues. */
  private static boolean isWhole(Flow flow, Chain chain, String last) {
    int rank = flow.shape(last).rank();
    return rank == 3 || rank < 0 && flow.shape(chain.base()).rank() == 3;
  }

  private static Optional<Cut> cut(Flow flow, Step producer, String value, String logits) {
    boolean isTensor = producer.node().outputs().contains(value);
    // a third dimension alone takes rows and tokens not apart again
    boolean isRaised = producer.node().op().equals("Unsqueeze");
    if (!isTensor || isRaised || producer.node().obstacle().isPresent()) {
      return Optional.empty();
    }
    Region region = Region.between(flow, value, logits);
    Set<Step> steps = region.steps();
    Positions positions = new Positions(flow, value);
    List<Cut.Reader> readers = new ArrayList<>();
    for (Step step : steps) {
      if (!positions.take(step) || !isInner(flow, step, steps, logits)) {
        return Optional.empty();
      }
      readers(step, value).forEach(readers::add);
      boolean hidden = step.inputs().contains(value) && readers(step, value).isEmpty();
      if (hidden || step.node() == producer.node() || step.node().obstacle().isPresent()) {
        return Optional.empty();
      }
    }
    Set<Node> nodes = steps.stream().map(Step::node).collect(Collectors.toSet());
    return region.projects(flow)
        ? Optional.of(
            new Cut(
                flow.graph(), value, producer.node(), readers.stream().distinct().toList(), nodes))
        : Optional.empty();
  }

  private static List<Cut.Reader> readers(Step step, String value) {
    return IntStream.range(0, step.node().inputs().size())
        .filter(at -> step.node().input(at).equals(value))
        .mapToObj(at -> new Cut.Reader(step.node(), at))
        .toList();
  }

  /** Whether what a step yields is of use to the logits alone. */
  private static boolean isInner(Flow flow, Step step, Set<Step> steps, String logits) {
    return step.outputs().stream()
        .allMatch(
            output ->
                output.equals(logits)
                    || !flow.isGraphOutput(output) && steps.containsAll(flow.consumers(output)));
  }

  /** Names the last step that is not known to keep positions apart. */
  private static Problem unproven(Flow flow, String last, String logits) {
    Positions positions = new Positions(flow, last);
    Step found = null;
    for (Step step : Region.between(flow, last, logits).steps()) {
      found = positions.take(step) ? found : step;
    }
    Step step = found == null ? flow.producer(logits).orElseThrow() : found;
    return at(
        step.node(),
        "it is not proven that `" + step.node().op() + "` computes each position for itself");
  }
}
