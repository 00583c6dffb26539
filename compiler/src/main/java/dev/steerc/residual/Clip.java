package dev.steerc.residual;

import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.Node;
import dev.steerc.onnx.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A quantiser whose scale was fixed when the model was made: what lies outside of its range is cut
 * off.
 *
 * @param block the block in whose output, or inside which, it stands
 * @param ofStream whether it quantises the stream itself, not what a block computes from it
 * @param node the operator, as messages name it
 * @param low the least value that passes; NaN where it could not be told
 * @param high the largest
 */
public record Clip(int block, boolean ofStream, String node, double low, double high) {

  /** Those on a stream and in its branches, in the order of the model. */
  static List<Clip> of(Flow flow, Chain chain, int blocks) {
    List<Clip> clips = new ArrayList<>();
    int sumsOfBlock = Math.max(1, chain.sums().size() / blocks);
    add(flow, clips, 0, true, readers(flow, chain.base()));
    for (int at = 0; at < chain.sums().size(); at++) {
      Sum sum = chain.sums().get(at);
      Set<Step> inside = new LinkedHashSet<>();
      sum.branches().forEach(branch -> inside.addAll(branch.region().steps()));
      add(flow, clips, at / sumsOfBlock, false, inside);
      add(flow, clips, at / sumsOfBlock, true, readers(flow, sum.value()));
    }
    return List.copyOf(clips);
  }

  private static Set<Step> readers(Flow flow, String value) {
    Set<Step> readers = new LinkedHashSet<>();
    flow.forms(value).forEach(form -> readers.addAll(flow.consumers(form)));
    return readers;
  }

  private static void add(
      Flow flow, List<Clip> clips, int block, boolean ofStream, Set<Step> steps) {
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
                block,
                ofStream,
                node.label(),
                (range[0] - offset) * unit,
                (range[1] - offset) * unit));
      }
    }
  }

  private static final OptionalDouble NONE = OptionalDouble.empty();

  private static double[] range(ElementType type) {
    return switch (type) {
      case INT8 -> new double[] {-128, 127};
      case UINT16 -> new double[] {0, 65535};
      case INT16 -> new double[] {-32768, 32767};
      default -> new double[] {0, 255};
    };
  }
}
