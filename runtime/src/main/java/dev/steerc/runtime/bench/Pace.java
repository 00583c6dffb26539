package dev.steerc.runtime.bench;

import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.Steering;
import java.util.Arrays;
import java.util.List;

/** How fast one text is generated, and what memory that takes. */
final class Pace {
  private static final int WARM_UP = 8;

  private Pace() {}

  static Numbers bare(Task task) {
    Numbers numbers = new Numbers();
    long start = System.nanoTime();
    try (Loop loop = Loop.bare(task)) {
      numbers.add("open", Numbers.since(start));
      measure(loop, task, numbers);
    }
    return numbers;
  }

  static Numbers steered(Task task) {
    Numbers numbers = new Numbers();
    long start = System.nanoTime();
    SteeredModel model = SteeredModel.open(task.model(), task.options());
    numbers.add("open", Numbers.since(start));
    Steering steering = task.steering(model.ports(), 0);
    try (Loop loop = new Loop.Steered(model, steering)) {
      measure(loop, task, numbers);
      if (!steering.isNone()) {
        Swap.measure(model, task, numbers);
      }
    }
    return numbers;
  }

  private static void measure(Loop loop, Task task, Numbers numbers) {
    loop.run(task.prompt(0, Amount.SHORT), WARM_UP);
    loop.run(task.prompt(0, Amount.LONG), 1);
    int tokens = task.amount().tokens();
    for (int i = 1; i <= task.amount().repeats(); i++) {
      Loop.Steps steps = loop.run(task.prompt(i, Amount.SHORT), tokens);
      double first = steps.seconds()[0];
      numbers.add("first_" + Amount.SHORT, first);
      numbers.add(
          "tokens_per_second", (tokens - 1) / (Arrays.stream(steps.seconds()).sum() - first));
      addMedian("own", steps.own(), numbers);
      addMedian("heap", steps.heap(), numbers);
      numbers.add("first_" + Amount.LONG, loop.run(task.prompt(i, Amount.LONG), 1).seconds()[0]);
    }
    numbers.addMemory();
  }

  /** Of the tokens behind the first one. */
  private static void addMedian(String name, double[] values, Numbers numbers) {
    List<Double> later = Arrays.stream(values).skip(1).boxed().toList();
    if (!later.isEmpty()) {
      numbers.add(name, Spread.of(later).median());
    }
  }
}
