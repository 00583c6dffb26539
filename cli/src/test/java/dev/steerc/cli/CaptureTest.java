package dev.steerc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.plan.Site;
import dev.steerc.runtime.capture.Activations;
import dev.steerc.runtime.format.Npy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code steerc capture} as users have it. */
class CaptureTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int MANY = 10_000;

  @TempDir Path folder;
  private Steered steerc;

  @BeforeEach
  void modelAndTexts() throws Exception {
    steerc = new Steered(folder);
    Path testdata = Steered.root().resolve("testdata");
    Files.copy(testdata.resolve("graphs/withpast.onnx"), folder.resolve("m.onnx"));
    Files.copy(testdata.resolve("tokenizer/tokenizer.json"), folder.resolve("tokenizer.json"));
    Files.writeString(
        folder.resolve("texts.jsonl"),
        """
        {"prompt": "I feel", "completion": " fine"}
        {"text": "good"}
        """);
  }

  private Steered.Run run(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("capture", "m.onnx", "--threads", "1"));
    all.addAll(List.of(arguments));
    return steerc.run(all.toArray(String[]::new));
  }

  private Map<String, ByteBuffer> bytes(String name) throws Exception {
    Map<String, ByteBuffer> bytes = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder.resolve(name))) {
      for (Path file : files.toList()) {
        bytes.put(file.getFileName().toString(), ByteBuffer.wrap(Files.readAllBytes(file)));
      }
    }
    return bytes;
  }

  @Test
  void unpatchedModelGivesRowsAtItsBlocks() throws Exception {
    Steered.Run done = run("texts.jsonl", "-o", "acts");
    assertThat(done.exit()).as(done.output()).isZero();
    assertThat(done.output()).startsWith("acts: 2 texts, 2 rows at 4 sites, ").contains("tokens/s");
    Activations there = Activations.open(folder.resolve("acts"));
    assertThat(there.sites().stream().map(Site::text))
        .containsExactly("0.resid_post", "1.resid_post", "2.resid_post", "3.resid_post");
    assertThat(run("texts.jsonl", "-o", "acts").output()).contains("found 2 texts there already");
  }

  @Test
  void everyCompletionTokenHasARow() throws Exception {
    Steered.Run done =
        run(
            "texts.jsonl",
            "-o",
            "acts",
            "--sites",
            "resid_mid,0.mlp_out",
            "--layers",
            "1-2",
            "--positions",
            "all",
            "--json");
    JsonNode json = JSON.readTree(done.output());
    assertThat(json.get("texts").asInt()).isEqualTo(2);
    assertThat(json.get("rows").asInt()).isEqualTo(9); // each character is a token
    assertThat(json.get("tokens").asInt()).isEqualTo(15);
    assertThat(json.get("sites").toString())
        .isEqualTo("[\"blocks.0.mlp_out\",\"blocks.1.resid_mid\",\"blocks.2.resid_mid\"]");
    assertThat(Activations.open(folder.resolve("acts")).texts().toArray())
        .containsExactly(0, 0, 0, 0, 0, 1, 1, 1, 1);
  }

  @Test
  void npyIsOneFileForEachSite() throws Exception {
    assertThat(run("texts.jsonl", "-o", "n", "--layers", "3", "--format", "npy").exit()).isZero();
    assertThat(bytes("n").keySet())
        .containsExactly("blocks.3.resid_post.npy", "capture.json", "texts.npy");
    assertThat(Npy.read(folder.resolve("n/blocks.3.resid_post.npy")).dims()).containsExactly(2, 24);
  }

  @Test
  void killedProcessLeavesWholeFilesAndGoesOn() throws Exception {
    String lines =
        IntStream.range(0, MANY).mapToObj(i -> "text " + i % 97).collect(Collectors.joining("\n"));
    Files.writeString(folder.resolve("many.txt"), lines);
    List<String> command =
        List.of("capture", "m.onnx", "many.txt", "-q", "--threads", "1", "-o", "cut");
    Process process = steerc.builder(List.of(), command.toArray(String[]::new)).start();
    Path first = folder.resolve("cut/activations-00000.safetensors");
    while (process.isAlive() && !Files.exists(first)) {
      Thread.sleep(5);
    }
    process.destroyForcibly();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(bytes("cut")).containsKeys("activations-00000.safetensors", "capture.json");
    assertThat(bytes("cut").keySet().stream().filter(name -> !name.startsWith(".")))
        .hasSizeLessThan(11);

    Steered.Run rest = run("many.txt", "-o", "cut", "--json");
    JsonNode json = JSON.readTree(rest.output());
    assertThat(json.get("found").asInt()).isBetween(1024, MANY - 1);
    assertThat(run("many.txt", "-o", "whole", "-q").output()).isEmpty();
    assertThat(bytes("cut")).isEqualTo(bytes("whole")).hasSize(11);
  }

  @Test
  void longTextsAreRefusedOrCut() throws Exception {
    Files.writeString(folder.resolve("long.txt"), "short\n" + "long".repeat(20));
    Steered.Run refused = run("long.txt", "-o", "acts");
    assertThat(refused.output()).startsWith("error[prompt-too-long]: text 2 has 80 tokens");
    assertThat(refused.exit()).isEqualTo(1);
    Steered.Run cut = run("long.txt", "-o", "acts", "--truncate");
    assertThat(cut.output()).contains("1 text too long for the model, cut in front");
    Steered.Run limited = run("long.txt", "-o", "one", "--limit", "1");
    assertThat(limited.output()).startsWith("one: 1 text, 1 row");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "texts.jsonl | usage | 2",
        "none.jsonl -o a | file-not-found | 1",
        "m.onnx -o a | bad-texts | 1",
        "texts.jsonl -o testdata | folder-taken | 1",
        "texts.jsonl -o no/where | output-folder-missing | 1",
        "texts.jsonl -o a --positions first | usage | 2",
        "texts.jsonl -o a --format csv | usage | 2",
        "texts.jsonl -o a --limit 0 | usage | 2",
        "texts.jsonl -o a --sites middle | unknown-site | 2",
        "texts.jsonl -o a --layers 4 | layer-out-of-range | 1",
        "texts.jsonl -o a --layers x | bad-layers | 2",
        "texts.jsonl -o a --tokenizer nowhere | no-tokenizer | 1",
      })
  void saysWhatIsWrong(String arguments, String code, int exit) throws Exception {
    Files.createDirectory(folder.resolve("testdata"));
    Files.writeString(folder.resolve("testdata/mine.txt"), "mine");
    Steered.Run run = run(arguments.split(" "));
    assertThat(run.output()).startsWith("error[" + code + "]: ").doesNotContain("Exception");
    assertThat(run.exit()).isEqualTo(exit);
    assertThat(folder.resolve("a")).doesNotExist();
  }

  @Test
  void modelWithoutATokenizerSaysSo() throws Exception {
    Files.delete(folder.resolve("tokenizer.json"));
    Steered.Run run = run("texts.jsonl", "-o", "a");
    assertThat(run.output())
        .startsWith("error[no-tokenizer]: ")
        .contains("--> m.onnx")
        .doesNotContain("--ids");
    assertThat(run.exit()).isEqualTo(1);
  }
}
