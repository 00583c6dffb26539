package dev.steerc.runtime.bench;

import dev.steerc.manifest.Json;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.SteeredModel;
import java.io.IOException;
import java.util.Map;

/**
 * The process that measures one way to run a model: a {@link Task} in, a line of numbers or a
 * problem out. Each has a process of its own, since the first model that a process opens is the
 * slowest one.
 */
public final class Arm {
  private Arm() {}

  public static void main(String[] args) {
    System.out.println(Json.write(answer(Task.parse(args[0]))));
  }

  private static Map<String, Object> answer(Task task) {
    try {
      return Json.object("numbers", measure(task).toMap());
    } catch (SteercException e) {
      return Json.object("problem", e.problems().get(0).what());
    } catch (IOException e) {
      return Json.object("problem", e.toString());
    }
  }

  private static Numbers measure(Task task) throws IOException {
    return switch (task.kind()) {
      case BARE -> Pace.bare(task);
      case PACE -> Pace.steered(task);
      case BATCH -> BatchPace.measure(task);
      case KERNELS -> Kernels.measure(task);
      case MEMORY -> memory(task);
    };
  }

  /** Says when it is ready, waits until it is told that all others are, and until they looked. */
  private static Numbers memory(Task task) throws IOException {
    try (SteeredModel model = SteeredModel.open(task.model(), task.options())) {
      new Loop.Steered(model, task.steering(model.ports(), 0)).run(task.prompt(0, Amount.SHORT), 2);
      System.out.println(Json.write(Json.object("ready", true)));
      System.in.read();
      Numbers numbers = new Numbers();
      numbers.addMemory();
      System.out.println(Json.write(Json.object("ready", true)));
      System.in.read();
      return numbers;
    }
  }
}
