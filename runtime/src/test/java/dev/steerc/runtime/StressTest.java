package dev.steerc.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Decay;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Positions;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many sessions at once on one model, each steered, swapped and cancelled as its seed says. */
@Timeout(300)
class StressTest {
  private static final long SEED = Long.getLong("steerc.seed", 43);
  private static final int GENERATIONS = 1000;
  private static final int THREADS = 8;
  private static final int WIDTH = 24;

  /** The caches alone of as many generations are three times as much. */
  private static final long FLAT = 10 << 20;

  @TempDir private Path folder;

  private final Map<Integer, List<long[]>> expected = new ConcurrentHashMap<>();

  @BeforeAll
  static void tellTheSeed() {
    System.out.println("StressTest: -Dsteerc.seed=" + SEED);
  }

  @Test
  void aThousandGenerationsInEightThreads() throws Exception {
    ModelOptions quiet = ModelOptions.DEFAULT.threads(1);
    try (SteeredModel model = SteeredModel.open(patched("withpast"), quiet)) {
      inThreads(GENERATIONS, number -> check(model, number));
    }
  }

  /** Noise passes, a leak stays: it is enough that some rounds in a row leave nothing behind. */
  @Test
  void memoryStaysFlat() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/status")), "no /proc");
    ModelOptions quiet = ModelOptions.DEFAULT.threads(1);
    List<Long> grown = new ArrayList<>();
    try (SteeredModel model = SteeredModel.open(patched("withpast"), quiet)) {
      inThreads(500, number -> generate(model, number, false));
      for (int attempt = 0; attempt < 4; attempt++) {
        long before = resident();
        inThreads(500, number -> generate(model, number, false));
        grown.add(resident() - before);
        if (grown.get(attempt) < FLAT) {
          return;
        }
      }
    }
    assertThat(grown).as("grown by, in bytes; seed " + SEED).isEmpty();
  }

  private interface Work {
    void run(int number) throws Exception;
  }

  private static void inThreads(int count, Work work) throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int number = i;
        all.add(
            threads.submit(
                () -> {
                  work.run(number);
                  return null;
                }));
      }
      for (int i = 0; i < count; i++) {
        all.get(i).get(120, TimeUnit.SECONDS);
      }
    } catch (ExecutionException e) {
      throw new AssertionError("seed " + SEED, e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("a generation hangs, seed " + SEED, e);
    } finally {
      threads.shutdownNow();
      assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** Uncancelled texts are those of one thread; cancelled ones begin like them. */
  private void check(SteeredModel model, int number) {
    List<Completion> done = generate(model, number, true);
    for (int row = 0; row < done.size(); row++) {
      long[] tokens = done.get(row).tokens();
      long[] whole = expected.computeIfAbsent(number % 100, n -> alone(model, n)).get(row);
      FinishReason reason = done.get(row).reason().orElseThrow();
      String what = "seed " + SEED + ", number " + number + ", row " + row;
      if (reason != FinishReason.CANCELLED) {
        assertThat(tokens).as(what).hasSameSizeAs(whole);
      }
      assertThat(tokens).as(what).isEqualTo(Arrays.copyOf(whole, tokens.length));
    }
  }

  /** The rows of a generation, each in a session of its own. */
  private static List<long[]> alone(SteeredModel model, int number) {
    Random random = new Random(SEED + number);
    List<Prompt> prompts = prompts(random);
    Steering swap = steering(random);
    int at = random.nextInt(4);
    List<long[]> all = new ArrayList<>();
    for (Prompt prompt : prompts) {
      try (Session session = model.start(List.of(prompt), Listener.NONE)) {
        all.add(run(session, swap, at).get(0).tokens());
      }
    }
    return all;
  }

  /** Of a hundred kinds of generation, the one with that number, cancelled or not. */
  private static List<Completion> generate(SteeredModel model, int number, boolean cancels) {
    Random random = new Random(SEED + number % 100);
    List<Prompt> prompts = prompts(random);
    Steering swap = steering(random);
    int at = random.nextInt(4);
    Thread canceller = null;
    try (Session session = model.start(prompts, Listener.NONE)) {
      if (cancels && number % 3 == 0) {
        int pause = number % 7;
        canceller = new Thread(() -> cancel(session, pause));
        canceller.start();
      }
      return run(session, swap, at);
    } finally {
      join(canceller);
    }
  }

  private static List<Completion> run(Session session, Steering swap, int at) {
    boolean more = true;
    for (int step = 0; more; step++) {
      if (step == at) {
        session.steer(swap);
      }
      more = session.step();
    }
    return session.completions();
  }

  private static void cancel(Session session, int pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    session.cancel();
  }

  private static void join(Thread thread) {
    try {
      if (thread != null) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One to three prompts of different lengths, greedy or sampled, each steered otherwise. */
  private static List<Prompt> prompts(Random random) {
    List<Prompt> prompts = new ArrayList<>();
    int rows = 1 + random.nextInt(3);
    for (int row = 0; row < rows; row++) {
      long[] ids = random.longs(1 + random.nextInt(6), 0, 96).toArray();
      long seed = random.nextInt(1000);
      int tokens = 3 + random.nextInt(5);
      boolean greedy = random.nextBoolean();
      prompts.add(
          Prompt.ofIds(ids)
              .steered(steering(random))
              .with(s -> s.seed(seed).maxNewTokens(tokens).sampling(t -> t.greedy(greedy))));
    }
    return prompts;
  }

  private static Steering steering(Random random) {
    List<Term> terms = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      float[] values = new float[WIDTH];
      for (int j = 0; j < WIDTH; j++) {
        values[j] = (float) random.nextGaussian();
      }
      Floats tensor = new Floats(new long[] {WIDTH}, values);
      Edit edit = random.nextBoolean() ? new Edit.Add(tensor) : new Edit.Ablate(tensor);
      Term term = Term.of(Vector.of("v", edit), random.nextGaussian());
      term = random.nextBoolean() ? term.on(Positions.after(random.nextInt(6))) : term;
      terms.add(random.nextBoolean() ? term.fading(Decay.halfLife(2)) : term);
    }
    return Steering.of(terms.toArray(Term[]::new));
  }

  private Path patched(String name) {
    return TestModels.patched(name, folder, "0.resid_post:add", "0.resid_post:project");
  }

  /** What the process holds in memory, in bytes, when what is garbage is collected. */
  private static long resident() throws IOException, InterruptedException {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(100);
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("VmRSS:")) {
          least = Math.min(least, Long.parseLong(line.replaceAll("\\D", "")) * 1024);
        }
      }
    }
    return least;
  }
}
