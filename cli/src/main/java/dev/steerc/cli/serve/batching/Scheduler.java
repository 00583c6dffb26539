package dev.steerc.cli.serve.batching;

import dev.steerc.cli.serve.http.Limits;
import dev.steerc.cli.serve.ops.Meters;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.Batch;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Generates the texts of all requests on one thread: those that fit run in one batch, which they
 * join and leave between two tokens; the others wait for their turn.
 */
public final class Scheduler implements AutoCloseable {
  private final SteeredModel model;
  private final Limits limits;
  private final Meters meters;
  private final long bytesPerToken;
  private final Thread thread;
  private final Turns waiting = new Turns();
  private final List<Ticket> running = new ArrayList<>();
  private boolean stopping;
  private boolean closed;

  public Scheduler(SteeredModel model, Limits limits, Meters meters) {
    this.model = model;
    this.limits = limits;
    this.meters = meters;
    this.bytesPerToken = model.bytesPerToken();
    this.thread = new Thread(this::run, "batch");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Has the texts of a request generated.
   *
   * @param caller whose turn it uses
   * @param prompts each with its steering and settings
   * @throws dev.steerc.problem.SteercException when a prompt is wrong, too many requests wait, or
   *     the server is being stopped
   */
  public Ticket submit(String caller, List<Prompt> prompts) {
    Ticket ticket = new Ticket(caller);
    ticket.prepared(model.prepare(prompts, ticket.listener(meters::token)));
    checkSize(ticket);
    synchronized (this) {
      if (stopping) {
        throw Problem.of(Code.STOPPING, "the server is being stopped").exception();
      }
      if (waiting.size() >= limits.queue()) {
        throw Problem.of(Code.OVERLOADED, waiting.size() + " requests wait already")
            .help("try again in a second")
            .exception();
      }
      waiting.add(ticket);
      notifyAll();
    }
    return ticket;
  }

  private void checkSize(Ticket ticket) {
    int texts = ticket.generation().size();
    if (texts > limits.batch() || bytes(ticket) > limits.cacheBytes()) {
      throw Problem.of(
              Code.TOO_LARGE,
              "the request has "
                  + texts
                  + " texts of "
                  + ticket.generation().mostTokens()
                  + " tokens together")
          .note(
              "the server runs "
                  + limits.batch()
                  + " texts at once, and so many tokens: "
                  + limits.cacheBytes() / Math.max(1, bytesPerToken))
          .help("ask for fewer texts, or a lower max_tokens")
          .exception();
    }
  }

  private long bytes(Ticket ticket) {
    return bytesPerToken * ticket.generation().mostTokens();
  }

  /** How many requests wait. */
  public synchronized int waiting() {
    return waiting.size();
  }

  /** Whether nothing new is taken. */
  public synchronized boolean isStopping() {
    return stopping;
  }

  private void run() {
    Batch batch = model.batch();
    try {
      while (await(batch)) {
        batch = step(batch);
      }
    } finally {
      batch.close();
      finishEnded();
    }
  }

  private Batch step(Batch batch) {
    try {
      batch.step();
      return batch;
    } catch (RuntimeException | Error e) {
      // a mistake of ours must not keep everybody waiting
      meters.failure(Code.INTERNAL);
      e.printStackTrace();
      batch.close();
      return model.batch();
    } finally {
      finishEnded();
    }
  }

  /** Takes in what fits; waits when there is nothing to do. */
  private synchronized boolean await(Batch batch) {
    while (true) {
      drop();
      admit(batch);
      meters.load(batch.size(), waiting.size());
      if (batch.size() > 0) {
        return true;
      }
      if (closed || stopping && waiting.size() == 0) {
        return false;
      }
      try {
        wait();
      } catch (InterruptedException e) {
        closed = true;
      }
    }
  }

  /** Ends what nobody waits for any longer before it began. */
  private void drop() {
    waiting
        .remove(ticket -> closed || ticket.generation().isInVain())
        .forEach(
            ticket -> {
              ticket.generation().drop();
              ticket.finish();
            });
  }

  private void admit(Batch batch) {
    Optional<Ticket> next = waiting.peek();
    while (next.isPresent() && fits(batch, next.get())) {
      Ticket ticket = waiting.take();
      running.add(ticket);
      batch.add(ticket.generation());
      next = waiting.peek();
    }
  }

  /** Finished texts of running requests count as well: they are few, and the bound stays simple. */
  private boolean fits(Batch batch, Ticket ticket) {
    long used = running.stream().mapToLong(this::bytes).sum();
    return batch.size() + ticket.generation().size() <= limits.batch()
        && used + bytes(ticket) <= limits.cacheBytes();
  }

  private synchronized void finishEnded() {
    for (Ticket ticket : List.copyOf(running)) {
      if (!ticket.generation().isRunning()) {
        running.remove(ticket);
        ticket.finish();
      }
    }
    notifyAll();
  }

  /** Takes nothing new, and waits for what is there to end; what has not by then is cancelled. */
  public void stop(Duration atMost) {
    synchronized (this) {
      stopping = true;
      notifyAll();
    }
    join(atMost);
    close();
  }

  private void join(Duration atMost) {
    try {
      thread.join(Math.max(1, atMost.toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Cancels everything. */
  @Override
  public void close() {
    synchronized (this) {
      stopping = true;
      closed = true;
      running.forEach(Ticket::cancel);
      notifyAll();
    }
    join(Duration.ofSeconds(10));
  }
}
