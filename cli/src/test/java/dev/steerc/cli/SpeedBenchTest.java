package dev.steerc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.runtime.bench.Variant;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code steerc bench} itself, on a tiny model and with little work. */
class SpeedBenchTest {
  @TempDir Path folder;

  @Test
  void everythingIsMeasured() throws Exception {
    Steered.Run run = bench("--random", "tiny", "--quick", "--json", "-q", "--threads", "1");
    assertThat(run.exit()).as(run.output()).isZero();
    JsonNode json = new JsonMapper().readTree(run.output());
    assertThat(json.get("model").get("blocks").asInt()).isEqualTo(3);
    assertThat(json.get("machine").get("onnxruntime").asString()).matches("\\d+\\.\\d+.*");
    assertThat(json.get("base").asString()).isEqualTo("bare");
    List<String> arms = new ArrayList<>(List.of("bare", "original", "original-again"));
    Arrays.stream(Variant.values()).map(Variant::label).forEach(arms::add);
    for (String number : List.of("tokens_per_second", "first_32", "first_128")) {
      JsonNode ratios = json.get("ratios").get(number);
      for (String arm : arms) {
        assertThat(ratios.get(arm).get("median").asDouble()).as(arm + number).isPositive();
      }
      assertThat(ratios.get("bare").get("median").asDouble()).isEqualTo(1);
      assertThat(json.get("noise").get(number).get("most").asDouble()).isPositive();
    }
    assertThat(json.get("batch").propertyNames()).containsExactly("0", "1", "2", "4", "8");
    assertThat(json.get("batch").get("8").get("ratio").get("median").asDouble()).isPositive();
    check(json);
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .noneMatch(name -> name.startsWith("steerc"));
    }
  }

  /** By kind of measurement, as the processes said it. */
  private static void check(JsonNode json) {
    assertThat(numbers(json, "kernels/add-one", "nodes")).containsExactly(1.0);
    assertThat(numbers(json, "kernels/add-all", "nodes")).containsExactly(3.0);
    assertThat(numbers(json, "kernels/bias-all", "nodes")).containsExactly(0.0);
    assertThat(numbers(json, "kernels/bias-all", "step")).containsExactly(0.0);
    assertThat(numbers(json, "kernels/last-logits", "nodes").get(0)).isPositive();
    for (String run : List.of("step", "prompt")) {
      for (String arm : List.of("add-one", "add-all", "project-all")) {
        assertThat(numbers(json, "kernels/" + arm, run)).hasSize(1).allMatch(x -> x > 0 && x < 1);
      }
    }
    for (String arm : List.of("add-one", "add-all", "project-all", "bias-all", "prepared")) {
      assertThat(numbers(json, arm, "swap")).hasSize(50).allMatch(x -> x > 0);
      assertThat(numbers(json, arm, "shows")).containsExactly(1.0);
      assertThat(numbers(json, arm, "open")).allMatch(x -> x > 0);
      assertThat(numbers(json, arm, "private")).allMatch(x -> x > 1 << 20);
    }
    assertThat(numbers(json, "last-logits", "own")).allMatch(x -> x > 0);
    assertThat(numbers(json, "original", "heap")).allMatch(x -> x > 0 && x < 16 << 10);
    for (String arm : List.of("original", "prepared")) {
      assertThat(numbers(json, "start/" + arm, "first_token")).allMatch(x -> x > 0);
      assertThat(numbers(json, "together/" + arm, "proportional"))
          .hasSize(4)
          .allMatch(x -> x > 1 << 20);
    }
  }

  private static List<Double> numbers(JsonNode json, String arm, String number) {
    JsonNode sample =
        StreamSupport.stream(json.get("samples").spliterator(), false)
            .filter(one -> one.get("arm").asString().equals(arm))
            .findFirst()
            .orElseThrow();
    List<Double> numbers = new ArrayList<>();
    sample.get("numbers").get(number).forEach(n -> numbers.add(n.asDouble()));
    return numbers;
  }

  @Test
  void modelOfTooFewPositionsIsExplained() throws Exception {
    Path model = Steered.root().resolve("testdata/graphs/withpast.onnx");
    Steered.Run run = bench(model.toString(), "--quick", "--threads", "1");
    assertThat(run.output()).contains("error[", "it has 32 positions, and 141 are taken");
    assertThat(run.exit()).isEqualTo(1);
  }

  @Test
  void interruptionLeavesNothingBehind() throws Exception {
    Process process =
        new Steered(folder)
            .builder(
                List.of("-Djava.io.tmpdir=" + folder),
                "bench",
                "--random",
                "tiny",
                "--threads",
                "1")
            .redirectErrorStream(true)
            .start();
    awaitFolder(process);
    List<ProcessHandle> children = awaitChildren(process);
    process.destroy();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    for (ProcessHandle child : children) {
      child.onExit().get(30, TimeUnit.SECONDS);
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .noneMatch(name -> name.startsWith("steerc"));
    }
  }

  private static void awaitFolder(Process process) throws IOException {
    BufferedReader said =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = said.readLine(); !line.startsWith("measuring in "); ) {
      line = said.readLine();
    }
  }

  private static List<ProcessHandle> awaitChildren(Process process) throws InterruptedException {
    List<ProcessHandle> children = process.descendants().toList();
    while (children.isEmpty() && process.isAlive()) {
      Thread.sleep(20);
      children = process.descendants().toList();
    }
    assertThat(children).isNotEmpty();
    return children;
  }

  @Test
  void wrongUseIsExplained() throws Exception {
    Steered.Run both = bench("model.onnx", "--random", "tiny");
    assertThat(both.output()).contains("error[usage]", "there are two models to measure");
    assertThat(both.exit()).isEqualTo(2);
    Steered.Run unknown = bench("--random", "gtp2");
    assertThat(unknown.output()).contains("no random model `gtp2`", "`gpt2`");
    assertThat(unknown.exit()).isEqualTo(2);
    Steered.Run none = bench("--processes", "0");
    assertThat(none.output()).contains("1 or more --processes");
    assertThat(none.exit()).isEqualTo(2);
    Steered.Run missing = bench("./serve");
    assertThat(missing.output()).contains("serve").doesNotContain("clients");
    assertThat(missing.exit()).isEqualTo(1);
  }

  private Steered.Run bench(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("bench"));
    all.addAll(List.of(arguments));
    return new Steered(folder)
        .run(List.of("-Djava.io.tmpdir=" + folder), all.toArray(new String[0]));
  }
}
