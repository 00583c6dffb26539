package dev.steerc.runtime.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.steerc.models.demo.DemoModel;
import dev.steerc.plan.InputMode;
import dev.steerc.problem.Code;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.FinishReason;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.Receipt;
import dev.steerc.runtime.Settings;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.TestModels;
import dev.steerc.runtime.steering.SteerText;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.VectorStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of rows, on the demo model. */
class BulkTest {
  private static final long SEED = Long.getLong("steerc.seed", 9);
  private static final List<List<String>> STEERINGS =
      List.of(
          List.of(),
          List.of("joy:2"),
          List.of("ocean:1.5"),
          List.of("gloom:1", "pirate:1"),
          List.of("calm:1:after:9"),
          List.of("joy:0.5:first:3"));

  @TempDir private static Path folder;

  private static SteeredModel model;
  private static VectorStore vectors;

  @BeforeAll
  static void open() {
    DemoModel demo = DemoModel.unpack(folder.resolve("demo"));
    Path patched =
        TestModels.patched(
            demo.model(),
            folder,
            InputMode.OPTIONAL,
            IntStream.range(0, 4).mapToObj(b -> b + ".resid_mid:add").toArray(String[]::new));
    Path tokenizer = demo.model().resolveSibling("tokenizer.json");
    model = SteeredModel.open(patched, ModelOptions.DEFAULT.threads(1).tokenizer(tokenizer));
    vectors = VectorStore.open(demo.model().resolveSibling("vectors"));
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static Steering steering(List<String> texts) {
    return Steering.of(
        texts.stream()
            .map(SteerText::parse)
            .map(text -> text.term(vectors.get(text.source())))
            .toArray(dev.steerc.runtime.steering.Term[]::new));
  }

  private static Bulk bulk(UnaryOperator<Settings> settings) {
    return Bulk.of(model, BulkTest::steering, settings);
  }

  private static Bulk sampled() {
    return bulk(s -> s.maxNewTokens(12).seed(3).sampling(x -> x.greedy(false)));
  }

  private static List<Task> tasks(int count) {
    Random random = new Random(SEED);
    String[] words = "Tom Anna came home and saw the sea with a cake in spring".split(" ");
    List<Task> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int length = 1 + random.nextInt(6);
      String prompt =
          String.join(
              " ",
              random.ints(length, 0, words.length).mapToObj(w -> words[w]).toArray(String[]::new));
      tasks.add(
          Task.of(prompt)
              .id("row " + i)
              .steered(STEERINGS.get(i % STEERINGS.size()))
              .maxNewTokens(1 + random.nextInt(12)));
    }
    return tasks;
  }

  private static List<Result<Task>> run(Bulk bulk, List<Task> tasks) {
    List<Result<Task>> results = new ArrayList<>();
    bulk.run(tasks.iterator(), task -> task).forEachRemaining(results::add);
    return results;
  }

  private static Map<String, List<Object>> byId(List<Result<Task>> results) {
    Map<String, List<Object>> all = new HashMap<>();
    for (Result<Task> one : results) {
      Outcome outcome = one.outcome();
      all.put(
          one.row().id().orElseThrow(),
          List.of(
              outcome.text(),
              Arrays.stream(outcome.tokens()).boxed().toList(),
              outcome.seed(),
              outcome.receiptText(),
              outcome.reason()));
    }
    return all;
  }

  @Test
  void rowsAreWhatTheModelGeneratesAlone() {
    for (boolean greedy : new boolean[] {true, false}) {
      Bulk bulk = bulk(s -> s.maxNewTokens(12).sampling(x -> x.greedy(greedy)));
      for (Result<Task> result : run(bulk, tasks(36))) {
        Outcome outcome = result.outcome();
        Task task = result.row();
        Completion alone =
            model
                .generate(
                    Prompt.of(task.prompt().text().orElseThrow())
                        .steered(steering(task.steer()))
                        .with(s -> s.sampling(x -> x.greedy(greedy)))
                        .with(s -> s.seed(outcome.seed().getAsLong()))
                        .with(s -> s.maxNewTokens(task.maxNewTokens().getAsInt())))
                .get(0);
        assertThat(outcome.tokens()).as("seed %d, %s", SEED, task).isEqualTo(alone.tokens());
        assertThat(outcome.text()).isEqualTo(alone.text());
        assertThat(outcome.reason()).isEqualTo(alone.reason().orElseThrow());
        assertThat(outcome.promptTokens()).isEqualTo(alone.prompt().length);
        assertThat(outcome.receipt()).isEqualTo(Receipt.of(model, alone));
      }
    }
  }

  @Test
  void orderWindowAndBatchMakeNoDifference() {
    List<Task> tasks = tasks(60);
    List<Result<Task>> results = run(sampled(), tasks);
    assertThat(results.stream().map(Result::row)).isEqualTo(tasks);
    Map<String, List<Object>> expected = byId(results);
    List<Task> shuffled = new ArrayList<>(tasks);
    Collections.shuffle(shuffled, new Random(SEED));
    for (Bulk other :
        List.of(sampled().batch(3).window(7), sampled().batch(1), sampled().batch(64))) {
      assertThat(byId(run(other, shuffled))).as("seed " + SEED).isEqualTo(expected);
    }
  }

  @Test
  void rowsThatFailLeaveTheOthersAlone() {
    List<Task> tasks = new ArrayList<>(tasks(12));
    Map<String, List<Object>> expected = byId(run(sampled(), tasks));
    Task ok = Task.of("Tom came home");
    List<Task> bad =
        List.of(
            ok.id("a").steered(List.of("nosuch:1")),
            ok.id("b").steered(List.of("joy:x")),
            ok.id("c").maxNewTokens(0),
            ok.id("d").steered(List.of("joy:3e38")),
            Task.of("").id("e"),
            Task.of(Prompt.ofIds(1, 99_999)).id("f"),
            Task.of(Prompt.ofIds(new long[9_999])).id("g"),
            ok.id("h").steered(List.of("joy:1@77")));
    tasks.addAll(5, bad);
    BulkRun<Task> run = sampled().run(tasks.iterator(), task -> task);
    List<Result<Task>> results = new ArrayList<>();
    run.forEachRemaining(results::add);
    List<Result<Task>> failed = results.stream().filter(r -> bad.contains(r.row())).toList();
    assertThat(failed.stream().map(r -> r.outcome().problem().orElseThrow().code()))
        .containsExactly(
            Code.VECTOR_NOT_FOUND,
            Code.BAD_STEER,
            Code.BAD_GENERATION,
            Code.BAD_STRENGTH,
            Code.EMPTY_PROMPT,
            Code.UNKNOWN_TOKEN,
            Code.PROMPT_TOO_LONG,
            Code.LAYER_OUT_OF_RANGE);
    assertThat(failed).allMatch(r -> r.outcome().reason() == FinishReason.FAILED);
    results.removeAll(failed);
    assertThat(byId(results)).isEqualTo(expected);
    assertThat(run.counts().rows()).isEqualTo(20);
    assertThat(run.counts().failed()).isEqualTo(8);
    assertThat(run.counts().tokens())
        .isEqualTo(results.stream().mapToLong(r -> r.outcome().tokens().length).sum());
    assertThat(run.counts().engineNanos()).isPositive().isLessThan(run.counts().nanos());
  }

  @Test
  void whatMakesATaskMayFail() {
    Iterator<String> rows = List.of("Tom", "oops", "Anna").iterator();
    BulkRun<String> run =
        sampled()
            .run(
                rows,
                row -> {
                  if (row.equals("oops")) {
                    throw new IllegalStateException("no such thing");
                  }
                  return Task.of(row);
                });
    List<Result<String>> results = new ArrayList<>();
    run.forEachRemaining(results::add);
    assertThat(results.stream().map(r -> r.outcome().problem().isPresent()))
        .containsExactly(false, true, false);
    assertThat(results.get(1).outcome().problemText().orElseThrow()).contains("no such thing");
  }

  @Test
  void rowsAreReadAWindowAhead() {
    int[] read = {0};
    Iterator<Task> rows = Stream.generate(() -> Task.of("Tom")).peek(t -> read[0]++).iterator();
    BulkRun<Task> run = sampled().window(10).run(rows, task -> task);
    run.next();
    assertThat(read[0]).isBetween(10, 11);
  }

  @Test
  void longRowsDoNotPileUp() {
    int[] read = {0};
    Task endless = Task.of(Prompt.ofIds(new long[1 << 20]));
    Iterator<Task> rows = Stream.generate(() -> endless).peek(t -> read[0]++).iterator();
    assertThat(sampled().run(rows, task -> task).next().outcome().problem()).isPresent();
    assertThat(read[0]).isLessThan(5);
  }

  @Test
  void seedsComeFromWhatARowSays() {
    Task task = Task.of("Tom").steered(List.of("joy:2"));
    assertThat(Seeds.of(1, task)).isEqualTo(Seeds.of(1, Task.of("Tom").steered(List.of("joy:2"))));
    assertThat(
            Stream.of(
                    task,
                    task.id("a"),
                    task.id(""),
                    Task.of("Tom"),
                    Task.of("Tomjoy:2"),
                    task.steered(List.of("joy", ":2")),
                    Task.of(Prompt.ofIds(84, 111)))
                .map(one -> Seeds.of(1, one)))
        .doesNotHaveDuplicates()
        .doesNotContain(Seeds.of(2, task))
        .allMatch(seed -> seed >= 0 && seed < 1L << 53);
    assertThat(Seeds.of(1, task.seed(7))).isEqualTo(7);
    // as long as nobody changes the rule: rows that ran before get the same text
    assertThat(Seeds.of(1, task)).isEqualTo(7835264341993991L);
  }

  @Test
  void aWatchEndsItWithWhatIsFinished() {
    BulkRun<Task> run =
        sampled().batch(2).watched(c -> c.rows() < 6).run(tasks(40).iterator(), task -> task);
    List<Result<Task>> results = new ArrayList<>();
    run.forEachRemaining(results::add);
    assertThat(run.isStopped()).isTrue();
    assertThat(results).hasSizeBetween(6, 8);
    assertThat(results).allMatch(r -> r.outcome().problem().isEmpty());
  }

  @Test
  void anInterruptEndsIt() {
    BulkRun<Task> run =
        sampled()
            .watched(
                counts -> {
                  Thread.currentThread().interrupt();
                  return true;
                })
            .run(tasks(4).iterator(), task -> task);
    assertThatExceptionOfType(CancellationException.class).isThrownBy(run::next);
    assertThat(Thread.interrupted()).isTrue();
  }
}
