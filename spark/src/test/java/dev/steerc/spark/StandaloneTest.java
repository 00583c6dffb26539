package dev.steerc.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.manifest.Json;
import dev.steerc.models.demo.DemoModel;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything from outside: a cluster by its script, jobs by theirs, a single machine by the
 * command. Says how fast each was; {@code -Dsteerc.rows=20000} makes that worth reading.
 */
class StandaloneTest {
  private static final int ROWS = Integer.getInteger("steerc.rows", 600);
  private static final long MINUTES = 40;
  private static final Path ROOT = LocalCluster.root();

  @TempDir private static Path folder;
  private static DemoModel demo;
  private static Path prompts;
  private static Process cluster;
  private static String master;
  private static Map<Long, Object> alone;
  private static final List<Speed> SPEEDS = new ArrayList<>();

  /** How fast a way of running was. */
  private record Speed(String what, double seconds, long tokens, double whole) {
    static String heading() {
      return String.format(
          "  %-42s %9s %9s %10s %9s", "", "job s", "rows/s", "tokens/s", "process s");
    }

    String line() {
      return String.format(
          Locale.ROOT,
          "  %-42s %9.1f %9.1f %10.0f %9.1f",
          what,
          seconds,
          ROWS / seconds,
          tokens / seconds,
          whole);
    }
  }

  @BeforeAll
  static void start() throws Exception {
    demo = Demo.in(folder.resolve("demo"));
    prompts = Demo.jsonLines(folder.resolve("prompts.jsonl"), Demo.rows(ROWS));
    Path built = ROOT.resolve("spark/target/job-built");
    if (!Files.exists(built)) {
      Files.createFile(built); // Maven has just done it
    }
    alone = alone(1);
    assertThat(alone).hasSize(ROWS);
    cluster =
        new ProcessBuilder(ROOT.resolve("spark/cluster").toString(), "2", "1", "1g")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader said =
        new BufferedReader(new InputStreamReader(cluster.getInputStream(), StandardCharsets.UTF_8));
    master = said.readLine();
    assertThat(master).as("the address of the cluster").startsWith("spark://127.0.0.1:");
  }

  @AfterAll
  static void stop() throws Exception {
    if (cluster != null) {
      cluster.destroy();
      cluster.waitFor(1, TimeUnit.MINUTES);
    }
    System.out.printf(
        "%d rows with %d steerings by turns; %d cores, Java %s%n",
        ROWS,
        Demo.STEERINGS.size() - 1,
        Runtime.getRuntime().availableProcessors(),
        Runtime.version());
    System.out.println(Speed.heading());
    SPEEDS.forEach(speed -> System.out.println(speed.line()));
  }

  private static List<String> generating(String... where) {
    List<String> words = new ArrayList<>(List.of("generate", demo.steered().toString()));
    words.add(prompts.toString());
    words.addAll(List.of(where));
    words.addAll(List.of("--max-new-tokens", "24", "--seed", "3", "--json"));
    return words;
  }

  /** The rows of the command for one machine. */
  private static Map<Long, Object> alone(int threads) throws Exception {
    Path texts = folder.resolve("alone-" + threads + ".jsonl");
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                ROOT.resolve("cli/target/steerc-cli-0.1.0.jar").toString(),
                "dev.steerc.cli.Main"));
    words.addAll(generating("-o", texts.toString(), "--threads", String.valueOf(threads)));
    long start = System.nanoTime();
    Map<?, ?> said = json(run(words));
    SPEEDS.add(
        new Speed(
            "steerc generate --threads " + threads,
            ((Number) said.get("seconds")).doubleValue(),
            ((Number) said.get("tokens")).longValue(),
            (System.nanoTime() - start) / 1e9));
    return rows(List.of(texts));
  }

  /** The rows of the job for many. */
  private static Map<Long, Object> job(String what, int executors, Runnable meanwhile)
      throws Exception {
    Path texts = folder.resolve(what.replace(' ', '-'));
    List<String> words =
        new ArrayList<>(
            List.of(
                ROOT.resolve("spark/submit").toString(),
                "--master",
                master,
                "--executor-memory",
                "700m",
                "--conf",
                "spark.cores.max=" + executors));
    words.addAll(generating("-o", texts.toString(), "--format", "jsonl"));
    long start = System.nanoTime();
    Thread beside = new Thread(meanwhile);
    beside.start();
    Map<?, ?> costs = (Map<?, ?>) json(run(words)).get("costs");
    beside.join();
    SPEEDS.add(
        new Speed(
            "steerc spark generate, " + what,
            ((Number) costs.get("seconds")).doubleValue(),
            ((Number) costs.get("tokens_generated")).longValue(),
            (System.nanoTime() - start) / 1e9));
    try (Stream<Path> files = Files.list(texts)) {
      return rows(files.filter(file -> file.toString().endsWith(".json")).toList());
    }
  }

  private static String run(List<String> words) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("STEERC_AS_BUILT", "1");
    builder.environment().remove("SPARK_HOME"); // Maven's, as a user has none
    builder.environment().remove("SPARK_CONF_DIR");
    Process process = builder.directory(ROOT.toFile()).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }

  private static Map<?, ?> json(String said) {
    String last = said.strip().lines().reduce((first, second) -> second).orElseThrow();
    return (Map<?, ?>) Json.parse(last);
  }

  /** What has to be the same of each row, by its id; no id may come twice. */
  private static Map<Long, Object> rows(List<Path> files) throws IOException {
    Map<Long, Object> rows = new TreeMap<>();
    for (Path file : files) {
      for (String line : Files.readAllLines(file)) {
        Map<?, ?> row = (Map<?, ?>) Json.parse(line);
        Object before =
            rows.put(
                (Long) row.get("id"),
                Arrays.asList(
                    row.get("tokens"), row.get("text"), row.get("seed"), row.get("finish_reason")));
        assertThat(before).as("row " + row.get("id") + " twice").isNull();
        assertThat(row.get("problem")).isNull();
      }
    }
    return rows;
  }

  @Test
  void oneExecutor() throws Exception {
    assertThat(job("1 executor", 1, () -> {})).isEqualTo(alone);
  }

  @Test
  void twoExecutors() throws Exception {
    assertThat(job("2 executors", 2, () -> {})).isEqualTo(alone);
  }

  @Test
  void twoExecutorsOfWhichOneIsKilled() throws Exception {
    boolean[] killed = {false};
    Path temporary = folder.resolve("2-executors,-1-killed").resolve("_temporary/0");
    Map<Long, Object> rows =
        job("2 executors, 1 killed", 2, () -> killed[0] = killWhenBegun(temporary));
    assertThat(killed[0]).as("an executor was killed").isTrue();
    assertThat(rows).isEqualTo(alone);
  }

  @Test
  void twoThreadsOfOneMachine() throws Exception {
    assertThat(alone(2)).isEqualTo(alone);
  }

  /** Kills an executor as soon as the first task of the job has handed its rows in. */
  private static boolean killWhenBegun(Path temporary) {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
    while (System.nanoTime() < end) {
      File[] tasks = temporary.toFile().listFiles((dir, name) -> name.startsWith("task_"));
      if (tasks != null && tasks.length > 0) {
        return cluster
            .descendants()
            .filter(StandaloneTest::isExecutor)
            .findFirst()
            .map(ProcessHandle::destroyForcibly)
            .orElse(false);
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new UncheckedIOException(new IOException(e));
      }
    }
    return false;
  }

  private static boolean isExecutor(ProcessHandle process) {
    return process.info().commandLine().orElse("").contains("CoarseGrainedExecutorBackend");
  }
}
