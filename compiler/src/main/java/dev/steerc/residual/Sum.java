package dev.steerc.residual;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A residual addition: the stream so far, plus what one or more branches compute from it.
 *
 * @param root the last addition; its output is the stream's next value
 * @param steps all additions of it, those of a parallel block's branches included
 * @param skip the operand that continues the stream
 * @param edge an operand of the root that leads to branches only; adding to it adds to the sum
 * @param branches what is added, each as one operand where the graph adds it up before
 */
record Sum(Step root, Set<Step> steps, Operand skip, Operand edge, List<Branch> branches) {

  /** An input of an addition. */
  record Operand(Step step, int index) {
    String value() {
      return step.inputs().get(index);
    }

    // Plain code, since what a record brings is only made when it is first used: at every start.

    @Override
    public int hashCode() {
      return 31 * step.index() + index;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Operand operand && operand.step == step && operand.index == index;
    }
  }

  /**
   * What a block adds to the stream.
   *
   * @param region the computation between the stream and the operand
   * @param attends whether it is attention; otherwise it is an MLP or mixture of experts
   */
  record Branch(Operand operand, Region region, boolean attends) {

    static Branch of(Flow flow, Operand operand, Region region) {
      return new Branch(operand, region, region.attends(flow));
    }

    /** Whether a norm is the last that happens to it before it is added. */
    boolean endsInNorm(Flow flow) {
      return Norms.isEnd(flow, operand.value());
    }
  }

  String value() {
    return root.output();
  }

  /** The value that the stream had before, without casts and reshapes. */
  String before(Flow flow) {
    return flow.origin(skip.value());
  }

  /** The residual additions of a graph, in topological order. */
  static List<Sum> all(Flow flow) {
    List<Sum> sums = new ArrayList<>();
    for (Step step : flow.steps()) {
      if (step.is(Step.Kind.SUM) && outer(flow, step).isEmpty()) {
        new Tree(flow, step).sum().ifPresent(sums::add);
      }
    }
    return sums;
  }

  /**
   * The addition that a sum is a part of: several in a row are one, as long as nobody else reads
   * what is in between.
   */
  private static Optional<Step> outer(Flow flow, Step step) {
    String value = step.output();
    Optional<Step> reader = flow.onlyReader(value);
    while (reader.isPresent() && reader.get().is(Step.Kind.PASS)) {
      value = reader.get().output();
      reader = flow.onlyReader(value);
    }
    String summand = value;
    return reader
        .filter(outer -> outer.is(Step.Kind.SUM))
        .filter(outer -> Collections.frequency(outer.inputs(), summand) == 1);
  }

  /** The additions that are one, and what they add up. */
  private static final class Tree {
    private final Flow flow;
    private final Step root;
    private final Set<Step> steps = new LinkedHashSet<>();
    private final List<Operand> summands = new ArrayList<>();
    private final Map<Operand, Region> regions = new HashMap<>();

    Tree(Flow flow, Step root) {
      this.flow = flow;
      this.root = root;
      collect(root);
    }

    private void collect(Step step) {
      steps.add(step);
      for (Operand operand : operands(step)) {
        inner(operand).ifPresentOrElse(this::collect, () -> summands.add(operand));
      }
    }

    private static List<Operand> operands(Step step) {
      List<Operand> operands = new ArrayList<>();
      for (int index = 0; index < step.inputs().size(); index++) {
        operands.add(new Operand(step, index));
      }
      return operands;
    }

    private Optional<Step> inner(Operand operand) {
      return flow.producer(flow.origin(operand.value()))
          .filter(step -> step.is(Step.Kind.SUM))
          .filter(step -> outer(flow, step).filter(operand.step()::equals).isPresent());
    }

    /** All else depends on what the sum continues, so that is what is computed first. */
    Optional<Sum> sum() {
      Operand skip = Collections.min(summands, Comparator.comparingInt(this::position));
      String before = flow.origin(skip.value());
      for (Operand operand : summands) {
        Region region = Region.between(flow, before, operand.value());
        if (!operand.equals(skip) && !region.projects(flow)) {
          return Optional.empty();
        }
        regions.put(operand, region);
      }
      List<Branch> branches = new ArrayList<>();
      for (Operand operand : operands(root)) {
        branches.addAll(branches(before, operand, skip));
      }
      return edge(skip).map(edge -> new Sum(root, steps, skip, edge, branches));
    }

    private int position(Operand operand) {
      return flow.producer(flow.origin(operand.value())).map(Step::index).orElse(-1);
    }

    private Optional<Operand> edge(Operand skip) {
      return operands(root).stream().filter(operand -> !leadsTo(skip, operand)).findFirst();
    }

    private boolean leadsTo(Operand skip, Operand operand) {
      return operand.equals(skip)
          || inner(operand).stream()
              .flatMap(step -> operands(step).stream())
              .anyMatch(deeper -> leadsTo(skip, deeper));
    }

    /** Summands of one kind that are added up before the stream is, are one branch. */
    private List<Branch> branches(String before, Operand operand, Operand skip) {
      if (operand.equals(skip)) {
        return List.of();
      }
      if (regions.containsKey(operand)) {
        return List.of(Branch.of(flow, operand, regions.get(operand)));
      }
      Set<Boolean> kinds = new HashSet<>();
      if (!leadsTo(skip, operand)) {
        addKinds(operand, kinds);
      }
      if (kinds.size() == 1) {
        Region region = Region.between(flow, before, operand.value());
        return List.of(new Branch(operand, region, kinds.contains(true)));
      }
      return inner(operand).stream()
          .flatMap(step -> operands(step).stream())
          .flatMap(deeper -> branches(before, deeper, skip).stream())
          .toList();
    }

    /** Whether what is added up in an operand is attention: for each summand, true or false. */
    private void addKinds(Operand operand, Set<Boolean> kinds) {
      if (regions.containsKey(operand)) {
        kinds.add(regions.get(operand).attends(flow));
      } else {
        inner(operand).stream()
            .flatMap(step -> operands(step).stream())
            .forEach(deeper -> addKinds(deeper, kinds));
      }
    }
  }
}
