package dev.steerc.runtime.bulk;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.Settings;
import dev.steerc.runtime.SteeredModel;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** Makes rows ready to be run, or tells why they cannot be. */
final class Reading {
  private final SteeredModel model;
  private final Steerings steerings;
  private final Settings settings;
  private final long seed;

  Reading(Bulk bulk) {
    this.model = bulk.model();
    this.steerings = new Steerings(model, bulk.steering());
    this.settings = bulk.settings().apply(model.defaults()).sequences(1);
    this.seed = settings.sampling().seed().orElse(0);
  }

  Item item(Supplier<Task> source) {
    Task task;
    try {
      task = source.get();
    } catch (RuntimeException e) {
      return new Item(Outcome.failed(0, OptionalLong.empty(), problem(e)));
    }
    long own = Seeds.of(seed, task);
    int length = 0;
    try {
      long[] ids = model.ids(task.prompt());
      length = ids.length;
      return item(task, ids, own);
    } catch (RuntimeException e) {
      return new Item(Outcome.failed(length, OptionalLong.of(own), problem(e)));
    }
  }

  private Item item(Task task, long[] ids, long own) {
    Steerings.Known known = steerings.of(task.steer());
    Settings seeded = settings.seed(own);
    Settings all =
        task.maxNewTokens().isPresent()
            ? seeded.maxNewTokens(task.maxNewTokens().getAsInt())
            : seeded;
    Prompt prompt = Prompt.ofIds(ids).steered(known.steering()).with(any -> all);
    return new Item(prompt, ids.length, all.maxNewTokens(), task.steer(), known.receipt(), own);
  }

  /**
   * The problem of a row that failed so.
   *
   * @throws SteercException where it is not the row's
   */
  static Problem problem(RuntimeException e) {
    if (!(e instanceof SteercException known)) {
      return Problem.of(Code.INTERNAL, "steerc itself failed: " + e);
    }
    Problem problem = known.problems().get(0);
    if (known.getCause() instanceof OutOfMemoryError || problem.code() == Code.MODEL_CLOSED) {
      throw known;
    }
    return problem;
  }
}
