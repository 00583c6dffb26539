package dev.steerc.cli.serve.batching;

import dev.steerc.cli.serve.ops.Meters;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.FinishReason;
import dev.steerc.runtime.Generation;
import dev.steerc.runtime.Listener;
import dev.steerc.runtime.TokenScore;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A request that waits or runs. The batch never waits for who reads it: events are kept until they
 * are taken, and there are no more of them than tokens that the request may have.
 */
public final class Ticket {
  private final String caller;
  private final Meters meters;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final long submitted = System.nanoTime();
  private final Map<Integer, Long> lastToken = new HashMap<>();
  private Generation generation;
  private Optional<TokenScore> score = Optional.empty();

  Ticket(String caller, Meters meters) {
    this.caller = caller;
    this.meters = meters;
  }

  /** Takes down what the batch does, on its thread. */
  Listener listener() {
    return new Listener() {
      @Override
      public void score(int row, TokenScore of) {
        score = Optional.of(of);
      }

      @Override
      public void token(int row, long token, String text) {
        time(row);
        events.add(new Event.Token(row, token, text, score));
        score = Optional.empty();
      }

      @Override
      public void ended(int row, FinishReason reason, String rest) {
        events.add(new Event.Ended(row, reason, rest));
      }
    };
  }

  private void time(int row) {
    meters.token();
    long now = System.nanoTime();
    if (lastToken.isEmpty()) {
      meters.firstToken(Duration.ofNanos(now - submitted));
    }
    Long before = lastToken.put(row, now);
    if (before != null) {
      meters.nextToken(Duration.ofNanos(now - before));
    }
  }

  void prepared(Generation work) {
    generation = work;
  }

  Generation generation() {
    return generation;
  }

  String caller() {
    return caller;
  }

  void finish() {
    events.add(new Event.Done());
  }

  /**
   * The next event.
   *
   * @return empty when there is none for that long
   */
  public Optional<Event> next(Duration atMost) throws InterruptedException {
    return Optional.ofNullable(events.poll(atMost.toMillis(), TimeUnit.MILLISECONDS));
  }

  /** Nobody waits for it any longer. */
  public void cancel() {
    generation.cancel();
  }

  /** A text whose end was taken. */
  public Completion completion(int row) {
    return generation.completion(row);
  }

  /** The texts, once the last event was taken. */
  public List<Completion> completions() {
    return generation.completions();
  }
}
