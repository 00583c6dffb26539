package dev.steerc.runtime.bench;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoraAdapter;
import dev.steerc.runtime.Listener;
import dev.steerc.runtime.Session;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.format.Adapter;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Feeder;
import dev.steerc.runtime.steering.Schedule;
import dev.steerc.runtime.steering.Steering;
import java.util.List;
import java.util.Map;

/** What another steering in the middle of a text costs, and when it shows. */
final class Swap {
  private static final int BEFORE = 3;

  private Swap() {}

  static void measure(SteeredModel model, Task task, Numbers numbers) {
    for (int i = 0; i < task.amount().swaps(); i++) {
      Steering next = task.steering(model.ports(), i);
      long start = System.nanoTime();
      adopt(model, next);
      numbers.add("swap", Numbers.since(start));
    }
    numbers.add("shows", shows(model, task) ? 1 : 0);
  }

  /** All that is done for a new steering beside the run itself, as the runtime does it. */
  private static void adopt(SteeredModel model, Steering steering) {
    Schedule schedule = new Schedule(1, model.bind(steering));
    Map<String, Floats> feeds =
        new Feeder(model.ports()).feeds(List.of(schedule), new int[] {1}, 1);
    try {
      OrtLoraAdapter.create(Adapter.of(feeds)).close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether the next token is scored otherwise, and no token before. */
  private static boolean shows(SteeredModel model, Task task) {
    double[] still = scores(model, task, 0);
    double[] swapped = scores(model, task, 1);
    for (int i = 0; i < BEFORE; i++) {
      if (still[i] != swapped[i]) {
        return false;
      }
    }
    return still[BEFORE] != swapped[BEFORE];
  }

  private static double[] scores(SteeredModel model, Task task, int then) {
    Steering first = task.steering(model.ports(), 0);
    var prompt =
        Loop.prompt(task.prompt(0, Amount.SHORT), first, BEFORE + 1).with(s -> s.logprobs(1));
    try (Session session = model.start(List.of(prompt), Listener.NONE)) {
      for (int i = 0; i < BEFORE; i++) {
        session.step();
      }
      session.steer(task.steering(model.ports(), then));
      return session.finish().get(0).scores().stream().mapToDouble(s -> s.logprob()).toArray();
    }
  }
}
