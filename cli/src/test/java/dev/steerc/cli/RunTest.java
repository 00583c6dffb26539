package dev.steerc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.format.Npy;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code steerc run} and {@code steerc chat} as users have them. */
class RunTest {
  private static final Path GRAPHS = Steered.root().resolve("../shared/graphs").normalize();
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path folder;
  private Steered steerc;

  @BeforeEach
  void patchedModel() throws Exception {
    steerc = Steered.in(folder);
    patch("testdata/graphs/withpast.onnx");
    Files.copy(
        folder.resolve("testdata/tokenizer/tokenizer.json"), folder.resolve("tokenizer.json"));
    Files.move(folder.resolve("testdata/vectors"), folder.resolve("vectors"));
  }

  private void patch(String model) throws Exception {
    Steered.Run done =
        steerc.run("patch", model, "--layers", "all", "--op", "add,project", "-q", "-o", "m.onnx");
    assertThat(done.exit()).as(done.output()).isZero();
  }

  private JsonNode json(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("run", "m.onnx", "--json"));
    all.addAll(List.of(arguments));
    Steered.Run run = steerc.run(all.toArray(String[]::new));
    assertThat(run.exit()).as(run.output()).isZero();
    return JSON.readTree(run.output());
  }

  private static List<Long> tokens(JsonNode choice) {
    return choice.get("tokens").valueStream().map(JsonNode::asLong).toList();
  }

  /** The command line to PyTorch's numbers, with vectors as NumPy writes them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt2a-optimum-withpast/model.onnx",
        "gpt2a-optimum-legacy3/decoder_model_merged.onnx",
        "gpt2a-orthelper-attn/model.onnx"
      })
  void greedyTokensEqualPyTorch(String model) throws Exception {
    assumeTrue(Files.isDirectory(GRAPHS), "no ../shared/graphs");
    patch(GRAPHS.resolve(model).toString());
    JsonNode golden = JSON.readTree(GRAPHS.resolve("golden/gpt2a/golden.json").toFile());
    List<JsonNode> all = new ArrayList<>(List.of(golden.get("greedy").get("unsteered")));
    golden.get("greedy").get("steered").forEach(all::add);
    for (JsonNode expected : all) {
      List<String> arguments =
          new ArrayList<>(List.of("--ids", "74,491,22,94,293", "--greedy", "--ignore-eos"));
      arguments.addAll(List.of("--max-new-tokens", "12"));
      for (JsonNode op : expected.get("ops")) {
        arguments.addAll(List.of("--steer", steer(golden, op)));
      }
      JsonNode document = json(arguments.toArray(String[]::new));
      assertThat(tokens(document.get("choices").get(0)))
          .as(arguments.toString())
          .isEqualTo(tokens(expected));
      assertThat(document.get("choices").get(0).get("finish_reason").asString())
          .isEqualTo("length");
    }
  }

  private String steer(JsonNode golden, JsonNode op) {
    String name = op.get("vector").asString();
    JsonNode numbers = golden.get("vectors").get(name);
    float[] vector = new float[numbers.size()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) numbers.get(i).asDouble();
    }
    Npy.write(folder.resolve(name + ".npy"), new Floats(new long[] {vector.length}, vector));
    String way = op.get("mode").asString().equals("add") ? "" : "ablate=";
    return way
        + (name + ".npy:" + op.get("scale").asDouble() + "@" + op.get("layer").asInt())
        + (":after:" + op.get("from_position").asInt());
  }

  @Test
  void printsTheDocumentThatScriptsRead() throws Exception {
    JsonNode document =
        json(
            "Hello",
            "--steer",
            "east:2",
            "--steer",
            "north:-1@3:generated",
            "--seed",
            "5",
            "-n",
            "2",
            "--max-new-tokens",
            "3",
            "--logprobs",
            "2");
    assertThat(document.get("prompt_tokens").size()).isEqualTo(5);
    assertThat(document.get("choices").size()).isEqualTo(2);
    JsonNode choice = document.get("choices").get(0);
    assertThat(choice.get("text").asString()).hasSize(3);
    assertThat(choice.get("seed").asLong()).isEqualTo(5);
    assertThat(choice.get("logprobs").get(0).get("top").size()).isEqualTo(2);
    JsonNode east = document.get("steering").get(0);
    assertThat(east.get("vector").asString()).isEqualTo("east");
    assertThat(east.get("sites").toString()).isEqualTo("[\"1.resid_post\",\"2.resid_post\"]");
    assertThat(document.get("steering").get(1).get("positions").asString()).isEqualTo("generated");
    assertThat(document.get("timings").get("tokens").asInt()).isEqualTo(6);
  }

  @Test
  void comparesPlainAndSteeredInOneBatch() throws Exception {
    JsonNode both = json("Hello", "--compare", "--steer", "north:3@1", "--seed", "5");
    JsonNode plain = json("Hello", "--seed", "5");
    JsonNode steered = json("Hello", "--steer", "north:3@1", "--seed", "5");
    assertThat(tokens(both.get("choices").get(0))).isEqualTo(tokens(plain.get("choices").get(0)));
    assertThat(tokens(both.get("choices").get(1))).isEqualTo(tokens(steered.get("choices").get(0)));
    Steered.Run text =
        steerc.run("run", "m.onnx", "Hello", "--compare", "--steer", "north:3@1", "-q", "--greedy");
    assertThat(text.output()).startsWith("plain").contains("steered").contains(" | ");
  }

  @Test
  void streamsTextAndTellsItsSpeedOnStderr() throws Exception {
    Process process =
        steerc
            .builder(List.of(), "run", "m.onnx", "-", "--greedy", "--max-new-tokens", "4")
            .start();
    try (OutputStream in = process.getOutputStream()) {
      in.write("Hello".getBytes(StandardCharsets.UTF_8));
    }
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String talk = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    assertThat(out).hasSize(5).endsWith("\n");
    assertThat(talk).contains("tokens/s", "the first after");
  }

  @Test
  void aReaderThatGoesIsNoProblem() throws Exception {
    Process process = steerc.builder(List.of(), "run", "m.onnx", "Hello", "-q").start();
    process.getInputStream().close();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | empty-prompt | 1",
        "Hello --steer nobody:1@1 | vector-not-found | 1",
        "Hello --steer north:1 | site-not-named | 1",
        "Hello --steer north:1@9 | layer-out-of-range | 1",
        "Hello --steer north:1@1.attn_out | port-missing | 1",
        "Hello --steer north:inf@1 | bad-strength | 2",
        "Hello --steer north:1@1:sometimes | bad-steer | 2",
        "Hello --temperature -1 | bad-generation | 2",
        "Hello --max-new-tokens 0 | bad-generation | 2",
        "Hello --conflict fight | usage | 2",
        "Hello --conflict error --steer north:1@1 --steer east:1@1 | vectors-conflict | 1",
        "Hello --provider abacus | usage | 2",
        "Hello --provider cuda | provider-missing | 1",
        "Hello --vectors nowhere --steer north:1@1 | file-not-found | 1",
        "Hello --tokenizer nowhere | no-tokenizer | 1",
        "Hello --ids 1 | usage | 2",
        "--ids 1,96 | unknown-token | 1",
        "--ids 1;2 | usage | 2",
      })
  void saysWhatIsWrong(String arguments, String code, int exit) throws Exception {
    List<String> all = new ArrayList<>(List.of("run", "m.onnx"));
    all.addAll(List.of(arguments.split(" ")));
    Steered.Run run = steerc.run(all.toArray(String[]::new));
    assertThat(run.output()).startsWith("error[" + code + "]: ").doesNotContain("Exception");
    assertThat(run.exit()).isEqualTo(exit);
  }

  @Test
  void chatSteersInMidConversation() throws Exception {
    String talk =
        """
        Hello
        /steer north 3
        /steer north:3@1
        Again
        \"""
        two
        lines
        \"""
        /steer off
        /clear
        Hello
        /bogus
        /quit
        never read
        """;
    Process process =
        steerc
            .builder(List.of(), "chat", "m.onnx", "--greedy", "--max-new-tokens", "4", "-q")
            .start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(talk.getBytes(StandardCharsets.UTF_8));
    }
    List<String> out =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .filter(line -> !line.startsWith("steering: "))
            .toList();
    String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(errors).isZero();
    assertThat(out).hasSize(4).allMatch(line -> line.length() == 4);
    assertThat(out.get(3)).isEqualTo(out.get(0)).isNotEqualTo(out.get(1));
    assertThat(errors).contains("error[site-not-named]").contains("no command `/bogus`");
  }
}
