package dev.steerc.residual;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;

/**
 * The normalisations that read a value, as single operators or spelled out.
 *
 * @param steps the steps that belong to them
 * @param widths the lengths of their scales and shifts: the model's width, when they agree
 */
record Norms(Set<Step> steps, Set<Long> widths) {
  private static final Set<String> REDUCES =
      Set.of("ReduceMean", "ReduceSum", "ReduceL2", "ReduceSumSquare");
  private static final Set<String> ARITHMETIC =
      Set.of(
          "Sub",
          "Pow",
          "Mul",
          "Add",
          "Sqrt",
          "Div",
          "Reciprocal",
          "Cast",
          "Identity",
          "Max",
          "Clip",
          "Neg",
          "Abs",
          "QuantizeLinear",
          "DequantizeLinear");

  boolean contains(Step step) {
    return steps.contains(step);
  }

  /** The norms that read the given value in any of its forms. */
  static Norms of(Flow flow, String value) {
    return flow.norms(value, () -> find(flow, value));
  }

  private static Norms find(Flow flow, String value) {
    Set<Step> steps = new HashSet<>();
    Set<Long> widths = new TreeSet<>();
    Set<String> forms = flow.forms(value);
    for (Step reader : flow.readers(value)) {
      if (reader.is(Step.Kind.NORM) && forms.contains(reader.inputs().get(0))) {
        steps.add(reader);
        addWidths(flow, reader, widths);
      }
    }
    Spelled spelled = Spelled.from(flow, forms);
    if (spelled.isNorm(flow)) {
      steps.addAll(spelled.steps);
      spelled.steps.forEach(step -> addWidths(flow, step, widths));
    }
    return new Norms(steps, widths);
  }

  /** Whether a value is what a norm yields, perhaps times a constant. */
  static boolean isEnd(Flow flow, String value) {
    Set<String> sources = sources(flow, value);
    if (sources.size() != 1) {
      return false;
    }
    String source = sources.iterator().next();
    Optional<Step> last = flow.producer(flow.origin(value));
    return flow.producer(source).filter(step -> step.is(Step.Kind.NORM)).isPresent()
        || last.filter(of(flow, source).steps::contains).isPresent();
  }

  /** What a value is computed from by the arithmetic of a norm. */
  private static Set<String> sources(Flow flow, String value) {
    Set<String> sources = new HashSet<>();
    Set<String> seen = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(value));
    while (!open.isEmpty()) {
      String at = flow.origin(open.pop());
      if (flow.isConstant(at) || !seen.add(at)) {
        continue;
      }
      flow.producer(at)
          .filter(step -> isArithmetic(step) && !step.is(Step.Kind.SUM))
          .ifPresentOrElse(step -> open.addAll(step.inputs()), () -> sources.add(at));
    }
    return sources;
  }

  private static boolean isArithmetic(Step step) {
    String op = step.node().op();
    return REDUCES.contains(op) || ARITHMETIC.contains(op);
  }

  private static void addWidths(Flow flow, Step step, Set<Long> widths) {
    for (String input : step.inputs()) {
      Shapes.Shape shape = flow.shape(input);
      if (flow.isConstant(input) && shape.rank() == 1 && shape.width() > 1) {
        widths.add(shape.width());
      }
    }
  }

  /** Arithmetic on a value and on constants only: a spelled-out norm, if it reduces. */
  private record Spelled(Set<Step> steps, Set<String> values, Set<String> reduced) {

    static Spelled from(Flow flow, Set<String> forms) {
      Spelled spelled = new Spelled(new HashSet<>(), new HashSet<>(forms), new HashSet<>());
      PriorityQueue<Step> open = new PriorityQueue<>(Comparator.comparingInt(Step::index));
      forms.forEach(form -> open.addAll(flow.consumers(form)));
      while (!open.isEmpty()) {
        Step step = open.poll();
        if (!spelled.steps.contains(step) && spelled.takes(flow, step)) {
          spelled.add(step);
          step.outputs().forEach(output -> open.addAll(flow.consumers(output)));
        }
      }
      return spelled;
    }

    private boolean takes(Flow flow, Step step) {
      return isArithmetic(step)
          && !step.is(Step.Kind.SUM)
          && step.inputs().stream().allMatch(i -> values.contains(i) || flow.isConstant(i));
    }

    private void add(Step step) {
      steps.add(step);
      values.addAll(step.outputs());
      if (REDUCES.contains(step.node().op())
          || step.inputs().stream().anyMatch(reduced::contains)) {
        reduced.addAll(step.outputs());
      }
    }

    /** Whether all that leaves the arithmetic was divided by something reduced. */
    boolean isNorm(Flow flow) {
      List<String> exits =
          steps.stream().flatMap(s -> s.outputs().stream()).filter(o -> leaves(flow, o)).toList();
      return !exits.isEmpty() && reduced.containsAll(exits);
    }

    private boolean leaves(Flow flow, String value) {
      boolean passedOn =
          flow.producer(value).filter(steps::contains).filter(Spelled::isCast).isPresent();
      boolean read =
          flow.consumers(value).stream()
              .anyMatch(step -> !steps.contains(step) && !step.is(Step.Kind.SHAPE));
      return (read || flow.isGraphOutput(value)) && !(passedOn && !reduced.contains(value));
    }

    /** A cast of the stream itself also carries the stream to the next sum. */
    private static boolean isCast(Step step) {
      return step.is(Step.Kind.PASS);
    }
  }
}
