package dev.steerc.cli.serve.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.steerc.cli.serve.TestServer;
import dev.steerc.cli.serve.http.Limits;
import dev.steerc.cli.serve.ops.Health;
import dev.steerc.cli.serve.ops.Log;
import dev.steerc.cli.serve.ops.Meters;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.FinishReason;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who comes when, and that nobody waits for ever. Nothing begins while a test holds the lock. */
class SchedulerTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int LONG = 100;

  @TempDir static Path folder;

  private static Path file;
  private static SteeredModel model;

  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
  private Scheduler scheduler;

  @BeforeAll
  static void openModel() {
    model = open();
  }

  private static SteeredModel open() {
    return SteeredModel.open(TestServer.patched(folder).steered(), ModelOptions.DEFAULT.threads(1));
  }

  @AfterAll
  static void closeModel() {
    model.close();
  }

  @AfterEach
  void stop() {
    scheduler.close();
  }

  private void start(int batch, int queue, long cacheBytes, Duration time) {
    start(model, batch, queue, cacheBytes, time);
  }

  private void start(SteeredModel opened, int batch, int queue, long cache, Duration time) {
    Limits usual = Limits.DEFAULT;
    Limits limits =
        new Limits(
            batch,
            queue,
            cache,
            usual.newTokens(),
            usual.sequences(),
            usual.bodyBytes(),
            usual.vectorBytes(),
            usual.vectors(),
            time,
            usual.idleTime(),
            usual.stopTime());
    PrintStream out = new PrintStream(logged, true, StandardCharsets.UTF_8);
    scheduler = new Scheduler(opened, limits, new Meters(), new Log(out, false, false));
  }

  private void start(int batch, int queue) {
    start(batch, queue, Limits.DEFAULT.cacheBytes(), PATIENCE);
  }

  /** A prompt whose text has just so many tokens. */
  private static Prompt prompt(int tokens) {
    return Prompt.of("Once there was")
        .with(s -> s.greedy().maxNewTokens(tokens).endTokens(Set.of()));
  }

  private Ticket submit(String caller, int tokens) {
    return scheduler.submit(caller, List.of(prompt(tokens)));
  }

  private static Event next(Ticket ticket) throws InterruptedException {
    Optional<Event> event = ticket.next(PATIENCE);
    assertThat(event).as("an event within a minute").isPresent();
    return event.get();
  }

  private static List<Event> all(Ticket ticket) throws InterruptedException {
    List<Event> events = new ArrayList<>();
    do {
      events.add(next(ticket));
    } while (!(events.get(events.size() - 1) instanceof Event.Done));
    return events;
  }

  private static Completion only(Ticket ticket) throws InterruptedException {
    all(ticket);
    return ticket.completions().get(0);
  }

  private static boolean isDone(Ticket ticket) throws InterruptedException {
    Optional<Event> event = ticket.next(Duration.ZERO);
    while (event.isPresent()) {
      if (event.get() instanceof Event.Done) {
        return true;
      }
      event = ticket.next(Duration.ZERO);
    }
    return false;
  }

  private static Problem refusal(ThrowingCallable action) {
    return catchThrowableOfType(SteercException.class, action).problems().get(0);
  }

  @Test
  void textsAreThoseGeneratedAlone() throws Exception {
    start(4, 8);
    List<Ticket> tickets = new ArrayList<>();
    for (int tokens : new int[] {5, 30, 12, 21, 8, 17}) {
      tickets.add(submit("a", tokens));
    }
    for (Ticket ticket : tickets) {
      Completion got = only(ticket);
      Completion alone = model.generate(prompt(got.tokens().length)).get(0);
      assertThat(got.tokens()).containsExactly(alone.tokens());
      assertThat(got.reason()).contains(FinishReason.LENGTH);
    }
  }

  @Test
  void callersTakeTurns() throws Exception {
    start(1, 8);
    Ticket first;
    Ticket second;
    Ticket third;
    Ticket other;
    synchronized (scheduler) {
      first = submit("busy", 3);
      second = submit("busy", 3);
      third = submit("busy", 3);
      other = submit("other", 3);
    }
    next(second);
    assertThat(isDone(first)).isTrue();
    assertThat(isDone(other)).isTrue();
    next(third);
    assertThat(isDone(second)).isTrue();
  }

  @Test
  void fullQueueRefusesWhoWaitsAlready() throws Exception {
    start(1, 2);
    synchronized (scheduler) {
      submit("busy", 3);
      submit("busy", 3);
      assertThat(refusal(() -> submit("busy", 3)).code()).isEqualTo(Code.OVERLOADED);
      Ticket other = submit("other", 3);
      assertThat(refusal(() -> submit("other", 3)).code()).isEqualTo(Code.OVERLOADED);
      assertThat(scheduler.waiting()).isEqualTo(3);
      other.cancel();
    }
  }

  @Test
  void cancelledWhileWaitingNeverRuns() throws Exception {
    start(1, 8);
    Ticket runs;
    Ticket waits;
    synchronized (scheduler) {
      runs = submit("a", 5);
      waits = submit("a", 5);
      waits.cancel();
    }
    Completion none = only(waits);
    assertThat(none.reason()).contains(FinishReason.CANCELLED);
    assertThat(none.tokens()).isEmpty();
    assertThat(only(runs).tokens()).hasSize(5);
  }

  @Test
  void cancelledWhileRunningMakesRoom() throws Exception {
    start(1, 8);
    Ticket runs = submit("a", LONG);
    Ticket waits = submit("b", 3);
    next(runs);
    runs.cancel();
    assertThat(only(waits).tokens()).hasSize(3);
    assertThat(isDone(runs)).isTrue();
    assertThat(runs.completions().get(0).reason()).contains(FinishReason.CANCELLED);
    assertThat(runs.completions().get(0).tokens()).hasSizeLessThan(LONG);
  }

  @Test
  void timeIsUpInTheQueue() throws Exception {
    start(1, 8, Limits.DEFAULT.cacheBytes(), Duration.ofMillis(5));
    Ticket late;
    synchronized (scheduler) {
      late = submit("a", LONG);
      Thread.sleep(10);
    }
    Completion none = only(late);
    assertThat(none.reason()).contains(FinishReason.DEADLINE);
    assertThat(none.tokens()).isEmpty();
  }

  @Test
  void shorterLimitOfARequestCounts() throws Exception {
    start(1, 8);
    Ticket late =
        scheduler.submit("a", List.of(prompt(LONG).with(s -> s.limit(Duration.ofNanos(1)))));
    assertThat(only(late).reason()).contains(FinishReason.DEADLINE);
  }

  @Test
  void memoryIsAnotherBound() throws Exception {
    int prompted = model.generate(prompt(1)).get(0).prompt().length;
    start(8, 8, model.bytesPerToken() * (prompted + 20), PATIENCE);
    assertThat(refusal(() -> submit("a", 21)).code()).isEqualTo(Code.TOO_LARGE);
    Ticket first;
    Ticket second;
    synchronized (scheduler) {
      first = submit("a", 20);
      second = submit("b", 1);
    }
    next(second);
    assertThat(isDone(first)).as("a text takes as much as the longest beside it").isTrue();
  }

  @Test
  void moreTextsThanTheBatchAreRefused() {
    start(2, 8);
    Problem problem =
        refusal(() -> scheduler.submit("a", List.of(prompt(2).with(s -> s.sequences(3)))));
    assertThat(problem.code()).isEqualTo(Code.TOO_LARGE);
  }

  @Test
  void stopFinishesWhatIsThere() throws Exception {
    start(1, 8);
    Ticket runs = submit("a", 20);
    Ticket waits = submit("a", 20);
    scheduler.stop(PATIENCE);
    assertThat(only(runs).tokens()).hasSize(20);
    assertThat(only(waits).tokens()).hasSize(20);
    assertThat(scheduler.health()).isEqualTo(Health.STOPPING);
    assertThat(refusal(() -> submit("a", 1)).code()).isEqualTo(Code.STOPPING);
  }

  @Test
  void stopEndsWhatTakesTooLong() throws Exception {
    start(1, 100);
    List<Ticket> tickets = new ArrayList<>();
    synchronized (scheduler) {
      for (int i = 0; i < 100; i++) {
        tickets.add(submit("a", LONG));
      }
    }
    next(tickets.get(0));
    scheduler.stop(Duration.ofMillis(1));
    for (Ticket ticket : tickets) {
      assertThat(only(ticket).reason()).isPresent();
    }
    Completion last = tickets.get(99).completions().get(0);
    assertThat(last.problem().map(Problem::code)).contains(Code.STOPPING);
  }

  @Test
  void failingStepFailsItsRequestsOnly() throws Exception {
    SteeredModel broken = open();
    start(broken, 4, 8, Limits.DEFAULT.cacheBytes(), PATIENCE);
    Ticket one;
    Ticket two;
    synchronized (scheduler) {
      one = submit("a", 5);
      two = scheduler.submit("a", List.of(prompt(5).with(s -> s.sequences(2))));
      broken.tokenizer().orElseThrow().close(); // tokens can no longer become text
    }
    assertThat(only(one).problem()).isPresent();
    all(two);
    assertThat(two.completions()).allMatch(text -> text.problem().isPresent());
    assertThat(scheduler.health()).isEqualTo(Health.OK);
    assertThat(logged.toString(StandardCharsets.UTF_8)).contains("SteercException", "Batch.step");
    scheduler.close();
    broken.close();
  }
}
