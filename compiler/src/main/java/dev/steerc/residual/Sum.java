package dev.steerc.residual;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A residual addition: the stream so far, plus what one or more branches compute from it.
 *
 * @param root the last addition; its output is the stream's next value
 * @param steps all additions of it, those of a parallel block's branches included
 * @param skip the operand that continues the stream
 * @param branches the operands computed from the stream
 */
record Sum(Step root, Set<Step> steps, Operand skip, List<Branch> branches) {

  /** An input of an addition. */
  record Operand(Step step, int index) {
    String value() {
      return step.inputs().get(index);
    }
  }

  /**
   * What a block adds to the stream.
   *
   * @param region the computation between the stream and the operand
   * @param attends whether it is attention; otherwise it is an MLP or mixture of experts
   */
  record Branch(Operand operand, Region region, boolean attends) {}

  String value() {
    return root.output();
  }

  /** The value that the stream had before, without casts and reshapes. */
  String before(Flow flow) {
    return flow.origin(skip.value());
  }

  /** An operand of the root that leads to branches only; adding to it adds to the sum. */
  Operand branchEdge() {
    for (int index = 0; index < root.inputs().size(); index++) {
      Operand operand = new Operand(root, index);
      if (!operand.equals(skip) && !leadsToSkip(operand)) {
        return operand;
      }
    }
    throw new IllegalStateException("a sum of nothing but the stream: " + root.node());
  }

  private boolean leadsToSkip(Operand operand) {
    return steps.stream()
        .filter(step -> step != root)
        .filter(step -> step == skip.step())
        .anyMatch(step -> step.output().equals(operand.value()));
  }

  /** The residual additions of a graph, in topological order. */
  static List<Sum> all(Flow flow) {
    List<Sum> sums = new ArrayList<>();
    for (Step step : flow.steps()) {
      if (step.is(Step.Kind.SUM) && !isPartOfSum(flow, step) && !isMasked(flow, step)) {
        of(flow, step).ifPresent(sums::add);
      }
    }
    return sums;
  }

  /** A mask is added to scores, which go into a softmax; no stream does. */
  private static boolean isMasked(Flow flow, Step step) {
    return flow.consumers(step.output()).stream().anyMatch(r -> r.node().op().equals("Softmax"));
  }

  private static Optional<Sum> of(Flow flow, Step root) {
    Set<Step> steps = new LinkedHashSet<>();
    List<Operand> summands = new ArrayList<>();
    flatten(flow, root, steps, summands);
    return summands.stream()
        .map(skip -> continuing(flow, root, steps, summands, skip))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** Several additions in a row are one sum as long as nobody else reads what is in between. */
  private static void flatten(Flow flow, Step step, Set<Step> steps, List<Operand> summands) {
    steps.add(step);
    for (int index = 0; index < step.inputs().size(); index++) {
      Operand operand = new Operand(step, index);
      Step inner = flow.producer(operand.value()).orElse(null);
      if (inner != null && inner.is(Step.Kind.SUM) && isPartOfSum(flow, inner)) {
        flatten(flow, inner, steps, summands);
      } else {
        summands.add(operand);
      }
    }
  }

  private static boolean isPartOfSum(Flow flow, Step step) {
    List<Step> readers = flow.consumers(step.output());
    return readers.size() == 1
        && readers.get(0).is(Step.Kind.SUM)
        && Collections.frequency(readers.get(0).inputs(), step.output()) == 1
        && !flow.isGraphOutput(step.output());
  }

  private static Optional<Sum> continuing(
      Flow flow, Step root, Set<Step> steps, List<Operand> summands, Operand skip) {
    String before = flow.origin(skip.value());
    List<Branch> branches = new ArrayList<>();
    for (Operand operand : summands) {
      if (operand.equals(skip)) {
        continue;
      }
      Region region = Region.between(flow, before, operand.value());
      if (region.isEmpty() || !region.projects(flow)) {
        return Optional.empty();
      }
      branches.add(new Branch(operand, region, region.attends(flow)));
    }
    return Optional.of(new Sum(root, steps, skip, branches));
  }
}
