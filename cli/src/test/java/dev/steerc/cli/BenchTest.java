package dev.steerc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code steerc bench}, with little work. */
class BenchTest {
  @TempDir Path folder;

  @Test
  void learningFindsWhatWasPlanted() throws Exception {
    Steered.Run run = bench("--rows", "4000", "--width", "48", "--json", "-q");
    JsonNode json = new JsonMapper().readTree(run.output());
    assertThat(run.exit()).isZero();
    assertThat(json.get("bytes").asInt()).isEqualTo(4 * 4000 * 48);
    assertThat(json.get("cores").asInt()).isPositive();
    assertThat(json.get("max_heap").asLong()).isPositive();
    assertThat(json.get("methods"))
        .extracting(method -> method.get("method").asString())
        .containsExactly("diffmean", "pca", "logistic", "leace");
    for (JsonNode method : json.get("methods")) {
      assertThat(method.get("cosine").asDouble()).isBetween(0.8, 1.0);
      assertThat(method.get("passes").asInt()).isGreaterThanOrEqualTo(2);
      assertThat(method.get("separation").asDouble()).isBetween(0.6, 1.0);
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  /** 61 MB of rows in a heap of 24 MiB. */
  @Test
  void rowsNeedNotFitIntoMemory() throws Exception {
    Steered.Run run = bench(List.of("-Xmx24m"), "--rows", "60000", "--width", "256");
    assertThat(run.output()).contains("60000 rows of 256: 61 MB").doesNotContain("error");
    assertThat(run.output()).containsPattern("diffmean +2 ").containsPattern("leace +4 ");
    assertThat(run.exit()).isZero();
  }

  @Test
  void sameSeedMeasuresTheSameDirections() throws Exception {
    JsonMapper mapper = new JsonMapper();
    String[] arguments = {"--rows", "600", "--width", "16", "--json", "-q"};
    JsonNode once = mapper.readTree(bench(arguments).output());
    JsonNode again = mapper.readTree(bench(arguments).output());
    for (int i = 0; i < 4; i++) {
      assertThat(again.get("methods").get(i).get("cosine"))
          .isEqualTo(once.get("methods").get(i).get("cosine"));
    }
  }

  @Test
  void wrongUseIsExplained() throws Exception {
    Steered.Run unknown = bench("--method", "diffmeen");
    assertThat(unknown.output()).contains("there is no method `diffmeen`", "`diffmean`?");
    assertThat(unknown.exit()).isEqualTo(2);
    Steered.Run odd = bench("--rows", "7");
    assertThat(odd.output()).contains("no 7 rows of 768 elements").contains("even number");
    assertThat(odd.exit()).isEqualTo(2);
    Steered.Run one = bench("--rows", "100", "--width", "8", "--method", "actadd");
    assertThat(one.output()).contains("error[not-learnable]", "exactly one pair");
    assertThat(one.exit()).isEqualTo(1);
  }

  /** A little load, in which every text has to be the right one. */
  @Test
  void servingGivesEachClientItsOwnText() throws Exception {
    String[] arguments = {
      "bench", "serve", "--clients", "8", "--steerings", "6", "--max-tokens", "12", "--seconds", "2"
    };
    List<String> options = List.of("-Djava.io.tmpdir=" + folder);
    List<String> all = new java.util.ArrayList<>(List.of(arguments));
    all.addAll(List.of("--json", "-q"));
    Steered.Run run = new Steered(folder).run(options, all.toArray(new String[0]));
    JsonNode json = new JsonMapper().readTree(run.output());
    assertThat(run.exit()).isZero();
    assertThat(json.get("wrong").asInt()).isZero();
    assertThat(json.get("requests").asInt()).isGreaterThanOrEqualTo(8);
    assertThat(json.get("first_token_p50").asDouble()).isPositive();
    assertThat(json.get("throughput"))
        .extracting(one -> one.get("at_once").asInt())
        .containsExactly(1, 2, 4, 8, 16);
  }

  /** A small model, once: every row has run to its end, and nothing is left behind. */
  @Test
  void patchIsMeasuredBesideOtherPrograms() throws Exception {
    String[] arguments = {
      "bench", "patch", "--blocks", "1", "--hidden", "64", "--rounds", "1", "--json", "-q"
    };
    Steered.Run run = new Steered(folder).run(List.of("-Djava.io.tmpdir=" + folder), arguments);
    JsonNode json = new JsonMapper().readTree(run.output());
    assertThat(run.exit()).isZero();
    assertThat(json.get("bytes").asLong()).isGreaterThan(50257L * 64 * 4);
    assertThat(json.get("rows"))
        .extracting(row -> row.get("name").asString())
        .contains(
            "steerc patch",
            "steerc patch --thin",
            "steerc patch, 10 GB beside",
            "steerc --version");
    assertThat(json.get("rows"))
        .allSatisfy(row -> assertThat(row.get("seconds").asDouble()).isPositive());
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void failedCommandEndsThePatchBench() throws Exception {
    Files.writeString(folder.resolve("no.onnx"), "no model");
    Steered.Run run = new Steered(folder).run("bench", "patch", "no.onnx", "--rounds", "1");
    assertThat(run.output()).contains("`steerc patch` ended with exit code 1", "error[not-onnx]");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(new Steered(folder).run("bench", "patch", "--rounds", "0").exit()).isEqualTo(2);
  }

  private Steered.Run bench(String... arguments) throws Exception {
    return bench(List.of(), arguments);
  }

  private Steered.Run bench(List<String> jvm, String... arguments) throws Exception {
    List<String> options = new java.util.ArrayList<>(jvm);
    options.add("-Djava.io.tmpdir=" + folder);
    List<String> all = new java.util.ArrayList<>(List.of("bench", "learn"));
    all.addAll(List.of(arguments));
    return new Steered(folder).run(options, all.toArray(new String[0]));
  }
}
