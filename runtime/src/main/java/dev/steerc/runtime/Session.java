package dev.steerc.runtime;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.steering.Bound;
import dev.steerc.runtime.steering.Ports;
import dev.steerc.runtime.steering.Schedule;
import dev.steerc.runtime.steering.Steering;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Some texts while they are generated. One thread steps; any thread may steer, cancel or look at
 * what there is.
 */
public final class Session implements AutoCloseable {
  private final SteeredModel model;
  private final List<Row> rows;
  private final List<Lane> lanes = new ArrayList<>();
  private final Breaker breaker;
  private final Map<Integer, Bound> swaps = new HashMap<>();
  private boolean started;
  private boolean failed;
  private boolean closed;

  /**
   * @param unit how many rows make a run whole, or a multiple of it
   */
  Session(SteeredModel model, List<Row> rows, List<List<Row>> groups, int unit) {
    this.model = model;
    this.rows = rows;
    this.breaker = new Breaker();
    groups.forEach(group -> lanes.add(model.lane(group, breaker, unit)));
  }

  /**
   * Generates one more token of every text that is not finished; the first step runs the prompts.
   *
   * @return whether there is more to do
   * @throws SteercException when a run fails; the model stays usable, the session does not
   */
  public synchronized boolean step() {
    if (closed) {
      throw new IllegalStateException("the session is closed");
    }
    if (failed) {
      throw new IllegalStateException("an earlier step of the session failed");
    }
    swap();
    failed = true; // until it is done: of rows that run together, some may be a token ahead
    rows.stream().filter(Row::isLate).forEach(row -> row.end(FinishReason.DEADLINE));
    for (Lane lane : lanes) {
      if (lane.isRunning() && !breaker.isBroken() && !closed) {
        advance(lane);
      }
    }
    failed = false;
    if (breaker.isBroken()) {
      rows.forEach(row -> row.end(FinishReason.CANCELLED));
    }
    return !closed && rows.stream().anyMatch(Row::isRunning);
  }

  private void advance(Lane lane) {
    try {
      model.running(() -> lane.advance());
    } catch (SteercException e) {
      if (!breaker.isBroken()) {
        throw e;
      }
      // a cancelled run ends with an error of its own
    }
  }

  /** What is swapped in from here on waits for the next step, and finds the prompts run. */
  private void swap() {
    synchronized (swaps) {
      started = true;
      swaps.forEach((row, bound) -> rows.get(row).swap(bound));
      swaps.clear();
    }
  }

  /** Generates all texts to their end. */
  public List<Completion> finish() {
    while (step()) {
      // the listener hears of each token
    }
    return completions();
  }

  /** The texts so far, in the order of the prompts. */
  public synchronized List<Completion> completions() {
    return rows.stream().map(Row::completion).toList();
  }

  /**
   * Steers all texts otherwise from the next token on; the tokens before stay as they are.
   *
   * @throws SteercException when the steering does not fit the model; nothing is changed then
   */
  public void steer(Steering steering) {
    swap(0, rows.size(), model.bind(steering));
  }

  /** The same for one text. */
  public void steer(int row, Steering steering) {
    if (row < 0 || row >= rows.size()) {
      throw new IllegalArgumentException("row " + row + " of " + rows.size());
    }
    swap(row, row + 1, model.bind(steering));
  }

  private void swap(int from, int to, Bound bound) {
    synchronized (swaps) {
      if (started && bound.isConditional()) {
        throw Problem.of(Code.BAD_GENERATION, "a condition cannot be swapped in")
            .note("it is decided on the prompt, which has been run")
            .help("start a new session with it")
            .exception();
      }
      if (started && model.recomputes() && model.ports().isOfFixedRank(bound)) {
        throw Problem.of(Code.RANK_FIXED, "the rank has no room for edits of earlier tokens")
            .at(model.path())
            .note("the model has no cache, so they are run again beside the new ones")
            .help("patch it without --rank to swap such edits in")
            .exception();
      }
      if (model.ports().takeOneVector()) {
        checkOneVector(to - from < rows.size(), bound);
      }
      for (int row = from; row < to; row++) {
        swaps.put(row, bound);
      }
    }
  }

  /** All texts have to get the same all along, as those that run together do. */
  private void checkOneVector(boolean some, Bound bound) {
    Ports ports = model.ports();
    Schedule first = new Schedule(rows.get(0).promptLength(), bound);
    boolean alike =
        rows.stream()
            .allMatch(row -> ports.areAlike(first, new Schedule(row.promptLength(), bound)));
    if (some || !alike || started && model.recomputes()) {
      throw Problem.of(Code.ONE_VECTOR, "the texts or tokens of a run would differ")
          .at(model.path())
          .help("steer all texts alike, or patch with --op add")
          .exception();
    }
    if (!started) {
      rows.forEach(row -> ports.checkOneVector(bound, row.promptLength(), row.promptLength()));
    }
  }

  /** Ends all texts, in the middle of a run if need be; what is there is the result. */
  public void cancel() {
    breaker.trip();
  }

  /** How much of the time of all steps so far was ONNX Runtime's, in nanoseconds. */
  public long engineNanos() {
    return breaker.nanos();
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      lanes.forEach(Lane::close);
    }
  }
}
