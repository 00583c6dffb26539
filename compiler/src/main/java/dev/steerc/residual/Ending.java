package dev.steerc.residual;

import dev.steerc.onnx.Tensor;
import dev.steerc.onnx.Value;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How a stream becomes a model's outputs. It describes; no edit depends on it.
 *
 * @param norm the final one: {@code LayerNorm}, {@code RMSNorm}, or {@code none}
 * @param head {@code tied} when it is the token table again, {@code separate}, or {@code none} when
 *     hidden states are the outputs; exporters often write a table twice that a model has once
 * @param isScaled whether logits are multiplied by a number
 * @param isCapped whether a tanh caps logits
 */
public record Ending(String norm, String head, boolean isScaled, boolean isCapped) {
  private static final Set<String> SCALES = Set.of("Mul", "Div");

  /**
   * Looks at what follows the last sum.
   *
   * @param table the step that looks tokens up, if there is one
   */
  static Ending of(Flow flow, String last, Optional<Step> table, Notes notes) {
    Optional<NormKind> norm = NormKind.of(Norms.of(flow, last).steps());
    norm.ifPresent(kind -> notes.add("final norm", kind.label() + ", " + kind.how(), kind.step()));
    String normed = norm.map(NormKind::label).orElse("none");
    Optional<Step> head = head(flow, last);
    if (head.isEmpty()) {
      notes.add("head", "none: no projection follows the last sum");
      return new Ending(normed, "none", false, false);
    }
    boolean isTied = isTied(flow, head.get(), table);
    notes.add(
        "head",
        isTied
            ? "its weights are the token table, stored once"
            : "its weights are stored apart from the token table",
        head.get());
    Optional<Step> cap = behind(flow, head.get()).filter(Ending::isCap).findFirst();
    Optional<Step> scale =
        cap.isPresent()
            ? Optional.empty()
            : behind(flow, head.get()).filter(step -> isScale(flow, step)).findFirst();
    cap.ifPresent(step -> notes.add("logits", "capped by a tanh", step));
    scale.ifPresent(step -> notes.add("logits", "multiplied by a number", step));
    return new Ending(normed, isTied ? "tied" : "separate", scale.isPresent(), cap.isPresent());
  }

  private static Optional<Step> head(Flow flow, String last) {
    return outputs(flow)
        .flatMap(output -> Region.between(flow, last, output).steps().stream())
        .filter(step -> Region.isProjection(flow, step))
        .findFirst();
  }

  private static Stream<Step> behind(Flow flow, Step head) {
    return outputs(flow)
        .flatMap(output -> Region.between(flow, head.output(), output).steps().stream());
  }

  private static Stream<String> outputs(Flow flow) {
    return flow.graph().outputs().stream().map(Value::name);
  }

  private static boolean isCap(Step step) {
    return step.node().op().equals("Tanh");
  }

  private static boolean isScale(Flow flow, Step step) {
    return SCALES.contains(step.node().op())
        && step.inputs().stream()
            .flatMap(input -> flow.constant(input).stream())
            .anyMatch(tensor -> tensor.elements() == 1);
  }

  private static boolean isTied(Flow flow, Step head, Optional<Step> table) {
    List<String> own = names(flow, head);
    return table.stream().anyMatch(step -> names(flow, step).stream().anyMatch(own::contains));
  }

  /** The stored tensors that a step reads, by the names that they are stored under. */
  private static List<String> names(Flow flow, Step step) {
    return step.inputs().stream()
        .flatMap(input -> flow.constant(input).stream())
        .filter(tensor -> tensor.rank() >= 2)
        .map(Tensor::name)
        .filter(name -> !name.isEmpty())
        .toList();
  }
}
