package dev.steerc.residual;

import dev.steerc.onnx.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Which value of a stream everything behind it descends from, by the value's place in the stream:
 * the oldest one, where there are several. What the stream does not lead to has no place.
 *
 * <p>A stream holds all that a decoder knows of a position so far, so each value has to descend
 * from the one before alone. Attention may look at keys and values of older blocks, which some
 * models share.
 */
final class Descent {
  private final Flow flow;
  private final Chain chain;
  private final Map<String, Integer> oldest = new HashMap<>();

  private Descent(Flow flow, Chain chain) {
    this.flow = flow;
    this.chain = chain;
  }

  /** Refuses a stream that something of an older value bypasses on its way to the outputs. */
  static void check(Flow flow, Chain chain) {
    Descent descent = new Descent(flow, chain);
    descent.walk();
    descent.checkOutputs();
  }

  private void walk() {
    List<String> values = chain.values();
    Map<String, Integer> places = new HashMap<>();
    IntStream.range(0, values.size()).forEach(at -> places.put(values.get(at), at));
    oldest.put(chain.base(), 0);
    for (Step step : flow.steps()) {
      Integer place = places.get(step.output());
      if (place == null) {
        of(step).ifPresent(from -> step.outputs().forEach(output -> oldest.put(output, from)));
      } else {
        check(step, place);
        oldest.put(step.output(), place);
      }
    }
  }

  private void check(Step sum, int place) {
    if (place > 0 && of(sum).filter(from -> from == place - 1).isEmpty()) {
      throw Chain.broken(
          "the residual stream is bypassed",
          sum.node(),
          "what it adds was not computed from `" + chain.values().get(place - 1) + "` alone");
    }
  }

  private void checkOutputs() {
    List<String> values = chain.values();
    int last = values.size() - 1;
    boolean reached =
        flow.graph().outputs().stream()
            .map(Value::name)
            .anyMatch(output -> oldest.getOrDefault(output, -1) == last);
    if (!reached) {
      throw Chain.broken(
          "the residual stream is bypassed",
          chain.sums().get(last - 1).root().node(),
          "no output was computed from `" + values.get(last) + "` alone");
    }
  }

  /** Queries are what attention makes of the stream; its other inputs may be older. */
  private Optional<Integer> of(Step step) {
    if (step.is(Step.Kind.SHAPE)) {
      return Optional.empty();
    }
    boolean latest = Attention.isProductOfTwo(flow, step);
    int read = Attention.isOperator(step) ? 1 : step.inputs().size();
    Integer found = null;
    for (String input : step.inputs().subList(0, Math.min(read, step.inputs().size()))) {
      Integer place = oldest.get(input);
      if (place != null && (found == null || latest == place > found)) {
        found = place;
      }
    }
    return Optional.ofNullable(found);
  }
}
