package dev.steerc.runtime;

import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Texts that are generated together and join and leave between two tokens, each with its own
 * steering, sampling and length. Texts that the graph cannot run together run one behind the other.
 *
 * <p>One thread adds, steps and closes. A run that fails ends the texts that were in it, and the
 * batch goes on.
 */
public final class Batch implements AutoCloseable {
  private final SteeredModel model;
  private final Breaker breaker = new Breaker();
  private final List<Row> waiting = new ArrayList<>();
  private final List<Lane> lanes = new ArrayList<>();
  private int running;

  Batch(SteeredModel model) {
    this.model = model;
  }

  /** Takes texts in; the next step runs their prompts. */
  public void add(Generation generation) {
    waiting.addAll(generation.rows());
    count();
  }

  /** How many texts have not ended. */
  public int size() {
    return running;
  }

  /**
   * One more token of every text.
   *
   * @return whether there is more to do
   */
  public boolean step() {
    waiting.forEach(Row::endInVain);
    lanes.forEach(Lane::endInVain);
    lanes.forEach(this::advance);
    leave();
    takeIn();
    count();
    return running > 0;
  }

  private void count() {
    running = lanes.stream().mapToInt(Lane::size).sum();
    running += (int) waiting.stream().filter(Row::isRunning).count();
  }

  /** Lets go of lanes in which nothing runs any longer. */
  private void leave() {
    for (Lane lane : List.copyOf(lanes)) {
      if (lane.size() == 0) {
        lanes.remove(lane);
        lane.close();
      }
    }
  }

  /** Runs the prompts of new texts and puts them beside the others. */
  private void takeIn() {
    List<Row> fresh = waiting.stream().filter(Row::isRunning).toList();
    waiting.clear();
    if (fresh.isEmpty()) {
      return;
    }
    int atOnce = Memory.atOnce(SteeredModel.longest(fresh), model.vocabulary());
    for (List<Row> group : model.groups(fresh, atOnce)) {
      if (!begin(group) && group.size() > 1) {
        group.forEach(Row::restart);
        group.forEach(row -> begin(List.of(row)));
      }
    }
  }

  /** Runs some prompts; alone, one whose run fails ends with the problem. */
  private boolean begin(List<Row> group) {
    Lane lane = model.lane(group, breaker);
    try {
      Optional<Problem> problem = run(lane::advance);
      if (problem.isPresent() && group.size() == 1) {
        lane.fail(problem.get());
      } else if (problem.isEmpty() && lane.size() > 0) {
        goOn(lane);
      }
      return problem.isEmpty();
    } finally {
      if (!lanes.contains(lane)) {
        lane.close();
      }
    }
  }

  private void goOn(Lane lane) {
    Optional<Lane> other =
        lanes.stream().filter(at -> model.canJoin() && at.isAlike(lane, model)).findFirst();
    if (other.isEmpty()) {
      lanes.add(lane);
    } else {
      run(() -> other.get().join(lane)).ifPresent(lane::fail);
    }
  }

  private void advance(Lane lane) {
    if (lane.size() > 0) {
      run(lane::advance).ifPresent(lane::fail);
    }
  }

  private Optional<Problem> run(Runnable work) {
    try {
      model.running(work);
      return Optional.empty();
    } catch (SteercException e) {
      return Optional.of(e.problems().get(0));
    }
  }

  /** Ends all texts; what is there of them is the result. */
  @Override
  public void close() {
    waiting.forEach(row -> row.end(FinishReason.CANCELLED));
    waiting.clear();
    lanes.forEach(Lane::cancel);
    lanes.forEach(Lane::close);
    lanes.clear();
    count();
  }
}
