package dev.steerc.cli.serve.batching;

import dev.steerc.cli.serve.http.Limits;
import dev.steerc.cli.serve.ops.Health;
import dev.steerc.cli.serve.ops.Log;
import dev.steerc.cli.serve.ops.Meters;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.Batch;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.Settings;
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
  private static final long PROMPT_TOKENS = 512;
  private static final Duration LAST_STEP = Duration.ofSeconds(10);

  private final SteeredModel model;
  private final Limits limits;
  private final Meters meters;
  private final Log log;
  private final Room room;
  private final Thread thread;
  private final Turns waiting = new Turns();
  private final List<Ticket> running = new ArrayList<>();
  private boolean stopping;
  private boolean closed;

  public Scheduler(SteeredModel model, Limits limits, Meters meters, Log log) {
    this.model = model;
    this.limits = limits;
    this.meters = meters;
    this.log = log;
    this.room = new Room(limits, model.bytesPerToken());
    this.thread = new Thread(this::run, "batch");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Has the texts of a request generated, in the time that a request has.
   *
   * @param caller whose turn it uses
   * @param prompts each with its steering and settings
   * @throws dev.steerc.problem.SteercException when a prompt is wrong, too many requests wait, or
   *     the server is being stopped
   */
  public Ticket submit(String caller, List<Prompt> prompts) {
    Ticket ticket = new Ticket(caller, meters);
    List<Prompt> timed = prompts.stream().map(prompt -> prompt.with(this::timed)).toList();
    ticket.prepared(model.prepare(timed, ticket.listener()));
    room.check(ticket.generation());
    synchronized (this) {
      checkOpen();
      checkQueue(caller);
      waiting.add(ticket);
      notifyAll();
    }
    meters.prompts(ticket.generation().promptTokens());
    return ticket;
  }

  private Settings timed(Settings settings) {
    Duration most = limits.requestTime();
    return settings.limit().filter(limit -> limit.compareTo(most) < 0).isPresent()
        ? settings
        : settings.limit(most);
  }

  private void checkOpen() {
    if (stopping || closed) {
      throw Problem.of(Code.STOPPING, "the server is being stopped").exception();
    }
  }

  /** One request of each caller may always wait, so that nobody keeps the others out. */
  private void checkQueue(String caller) {
    if (waiting.size() >= limits.queue() && waiting.has(caller)) {
      throw Problem.of(Code.OVERLOADED, waiting.size() + " requests wait already")
          .help("try again in a second")
          .exception();
    }
  }

  /** How many requests wait. */
  public synchronized int waiting() {
    return waiting.size();
  }

  /** How many requests run. */
  public synchronized int running() {
    return running.size();
  }

  /** Whether it still generates. */
  public synchronized Health health() {
    if (stopping) {
      return Health.STOPPING;
    }
    return thread.isAlive() ? Health.OK : Health.FAILED;
  }

  private void run() {
    Batch batch = model.batch();
    try {
      while (await(batch)) {
        batch = step(batch);
      }
    } catch (RuntimeException | Error e) {
      log.mistake(e);
    } finally {
      end(batch);
    }
  }

  private Batch step(Batch batch) {
    try {
      batch.step();
      finishEnded();
      return batch;
    } catch (RuntimeException | Error e) {
      // a mistake of ours must not keep everybody waiting
      log.mistake(e);
      String what = "the server itself failed: " + e.getClass().getSimpleName();
      fail(running, Problem.of(Code.INTERNAL, what));
      close(batch);
      return model.batch();
    }
  }

  /** Nothing is generated any more: whoever waits is told so. */
  private synchronized void end(Batch batch) {
    closed = true;
    refuseAll();
    close(batch);
  }

  private void refuseAll() {
    Problem stopped = Problem.of(Code.STOPPING, "the server has stopped");
    fail(running, stopped);
    fail(waiting.remove(ticket -> true), stopped);
  }

  private synchronized void fail(List<Ticket> tickets, Problem problem) {
    for (Ticket ticket : List.copyOf(tickets)) {
      end(ticket, problem);
      running.remove(ticket);
      ticket.finish();
    }
  }

  /** Ends a request whose own end may fail as well, text by text. */
  private void end(Ticket ticket, Problem problem) {
    while (ticket.generation().isRunning()) {
      try {
        ticket.generation().fail(problem);
      } catch (RuntimeException e) {
        log.mistake(e);
      }
    }
  }

  private void close(Batch batch) {
    try {
      batch.close();
    } catch (RuntimeException e) {
      log.mistake(e); // what it held is lost, and the server goes on
    }
  }

  /** Takes in what fits; waits when there is nothing to do. */
  private synchronized boolean await(Batch batch) {
    while (true) {
      if (closed) {
        refuseAll();
      }
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
    for (Ticket ticket : waiting.remove(one -> one.generation().isInVain())) {
      ticket.generation().drop();
      ticket.finish();
    }
  }

  /** Few prompts at once, as all others wait for their next token while they run. */
  private void admit(Batch batch) {
    long prompts = 0;
    Optional<Ticket> next = waiting.peek();
    while (prompts < PROMPT_TOKENS
        && next.isPresent()
        && room.fits(batch.size(), running, next.get())) {
      Ticket ticket = waiting.take();
      running.add(ticket);
      prompts += ticket.generation().promptTokens();
      batch.add(ticket.generation());
      next = waiting.peek();
    }
  }

  private synchronized void finishEnded() {
    for (Ticket ticket : List.copyOf(running)) {
      if (!ticket.generation().isRunning()) {
        running.remove(ticket);
        ticket.finish();
      }
    }
  }

  /** Takes nothing new, and waits for what is there to end; what has not by then is ended. */
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

  /** Ends everything before its next token. */
  @Override
  public void close() {
    synchronized (this) {
      stopping = true;
      closed = true;
      notifyAll();
    }
    join(LAST_STEP);
  }
}
