package dev.steerc.residual;

import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.Graph;
import dev.steerc.onnx.Node;
import dev.steerc.onnx.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a run tells which of its tokens are padding.
 *
 * @param mask the input [batch, past + seq] that is 0 there; empty when nothing tells
 * @param type its element type
 * @param obstacle why it could not be found out; empty when it could
 */
public record Padding(String mask, ElementType type, String obstacle) {
  private static final Padding NONE = new Padding("", null, "");
  private static final Set<String> SOFTMAXES = Set.of("Softmax", "BiasSoftmax", "QuickSoftmax");

  /** They turn a number into a place, a table's row or an angle. */
  private static final Set<String> LOOKUPS = Set.of("Gather", "GatherElements", "GatherND");

  private static final Set<String> ANGLES = Set.of("Cos", "Sin", "RotaryEmbedding");

  /** Where attention is told what it may look at; GroupQueryAttention counts in front of that. */
  private static final int MASK = 3;

  private static final int BIAS = 10;
  private static final int LENGTHS = 5;

  /** An input that attention reads, and whether it was counted together before. */
  private record Found(Value value, boolean isCounted, boolean isLengths) {}

  /** What attention in a graph is told of padding. */
  static Padding of(Flow flow, Chain chain, Cache cache, List<Node> containers) {
    Graph model = flow.graph();
    while (model.outer().isPresent()) {
      model = model.outer().get();
    }
    List<Value> masks = new ArrayList<>();
    for (Value input : model.inputs()) {
      boolean known =
          input.name().equals(chain.embedding().ids())
              || input.name().equals(chain.base())
              || cache.inputs().contains(input.name())
              || flow.isConstant(input.name());
      int rank = input.shape().map(List::size).orElse(-1);
      if (known || rank < 1) {
        continue;
      }
      if (isReadAround(model, input.name(), containers)) {
        return unclear("`" + input.name() + "` is read outside of the branches as well");
      }
      Optional<Found> found = new Walk(flow).from(input);
      if (found.isPresent() && found.get().isLengths()) {
        return unclear("the rows' lengths come as `" + input.name() + "`, not as a mask");
      }
      if (found.isPresent() && rank != 2) {
        return unclear("`" + input.name() + "` masks attention and is not [batch, past + seq]");
      }
      found.ifPresent(each -> masks.add(input));
    }
    return of(masks, model, chain.embedding().ids());
  }

  private static boolean isReadAround(Graph model, String input, List<Node> containers) {
    return !containers.isEmpty()
        && model.nodes().stream()
            .anyMatch(node -> !containers.contains(node) && node.inputs().contains(input));
  }

  private static Padding of(List<Value> found, Graph model, String ids) {
    List<Value> masks = found;
    if (masks.size() > 1) {
      // what has a size of its own is a mask of the cache too; the others have one entry a token
      String tokens = second(model.declared(ids).orElseThrow());
      masks = masks.stream().filter(mask -> !second(mask).equals(tokens)).toList();
    }
    if (masks.isEmpty() && found.isEmpty()) {
      return NONE;
    }
    if (masks.size() != 1) {
      return unclear("several inputs mask attention: " + found.stream().map(Value::name).toList());
    }
    Value mask = masks.get(0);
    if (mask.shape().orElseThrow().get(1).size() > 0) {
      return unclear("`" + mask.name() + "` has a fixed length, so its end is not that of a run");
    }
    return new Padding(mask.name(), mask.type().orElse(ElementType.INT64), "");
  }

  private static String second(Value value) {
    return value
        .shape()
        .filter(dims -> dims.size() > 1)
        .map(dims -> dims.get(1).toString())
        .orElse("");
  }

  private static Padding unclear(String why) {
    return new Padding("", null, why);
  }

  /** Follows an input to attention, but not as a place in a table or an angle. */
  private record Walk(Flow flow, Set<String> seen, Deque<String> open) {

    Walk(Flow flow) {
      this(flow, new HashSet<>(), new ArrayDeque<>());
    }

    Optional<Found> from(Value input) {
      Set<String> counted = new HashSet<>();
      open.add(input.name());
      while (!open.isEmpty()) {
        String value = open.pop();
        for (Step step : seen.add(value) ? flow.consumers(value) : List.<Step>of()) {
          boolean isLengths = isLengths(step, value);
          if (SOFTMAXES.contains(step.node().op()) || masks(step, value) || isLengths) {
            boolean counts = counted.contains(value);
            return Optional.of(new Found(input, counts, isLengths && !counts));
          }
          if (goesOn(step, value)) {
            boolean reduces = step.node().op().startsWith("Reduce") || counted.contains(value);
            step.outputs().stream().filter(o -> reduces).forEach(counted::add);
            open.addAll(step.outputs());
          }
        }
      }
      return Optional.empty();
    }

    private static boolean masks(Step step, String value) {
      int at = step.node().inputs().indexOf(value);
      boolean counts = step.node().op().equals("GroupQueryAttention");
      return Attention.isOperator(step) && (counts ? at >= BIAS : at >= MASK);
    }

    private static boolean isLengths(Step step, String value) {
      return step.node().op().equals("GroupQueryAttention")
          && step.node().inputs().indexOf(value) == LENGTHS;
    }

    private static boolean goesOn(Step step, String value) {
      String op = step.node().op();
      boolean looksUp = LOOKUPS.contains(op) && !step.node().input(0).equals(value);
      boolean embeds = op.equals("EmbedLayerNormalization") && !step.node().input(7).equals(value);
      return !step.is(Step.Kind.SHAPE)
          && !step.is(Step.Kind.NORM)
          && !looksUp
          && !embeds
          && !ANGLES.contains(op)
          && !Region.isProduct(step)
          && !Attention.isOperator(step);
    }
  }
}
