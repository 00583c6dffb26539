package dev.steerc.runtime.bench;

import dev.steerc.runtime.Listener;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.Session;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.Steering;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** How fast a batch is, with no steering and with one for all up to one for each text. */
final class BatchPace {
  private BatchPace() {}

  static Numbers measure(Task task) {
    Numbers numbers = new Numbers();
    try (SteeredModel model = SteeredModel.open(task.model(), task.options())) {
      run(model, task, 0, 2);
      run(model, task, Amount.ROWS, 2);
      List<Integer> there = new ArrayList<>(distinct());
      List<Integer> back = new ArrayList<>(there);
      Collections.reverse(back);
      there.addAll(back);
      for (int steerings : there) {
        double seconds = run(model, task, steerings, task.amount().batchTokens());
        numbers.add(name(steerings), Amount.ROWS * task.amount().batchTokens() / seconds);
      }
    }
    return numbers;
  }

  /** How many different steerings a batch has, one measurement after the other. */
  static List<Integer> distinct() {
    List<Integer> counts = new ArrayList<>(List.of(0));
    for (int count = 1; count <= Amount.ROWS; count *= 2) {
      counts.add(count);
    }
    return counts;
  }

  /** What the tokens per second are called. */
  static String name(int steerings) {
    return "steerings_" + steerings;
  }

  private static double run(SteeredModel model, Task task, int steerings, int tokens) {
    List<Prompt> prompts = new ArrayList<>();
    for (int row = 0; row < Amount.ROWS; row++) {
      Steering steering =
          steerings == 0 ? Steering.NONE : task.steering(model.ports(), row % steerings);
      prompts.add(Loop.prompt(task.prompt(row, Amount.SHORT), steering, tokens));
    }
    long start = System.nanoTime();
    try (Session session = model.start(prompts, Listener.NONE)) {
      session.finish();
    }
    return Numbers.since(start);
  }
}
