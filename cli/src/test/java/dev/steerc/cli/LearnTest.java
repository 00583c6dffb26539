package dev.steerc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.manifest.Json;
import dev.steerc.models.corpus.Concept;
import dev.steerc.models.demo.DemoModel;
import dev.steerc.runtime.format.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code steerc learn} as users have it. */
class LearnTest {
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path folder;
  private Steered steerc;

  @BeforeEach
  void modelAndPairs() throws Exception {
    steerc = Steered.in(folder);
    Files.copy(folder.resolve("testdata/graphs/withpast.onnx"), folder.resolve("m.onnx"));
    Files.copy(
        folder.resolve("testdata/tokenizer/tokenizer.json"), folder.resolve("tokenizer.json"));
    List<String> pairs = new ArrayList<>();
    List<String> labelled = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      pairs.add("{\"positive\": \"so " + i + " glad\", \"negative\": \"so " + i + " sad!\"}");
      labelled.add("{\"text\": \"" + i + " one\", \"label\": \"one\"}");
      labelled.add("{\"text\": \"" + i + " two\", \"label\": \"two\"}");
    }
    Files.write(folder.resolve("pairs.jsonl"), pairs);
    Files.write(folder.resolve("labelled.jsonl"), labelled);
    Files.writeString(folder.resolve("glad.txt"), "happy\ncheerful\njolly\nmerry\n");
    Files.writeString(folder.resolve("sad.txt"), "sad\ngloomy\nlonely\nglum\n");
  }

  private Steered.Run run(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("learn"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--threads", "1"));
    return steerc.run(all.toArray(String[]::new));
  }

  private JsonNode json(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--json", "-o", "v.safetensors"));
    Steered.Run run = run(all.toArray(String[]::new));
    assertThat(run.exit()).as(run.output()).isZero();
    return JSON.readTree(run.output());
  }

  /** A label or a line that could move the cursor, or hide what was printed. */
  @Test
  void foreignTextDoesNotReachTheTerminalAsItIs() throws Exception {
    String label = "\\u001b[2Jone";
    List<String> texts =
        Files.readAllLines(folder.resolve("labelled.jsonl")).stream()
            .map(line -> line.replace("\"label\": \"one", "\"label\": \"" + label))
            .toList();
    Files.write(folder.resolve("foreign.jsonl"), texts);
    Steered.Run run = run("m.onnx", "foreign.jsonl", "-o", "v.safetensors");
    assertThat(run.exit()).as(run.output()).isZero();
    assertThat(run.output()).contains("[2Jone").doesNotContain("\u001b[2J");
    String same = "{\"positive\": \"a\\u001b[2J\", \"negative\": \"a\\u001b[2J\"}";
    Files.writeString(folder.resolve("same.jsonl"), same);
    run = run("m.onnx", "same.jsonl", "-o", "v.safetensors");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.output()).contains("[2J").doesNotContain("\u001b[2J");
  }

  @Test
  void tableMarksWhereToSteer() throws Exception {
    Steered.Run run = run("m.onnx", "pairs.jsonl", "-o", "v.safetensors");
    assertThat(run.exit()).as(run.output()).isZero();
    List<String> lines = run.output().lines().toList();
    assertThat(lines.get(0)).matches("m.onnx: diffmean of \\d+ pairs, \\d+ held out to judge");
    assertThat(lines.get(3)).contains("site", "separation", "agreement", "wrong side", "typical");
    List<String> marked = lines.stream().filter(line -> line.startsWith("  * ")).toList();
    assertThat(marked).hasSize(1);
    String site = marked.get(0).strip().split("\\s+")[1];
    assertThat(run.output())
        .contains("* `" + site + "` tells the texts apart")
        .contains("wrote v.safetensors, which acts at " + site)
        .contains("next: steerc sweep m.onnx v.safetensors --prompts")
        .contains("--at " + site + ":add");
    Safetensors file = Safetensors.read(folder.resolve("v.safetensors"));
    assertThat(file.metadata().get("at")).isEqualTo("blocks." + site);
    assertThat(file.tensors()).hasSize(4);
  }

  @Test
  void sameSeedGivesTheSameFile() throws Exception {
    assertThat(run("m.onnx", "pairs.jsonl", "-q", "-o", "a.safetensors").output()).isEmpty();
    run("m.onnx", "pairs.jsonl", "-o", "b.safetensors", "--activations", "acts");
    Steered.Run again =
        run("m.onnx", "pairs.jsonl", "-o", "c.safetensors", "--activations", "acts");
    assertThat(again.output()).contains("found 40 texts there already");
    run("m.onnx", "pairs.jsonl", "-o", "d.safetensors", "--seed", "2");
    byte[] first = Files.readAllBytes(folder.resolve("a.safetensors"));
    assertThat(folder.resolve("b.safetensors")).hasBinaryContent(first);
    assertThat(folder.resolve("c.safetensors")).hasBinaryContent(first);
    assertThat(Files.readAllBytes(folder.resolve("d.safetensors"))).isNotEqualTo(first);
  }

  @Test
  void jsonHasAllNumbers() throws Exception {
    JsonNode json =
        json("m.onnx", "pairs.jsonl", "--site", "resid_mid,1.mlp_out", "--layers", "2-3");
    assertThat(json.get("method").asString()).isEqualTo("diffmean");
    assertThat(json.get("positions").asString()).isEqualTo("mean");
    assertThat(json.get("learned_from").asInt() + json.get("held_out").asInt()).isEqualTo(20);
    assertThat(json.get("sites").propertyNames())
        .containsExactly("blocks.1.mlp_out", "blocks.2.resid_mid", "blocks.3.resid_mid");
    JsonNode site = json.get("sites").get("blocks.2.resid_mid");
    assertThat(site.get("separation").asDouble()).isBetween(0.0, 1.0);
    assertThat(site.get("norm").asDouble()).isPositive();
    assertThat(site.get("typical").asDouble()).isPositive();
    assertThat(site.get("op").asString()).isEqualTo("add");
    assertThat(json.get("chosen").asString()).startsWith("blocks.");
    assertThat(json.get("why").asString()).isNotEmpty();
  }

  @Test
  void wordsArePutIntoATemplate() throws Exception {
    String[] files = {"--positive", "glad.txt", "--negative", "sad.txt"};
    JsonNode bare = json("m.onnx", files[0], files[1], files[2], files[3], "--held-out", "0");
    assertThat(bare.get("learned_from").asInt()).isEqualTo(4);
    assertThat(bare.get("tokens").asInt()).isEqualTo(23 + 19); // each character is a token
    assertThat(bare.get("warnings").toString()).contains("held out");
    JsonNode filled =
        json("m.onnx", "--template", "I am {}.", files[0], files[1], files[2], files[3]);
    assertThat(filled.get("tokens").asInt()).isEqualTo(23 + 19 + 8 * 6);
  }

  @Test
  void labelledTextsAreErasedOrLedFromOneToTheOther() throws Exception {
    JsonNode json = json("m.onnx", "labelled.jsonl", "--method", "leace", "--layers", "1,2");
    assertThat(json.get("classes").toString()).isEqualTo("[\"one\",\"two\"]");
    assertThat(json.get("sites").get("blocks.1.resid_post").get("op").asString())
        .isEqualTo("low-rank");
    assertThat(Safetensors.read(folder.resolve("v.safetensors")).tensors())
        .containsKey("blocks.2.resid_post.read");
    Steered.Run added = run("m.onnx", "labelled.jsonl", "-o", "v.safetensors");
    assertThat(added.output()).contains("it leads from `one` to `two`");
  }

  /** What learn writes is taken by patch and run as its last line says. */
  @Test
  void learnedVectorSteersAPatchedModel() throws Exception {
    String site = json("m.onnx", "pairs.jsonl").get("chosen").asString().replace("blocks.", "");
    Steered.Run patched =
        steerc.run("patch", "m.onnx", "--at", site + ":add", "-q", "-o", "s.onnx");
    assertThat(patched.exit()).as(patched.output()).isZero();
    Steered.Run run =
        steerc.run("run", "s.onnx", "so", "--steer", "v.safetensors:1", "--greedy", "--json");
    assertThat(run.exit()).as(run.output()).isZero();
    assertThat(JSON.readTree(run.output()).get("steering").get(0).get("sites").toString())
        .isEqualTo("[\"" + site + "\"]");
    // the patched model is its own twin but for taps, and has the same base
    JsonNode again = json("s.onnx", "pairs.jsonl");
    assertThat(again.get("chosen").asString()).isEqualTo("blocks." + site);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fp16", "int8", "nopast-op17", "merged", "fused", "external"})
  void everyKindOfGraphCanBeLearnedOn(String graph) throws Exception {
    JsonNode json =
        json("testdata/graphs/" + graph + ".onnx", "pairs.jsonl", "--tokenizer", "tokenizer.json");
    assertThat(json.get("sites").size()).isPositive();
  }

  @Test
  void folderWithOneDecoderIsAModel() throws Exception {
    DemoModel demo = DemoModel.unpack(folder.resolve("demo"));
    String pairs =
        Concept.pairs("joyful", 1, 60).stream()
            .map(
                pair ->
                    Json.write(
                        Json.object("positive", pair.positive(), "negative", pair.negative())))
            .collect(Collectors.joining("\n"));
    Files.writeString(folder.resolve("joy.jsonl"), pairs);
    JsonNode json = json("demo", "joy.jsonl", "--site", "resid_mid");
    assertThat(demo.model()).exists();
    JsonNode chosen = json.get("sites").get(json.get("chosen").asString());
    assertThat(chosen.get("separation").asDouble()).isGreaterThan(0.9);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "m.onnx pairs.jsonl | usage | 2",
        "m.onnx -o v.safetensors | usage | 2",
        "m.onnx pairs.jsonl --positive glad.txt --negative sad.txt -o v.safetensors | usage | 2",
        "m.onnx --positive glad.txt -o v.safetensors | usage | 2",
        "m.onnx pairs.jsonl --template {} -o v.safetensors | usage | 2",
        "m.onnx --positive glad.txt --negative tokenizer.json -o v.safetensors | bad-pairs | 1",
        "m.onnx --template x --positive glad.txt --negative sad.txt -o v.safetensors | bad-pairs | 1",
        "m.onnx glad.txt -o v.safetensors | bad-texts | 1",
        "m.onnx pairs.jsonl -o v.npy | usage | 2",
        "m.onnx pairs.jsonl -o no/where.safetensors | output-folder-missing | 1",
        "m.onnx pairs.jsonl -o v.safetensors --method guess | usage | 2",
        "m.onnx pairs.jsonl -o v.safetensors --method actadd | not-learnable | 1",
        "m.onnx labelled.jsonl -o v.safetensors --method pca | not-learnable | 1",
        "m.onnx pairs.jsonl -o v.safetensors --held-out 1 | usage | 2",
        "m.onnx pairs.jsonl -o v.safetensors --positions all | usage | 2",
        "m.onnx pairs.jsonl -o v.safetensors --site middle | unknown-site | 2",
        "m.onnx pairs.jsonl -o v.safetensors --activations testdata | folder-taken | 1",
        "none.onnx pairs.jsonl -o v.safetensors | file-not-found | 1",
        "testdata/graphs/fused.onnx pairs.jsonl -o v.safetensors | no-tokenizer | 1",
      })
  void saysWhatIsWrong(String arguments, String code, int exit) throws Exception {
    Steered.Run run = run(arguments.split(" "));
    assertThat(run.output()).startsWith("error[" + code + "]: ").doesNotContain("Exception");
    assertThat(run.exit()).isEqualTo(exit);
    assertThat(folder.resolve("v.safetensors")).doesNotExist();
  }
}
