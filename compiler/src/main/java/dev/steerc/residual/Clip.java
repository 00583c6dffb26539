package dev.steerc.residual;

import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.Node;
import dev.steerc.onnx.Tensor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A quantiser whose scale was fixed when the model was made: what lies outside of its range is cut
 * off.
 *
 * @param order where it stands among the sites of the model, which have even numbers: see {@link
 *     #order(int, int)}
 * @param ofStream whether it quantises the stream itself, not what a block computes from it
 * @param node the operator, as messages name it
 * @param low the least value that passes; NaN where it could not be told
 * @param high the largest
 */
public record Clip(int order, boolean ofStream, String node, double low, double high) {
  private static final OptionalDouble NONE = OptionalDouble.empty();

  private static final int SITES = 5;
  private static final int RESID_PRE = 0;
  private static final int RESID_MID = 2;
  private static final int RESID_POST = 4;

  /**
   * The order of a site; a quantiser cuts off what is edited at a site of the same or a lower one.
   *
   * @param kind of the five sites of a block, in the order of the model
   */
  public static int order(int block, int kind) {
    return 2 * (block * SITES + kind);
  }

  /** Those on a stream and in its branches, in the order of the model. */
  static List<Clip> of(Flow flow, Chain chain, List<Block> blocks) {
    List<Clip> clips = new ArrayList<>();
    Iterator<Sum> sums = chain.sums().iterator();
    Optional<Place> base = blocks.get(0).residPre();
    addStream(flow, clips, order(0, RESID_PRE), chain.base(), base);
    for (Block block : blocks) {
      Sum first = sums.next();
      int start = order(block.index(), RESID_PRE);
      add(flow, clips, start, false, inside(first));
      Sum last = first;
      if (!block.isParallel()) {
        int middle = order(block.index(), RESID_MID);
        addStream(flow, clips, middle, first.value(), block.residMid());
        last = sums.next();
        add(flow, clips, middle, false, inside(last));
      }
      int end = order(block.index(), RESID_POST);
      addStream(flow, clips, end, last.value(), block.residPost());
    }
    return List.copyOf(clips);
  }

  /** An edit of a value that is quantised happens behind that, where it can. */
  private static void addStream(
      Flow flow, List<Clip> clips, int order, String value, Optional<Place> place) {
    boolean isBefore = place.filter(site -> !site.value().equals(value)).isPresent();
    add(flow, clips, isBefore ? order - 1 : order, true, readers(flow, value));
  }

  private static Set<Step> inside(Sum sum) {
    Set<Step> inside = new LinkedHashSet<>();
    sum.branches().forEach(branch -> inside.addAll(branch.region().steps()));
    return inside;
  }

  private static Set<Step> readers(Flow flow, String value) {
    Set<Step> readers = new LinkedHashSet<>();
    flow.forms(value).forEach(form -> readers.addAll(flow.consumers(form)));
    return readers;
  }

  private static void add(
      Flow flow, List<Clip> clips, int order, boolean ofStream, Set<Step> steps) {
    for (Step step : steps) {
      Node node = step.node();
      if (node.op().equals("QuantizeLinear") && flow.isConstant(node.input(1))) {
        OptionalDouble scale = flow.constant(node.input(1)).map(Tensor::scalar).orElse(NONE);
        Optional<Tensor> zero = flow.constant(node.input(2));
        double offset = zero.map(Tensor::scalar).orElse(NONE).orElse(0);
        double[] range = range(zero.flatMap(Tensor::type).orElse(ElementType.UINT8));
        double unit = scale.orElse(Double.NaN);
        clips.add(
            new Clip(
                order,
                ofStream,
                node.label(),
                (range[0] - offset) * unit,
                (range[1] - offset) * unit));
      }
    }
  }

  private static double[] range(ElementType type) {
    return switch (type) {
      case INT8 -> new double[] {-128, 127};
      case UINT16 -> new double[] {0, 65535};
      case INT16 -> new double[] {-32768, 32767};
      default -> new double[] {0, 255};
    };
  }
}
