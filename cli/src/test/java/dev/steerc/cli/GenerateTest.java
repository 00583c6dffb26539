package dev.steerc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.manifest.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code steerc generate}, from outside. */
class GenerateTest {
  private static final String ROWS =
      """
      {"id":"a","ids":[40,69,76],"steer":"north:3@1","tag":{"x":[1]}}
      {"id":"b","ids":[40,69,76],"max_new_tokens":2,"text":"old"}
      oops
      {"id":"c","ids":[40,69,7600]}
      {"id":"d","ids":[40],"steer":["testdata/vectors/north.npy:3@1"]}
      """;

  @TempDir private Path folder;
  private Steered steered;

  @BeforeEach
  void patch() throws Exception {
    steered = Steered.in(folder);
    String graph = "testdata/graphs/withpast.onnx";
    steered.run("patch", graph, "--layers", "all", "-q", "-o", "m.onnx");
    Files.writeString(folder.resolve("rows.jsonl"), ROWS);
  }

  private List<Map<?, ?>> lines(String file) throws IOException {
    return Files.readAllLines(folder.resolve(file)).stream()
        .<Map<?, ?>>map(line -> (Map<?, ?>) Json.parse(line))
        .toList();
  }

  private Steered.Run generate(String... more) throws Exception {
    List<String> all = new java.util.ArrayList<>(List.of("generate", "m.onnx", "--greedy"));
    all.addAll(List.of("--max-new-tokens", "5", "--vectors", "testdata/vectors"));
    all.addAll(List.of(more));
    return steered.run(all.toArray(String[]::new));
  }

  @Test
  void everyRowGetsItsText() throws Exception {
    Steered.Run run = generate("rows.jsonl", "-o", "out.jsonl");
    assertThat(run.exit()).as(run.output()).isZero();
    assertThat(run.output())
        .contains("warning: 3 of 5 rows failed: 1 bad-row, 1 unknown-token, 1 vector-not-found");
    List<Map<?, ?>> lines = lines("out.jsonl");
    assertThat(lines.get(0).get("tokens")).isEqualTo(tokens("testdata/vectors/north.npy:3@1", 5));
    assertThat(lines.get(0).get("tag")).isEqualTo(Map.of("x", List.of(1L)));
    assertThat(lines.get(1).get("tokens")).isEqualTo(tokens("testdata/vectors/north.npy:0@1", 2));
    assertThat(lines.get(1).get("input_text")).isEqualTo("old");
    assertThat(lines.get(1).get("text")).isEqualTo("");
    assertThat(lines.get(1).get("finish_reason")).isEqualTo("length");
    assertThat(lines.get(2).get("line")).isEqualTo(3L);
    assertThat(lines.subList(2, 5)).allMatch(line -> line.get("problem") != null);
    assertThat(folder.resolve("out.jsonl.partial")).doesNotExist();
    assertThat(generate("rows.jsonl", "-o", "out.jsonl", "--strict", "-q").exit()).isEqualTo(1);
  }

  private List<?> tokens(String steer, int most) throws Exception {
    Steered.Run run =
        steered.run(
            "run",
            "m.onnx",
            "--ids",
            "40,69,76",
            "--greedy",
            "--json",
            "--steer",
            steer,
            "--max-new-tokens",
            Integer.toString(most));
    Map<?, ?> document = (Map<?, ?>) Json.parse(run.output().strip());
    return (List<?>) ((Map<?, ?>) ((List<?>) document.get("choices")).get(0)).get("tokens");
  }

  @Test
  void rowsWithoutSteeringGetThatOfTheCommand() throws Exception {
    Files.writeString(
        folder.resolve("rows.csv"),
        "ids,steer\n\"40,69,76\",\n\"40,69,76\",none\n\"40,69,76\",\"north:1@1,north:2@1\"\n");
    String file = "testdata/vectors/north.npy:3@1";
    Steered.Run run = generate("rows.csv", "-o", "out.jsonl", "--json", "--steer", file);
    assertThat(run.exit()).as(run.output()).isZero();
    List<Map<?, ?>> lines = lines("out.jsonl");
    assertThat(lines.get(0).get("tokens")).isEqualTo(tokens(file, 5));
    assertThat(lines.get(1).get("tokens")).isEqualTo(tokens("testdata/vectors/north.npy:0@1", 5));
    assertThat(lines.get(2).get("tokens")).isEqualTo(lines.get(0).get("tokens"));
    Map<?, ?> summary = (Map<?, ?>) Json.parse(run.output().strip());
    assertThat(summary.get("rows")).isEqualTo(3L);
    assertThat(summary.get("prompt_tokens")).isEqualTo(9L);
    assertThat(summary.get("tokens")).isEqualTo(15L);
  }

  @Test
  void csvComesFromStdin() throws Exception {
    Process process =
        steered
            .builder(
                List.of(),
                "generate",
                "m.onnx",
                "-",
                "--input-format",
                "csv",
                "-o",
                "-",
                "--greedy",
                "-q")
            .start();
    try (var in = process.outputWriter()) {
      in.write("ids,max_new_tokens,note\r\n\"40,69\",3,\"a \"\"b\"\"\"\r\n41,1,\r\n");
    }
    List<String> lines = process.inputReader().lines().toList();
    assertThat(process.waitFor()).isZero();
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0)).contains("\"note\":\"a \\\"b\\\"\"").contains("\"problem\":null");
  }

  @Test
  void wrongUsageIsSaidBeforeAnythingRuns() throws Exception {
    assertThat(generate("nosuch.jsonl", "-o", "out.jsonl").output()).contains("file-not-found");
    assertThat(generate("rows.jsonl", "-o", "rows.jsonl").output()).contains("output-is-input");
    assertThat(generate("rows.jsonl", "-o", "m.onnx").output()).contains("output-is-input");
    assertThat(generate("rows.jsonl", "-o", "o", "--steer", "nosuch").output())
        .startsWith("error[vector-not-found]");
    assertThat(generate("rows.jsonl", "-o", "o", "--input-format", "xml").exit()).isEqualTo(2);
    assertThat(generate("rows.jsonl", "-o", "o", "--batch", "-1").exit()).isEqualTo(2);
    assertThat(folder.resolve("o")).doesNotExist();
  }

  @Test
  void anInterruptLeavesWhatIsFinished() throws Exception {
    Process process =
        steered
            .builder(List.of(), "generate", "m.onnx", "-", "-o", "out.jsonl", "--batch", "1")
            .start();
    var in = process.outputWriter();
    for (int i = 0; i < 4096; i++) {
      in.write("{\"ids\":[40],\"id\":\"" + i + "\"}\n");
    }
    in.flush();
    Path partial = folder.resolve("out.jsonl.partial");
    while (!Files.exists(partial) && process.isAlive()) {
      Thread.sleep(20);
    }
    process.destroy();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(130);
    assertThat(folder.resolve("out.jsonl")).doesNotExist();
    assertThat(lines("out.jsonl.partial").size()).isLessThan(4096);
  }
}
