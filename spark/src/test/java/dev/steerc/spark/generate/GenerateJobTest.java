package dev.steerc.spark.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.steerc.cli.GenerateArgs;
import dev.steerc.cli.SteerArgs;
import dev.steerc.manifest.Json;
import dev.steerc.models.demo.DemoModel;
import dev.steerc.problem.Code;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.Provider;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.bulk.Bulk;
import dev.steerc.runtime.bulk.BulkRun;
import dev.steerc.runtime.bulk.Fields;
import dev.steerc.runtime.bulk.Outcome;
import dev.steerc.runtime.bulk.Result;
import dev.steerc.runtime.steering.VectorStore;
import dev.steerc.spark.Demo;
import dev.steerc.spark.LocalCluster;
import dev.steerc.spark.ship.Location;
import dev.steerc.spark.ship.Opening;
import dev.steerc.spark.table.Columns;
import dev.steerc.spark.table.Table;
import dev.steerc.spark.table.TableFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

@ExtendWith(LocalCluster.class)
class GenerateJobTest {
  private static final int ROWS = 240;
  private static final Opening OPENING = new Opening.AsItIs(Provider.CPU, false);

  @TempDir private static Path once;
  private static DemoModel demo;
  private static VectorStore vectors;

  @TempDir private Path folder;

  @BeforeAll
  static void unpack() throws Exception {
    demo = Demo.in(once.resolve("demo"));
    vectors = VectorStore.open(demo.vectors());
  }

  private static GenerateArgs generating(String... args) {
    GenerateArgs generate = new GenerateArgs();
    new CommandLine(CommandLine.Model.CommandSpec.forAnnotatedObject(generate)).parseArgs(args);
    return generate;
  }

  private static final GenerateArgs SHORT = generating("--max-new-tokens", "10", "--seed", "5");

  private GenerateJob.Done run(Path input, String output) {
    GenerateJob job =
        new GenerateJob(
            Location.parse(demo.steered().toString()),
            OPENING,
            vectors,
            new SteerArgs(),
            SHORT,
            Fields.USUAL,
            0);
    return job.run(
        LocalCluster.session(),
        new Table(input.toString(), Optional.empty()),
        new dev.steerc.spark.table.Result(folder.resolve(output).toString(), false),
        TableFormat.PARQUET);
  }

  private List<Row> texts(String output) {
    SparkSession session = LocalCluster.session();
    return session
        .read()
        .parquet(folder.resolve(output).toString())
        .selectExpr("*", "cast(id as bigint) as number")
        .sort("number")
        .collectAsList();
  }

  /** What one machine makes of the rows. */
  private static List<Outcome> alone(List<Map<String, Object>> rows) {
    try (SteeredModel model = SteeredModel.open(demo.steered())) {
      SteerArgs steer = new SteerArgs();
      BulkRun<Map<String, Object>> run =
          Bulk.of(model, texts -> steer.steeringByName(texts, vectors), SHORT::over)
              .run(rows.iterator(), Fields.USUAL::task);
      List<Outcome> outcomes = new ArrayList<>();
      run.forEachRemaining((Result<Map<String, Object>> result) -> outcomes.add(result.outcome()));
      return outcomes;
    }
  }

  private static void check(List<Row> rows, List<Outcome> outcomes) {
    assertThat(rows).hasSameSizeAs(outcomes);
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      Outcome outcome = outcomes.get(i);
      assertThat(Long.parseLong(String.valueOf(row.<Object>getAs("id")))).isEqualTo(i);
      long[] tokens =
          row.<Long>getList(row.fieldIndex("tokens")).stream().mapToLong(Long::longValue).toArray();
      assertThat(tokens).as("row " + i).isEqualTo(outcome.tokens());
      assertThat(row.<String>getAs("text")).isEqualTo(outcome.text());
      assertThat(row.<String>getAs("finish_reason")).isEqualTo(outcome.reason().label());
      assertThat(row.<Long>getAs("seed")).isEqualTo(outcome.seed().orElseThrow());
      assertThat(row.<String>getAs("receipt")).isEqualTo(outcome.receiptText().orElseThrow());
      assertThat(row.<Row>getAs("problem")).isNull();
    }
  }

  private Path written(String format, List<Map<String, Object>> rows) throws Exception {
    Path lines = Demo.jsonLines(folder.resolve("prompts.jsonl"), rows);
    Path other = folder.resolve("prompts." + format);
    switch (format) {
      case "parquet" ->
          LocalCluster.session().read().json(lines.toString()).write().parquet(other.toString());
      case "csv" ->
          LocalCluster.session()
              .read()
              .json(lines.toString())
              .write()
              .option("header", true)
              .option("escape", "\"")
              .csv(other.toString());
      default -> {}
    }
    return other;
  }

  @ParameterizedTest
  @ValueSource(strings = {"jsonl", "parquet", "csv"})
  void twoExecutorsGiveTheTextsOfOneMachine(String format) throws Exception {
    List<Map<String, Object>> rows = Demo.rows(ROWS);
    GenerateJob.Done done = run(written(format, rows), "texts");
    List<Outcome> outcomes = alone(rows);
    check(texts("texts"), outcomes);
    assertThat(done.failed()).isEmpty();
    assertThat(done.costs().costs()).hasSize(2).containsOnlyKeys(executors());
    assertThat(total(done, "rows")).isEqualTo((long) ROWS);
    assertThat(total(done, "tokens_generated"))
        .isEqualTo(outcomes.stream().mapToLong(outcome -> outcome.tokens().length).sum());
  }

  private static Object total(GenerateJob.Done done, String what) {
    return done.costs().toMap().get(what);
  }

  private static String[] executors() {
    return JavaSparkContext.fromSparkContext(LocalCluster.session().sparkContext())
        .sc()
        .getExecutorIds()
        .mkString(",")
        .split(",");
  }

  @Test
  void executorThatIsKilledLosesAndDoublesNothing() throws Exception {
    List<Map<String, Object>> rows = Demo.rows(2 * ROWS);
    Path input = written("jsonl", rows);
    Killer killer = new Killer();
    LocalCluster.session().sparkContext().addSparkListener(killer);
    try {
      run(input, "texts");
    } finally {
      LocalCluster.session().sparkContext().removeSparkListener(killer);
    }
    assertThat(killer.killed).as("an executor was killed").isTrue();
    check(texts("texts"), alone(rows));
  }

  /** Kills the executors but one, as soon as that one has finished a task of the second stage. */
  private static final class Killer extends SparkListener {
    private final AtomicBoolean killed = new AtomicBoolean();

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
      boolean generated = end.taskMetrics().outputMetrics().recordsWritten() > 0;
      if (generated && killed.compareAndSet(false, true)) {
        String survivor = " --executor-id " + end.taskInfo().executorId() + " ";
        killed.set(
            ProcessHandle.current()
                    .descendants()
                    .filter(process -> command(process).contains("CoarseGrainedExecutorBackend"))
                    .filter(process -> !command(process).contains(survivor))
                    .filter(ProcessHandle::destroyForcibly)
                    .count()
                == 1);
      }
    }

    private static String command(ProcessHandle process) {
      return process.info().commandLine().orElse("");
    }
  }

  @Test
  void rowThatFailsSaysWhyAndTheOthersGoOn() throws Exception {
    List<Map<String, Object>> rows = Demo.rows(8);
    rows.get(1).put("steer", "nobody:1");
    rows.get(2).put("steer", demo.vectors().resolve("joy.safetensors") + ":1");
    rows.get(3).put("prompt", null);
    rows.get(4).put("prompt", "word ".repeat(2000));
    Path input = Demo.jsonLines(folder.resolve("prompts.jsonl"), rows);
    Files.writeString(input, Files.readString(input) + "{\"id\": \n");
    GenerateJob.Done done = run(input, "texts");
    assertThat(done.failed())
        .isEqualTo(Map.of("vector-not-found", 2L, "bad-row", 2L, "prompt-too-long", 1L));
    Map<Long, Row> byId = new ConcurrentHashMap<>();
    texts("texts").stream()
        .filter(row -> row.getAs("id") != null)
        .forEach(row -> byId.put(row.getAs("id"), row));
    assertThat(byId).hasSize(8);
    Set<Long> bad = Set.of(1L, 2L, 3L, 4L);
    List<Outcome> alone = alone(rows);
    byId.forEach(
        (id, row) -> {
          assertThat(row.<Row>getAs("problem") != null).isEqualTo(bad.contains(id));
          assertThat(row.<String>getAs("text")).isEqualTo(alone.get(id.intValue()).text());
        });
  }

  @Test
  void columnsPassThroughAndTheirNamesDoNotClash() throws Exception {
    List<Map<String, Object>> rows = Demo.rows(4);
    IntStream.range(0, 4)
        .forEach(i -> rows.get(i).putAll(Json.object("text", "own " + i, "seed", 90L + i)));
    run(Demo.jsonLines(folder.resolve("prompts.jsonl"), rows), "texts");
    for (Row row : texts("texts")) {
      long id = row.getAs("id");
      assertThat(row.<String>getAs("input_text")).isEqualTo("own " + id);
      assertThat(row.<Long>getAs("seed")).isEqualTo(90 + id);
      assertThat(row.<String>getAs("prompt")).isEqualTo(rows.get((int) id).get("prompt"));
    }
  }

  @Test
  void capitalsOfColumnsDoNotCount() throws Exception {
    List<Map<String, Object>> rows = Demo.rows(3);
    List<Map<String, Object>> shouted = new ArrayList<>();
    for (Map<String, Object> row : rows) {
      row.put("seed", 7L);
      Map<String, Object> copy = new LinkedHashMap<>();
      row.forEach((name, value) -> copy.put(name.toUpperCase(Locale.ROOT), value));
      copy.put("id", copy.remove("ID"));
      shouted.add(copy);
    }
    run(Demo.jsonLines(folder.resolve("prompts.jsonl"), shouted), "texts");
    check(texts("texts"), alone(rows));
  }

  @Test
  void whatIsNoTextIsNoPrompt() {
    Prompts prompts =
        Prompts.of(
            new Columns("t", new StructType().add("prompt", "binary").add("id", "binary")),
            Fields.USUAL);
    for (Row row :
        List.of(
            RowFactory.create(new byte[] {65}, null),
            RowFactory.create("a", new byte[] {65}),
            RowFactory.create(RowFactory.create("a"), null))) {
      assertThatExceptionOfType(SteercException.class)
          .isThrownBy(() -> prompts.task(row))
          .satisfies(e -> assertThat(e.problems().get(0).code()).isEqualTo(Code.BAD_ROW));
    }
  }

  @Test
  void tableWithoutPromptsIsRefusedBeforeTheWork() throws Exception {
    Path input =
        Demo.jsonLines(folder.resolve("texts.jsonl"), List.of(Json.object("words", "once")));
    assertThatExceptionOfType(SteercException.class)
        .isThrownBy(() -> run(input, "texts"))
        .satisfies(e -> assertThat(e.problems().get(0).code()).isEqualTo(Code.ROWS_UNREADABLE));
    assertThat(folder.resolve("texts")).doesNotExist();
  }
}
