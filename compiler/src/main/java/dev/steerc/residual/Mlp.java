package dev.steerc.residual;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Tells what kind of MLP the steps of a branch are. */
record Mlp(Flow flow, List<Step> steps, Notes notes) {
  /** From the rarest to what may also be a part of another. */
  private static final Map<String, String> ACTIVATIONS = activations();

  private static final Set<String> EXPERTS = Set.of("MoE", "QMoE", "TopK");
  private static final Set<String> DIVIDERS = Set.of("Split", "Slice", "Gather");

  /** The activation, such as {@code GELU} or {@code gated SiLU}; or {@code experts}. */
  String kind() {
    Optional<Step> router = steps.stream().filter(s -> EXPERTS.contains(s.node().op())).findFirst();
    if (router.isPresent()) {
      notes.add("mlp", "experts, chosen by " + router.get().node().op(), router.get());
      return "experts";
    }
    Optional<Step> gate = steps.stream().filter(this::isGate).findFirst();
    String gated = gate.isPresent() ? "gated " : "";
    gate.ifPresent(step -> notes.add("mlp", "one projection multiplies another", step));
    return gated + activation();
  }

  private String activation() {
    for (Map.Entry<String, String> activation : ACTIVATIONS.entrySet()) {
      for (Step step : steps) {
        if (step.node().op().equals(activation.getKey())) {
          notes.add("mlp", "the activation is made of " + step.node().op(), step);
          return activation.getValue();
        }
      }
    }
    return "linear";
  }

  /** A product of two different projections, or of two parts of one. */
  private boolean isGate(Step step) {
    if (!step.node().op().equals("Mul") || step.inputs().size() != 2) {
      return false;
    }
    Set<String> left = projections(step.inputs().get(0));
    Set<String> right = projections(step.inputs().get(1));
    return !left.isEmpty() && !right.isEmpty() && left.stream().noneMatch(right::contains);
  }

  private Set<String> projections(String value) {
    Predicate<Step> isEnd = step -> isSource(step) || step.is(Step.Kind.NORM) || isScale(step);
    return Upstream.values(flow, List.of(value), isEnd).stream()
        .filter(at -> flow.producer(at).filter(Mlp::isSource).isPresent())
        .collect(Collectors.toSet());
  }

  private static boolean isSource(Step step) {
    return Region.isProduct(step) || DIVIDERS.contains(step.node().op());
  }

  private static boolean isScale(Step step) {
    return step.node().op().equals("DynamicQuantizeLinear");
  }

  private static Map<String, String> activations() {
    Map<String, String> names = new LinkedHashMap<>();
    for (String op : List.of("Gelu", "FastGelu", "BiasGelu", "BiasSplitGelu", "Erf", "Tanh")) {
      names.put(op, "GELU");
    }
    names.put("QuickGelu", "GELU");
    for (String op : List.of("Swish", "Silu", "HardSwish", "Sigmoid")) {
      names.put(op, "SiLU");
    }
    names.put("Mish", "Mish");
    names.put("Softplus", "softplus");
    names.put("Relu", "ReLU");
    return names;
  }
}
