package dev.steerc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.format.Gguf;
import dev.steerc.runtime.format.Npy;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code steerc vectors} as users have it. */
class VectorsTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int WIDTH = 24;
  private static final Site SITE = new Site.InBlock(1, Site.Kind.RESID_POST);
  private static final Site OTHER = new Site.InBlock(2, Site.Kind.RESID_POST);

  @TempDir Path folder;
  private Steered steerc;

  @BeforeEach
  void makeVectors() throws Exception {
    steerc = new Steered(folder);
    Files.createDirectory(folder.resolve("vectors"));
    write(
        "joy",
        1,
        Map.of("norm.blocks.1.resid_post", "10", "separation.blocks.1.resid_post", "0.97"));
    write("formal", 2, Map.of());
  }

  /** At two sites, of which one acts. */
  private void write(String name, int seed, Map<String, String> more) {
    Map<Site, Edit> edits = new LinkedHashMap<>();
    for (Site site : List.of(SITE, OTHER)) {
      float[] values = new float[WIDTH];
      for (int i = 0; i < WIDTH; i++) {
        values[i] = (float) Math.sin(seed * 7 + i * seed + edits.size());
      }
      edits.put(site, new Edit.Add(new Floats(new long[] {WIDTH}, values)));
    }
    Vector vector = new Vector(name, edits, Optional.empty(), Optional.empty(), Set.of(SITE));
    VectorFile.write(vector, more, folder.resolve("vectors").resolve(name + ".safetensors"));
  }

  private String done(String... arguments) throws Exception {
    Steered.Run run = steerc.run(arguments);
    assertThat(run.exit()).as(run.output()).isZero();
    return run.output();
  }

  private String refused(int exit, String... arguments) throws Exception {
    Steered.Run run = steerc.run(arguments);
    assertThat(run.exit()).as(run.output()).isEqualTo(exit);
    return run.output();
  }

  @Test
  void showPrintsWhatAFileSays() throws Exception {
    String text = done("vectors", "show", "vectors/joy.safetensors");
    assertThat(text)
        .containsPattern("\\*  1.resid_post  add +3\\.\\d+ +10\\.00 +3\\d % +0.97")
        .containsPattern("   2.resid_post  add")
        .contains("next: steerc run MODEL");
    JsonNode json = JSON.readTree(done("vectors", "show", "vectors/joy.safetensors", "--json"));
    JsonNode site = json.get("sites").get(0);
    assertThat(site.get("site").asString()).isEqualTo("1.resid_post");
    assertThat(site.get("acts").asBoolean()).isTrue();
    assertThat(site.get("typical").asDouble()).isEqualTo(10);
    assertThat(site.get("share").asDouble())
        .isCloseTo(site.get("norm").asDouble() / 10, within(1e-9));
    assertThat(json.get("sites").get(1).get("acts").asBoolean()).isFalse();
  }

  @Test
  void showListsAFolderWithItsBrokenFiles() throws Exception {
    Files.writeString(folder.resolve("vectors/bad.gguf"), "GGUF");
    String text = done("vectors", "show", "vectors");
    assertThat(text).contains("2 vectors", "joy", "formal", "error[bad-tensor-file]", "bad.gguf");
    JsonNode json = JSON.readTree(done("vectors", "show", "vectors", "--json"));
    assertThat(json.get("vectors").size()).isEqualTo(2);
    assertThat(json.get("problems").get(0).get("code").asString()).isEqualTo("bad-tensor-file");
  }

  @Test
  void convertSaysWhatItAssumesAndWhatGoesWhere() throws Exception {
    done("vectors", "convert", "vectors/joy.safetensors", "joy.gguf", "--model-hint", "gpt2");
    assertThat(Gguf.read(folder.resolve("joy.gguf")).text("controlvector.model_hint"))
        .contains("gpt2");
    assertThat(done("vectors", "convert", "joy.gguf", "a.safetensors"))
        .contains("as llama.cpp would use it", "direction.1 -> 1.resid_post");
    assertThat(done("vectors", "convert", "joy.gguf", "b.npy", "--dialect", "cvector-generator"))
        .contains("as --dialect says", "direction.1 -> 0.resid_post");
    JsonNode json = JSON.readTree(done("vectors", "convert", "joy.gguf", "c.gguf", "--json"));
    assertThat(json.get("dialect").asString()).isEqualTo("llama.cpp");
    assertThat(json.get("read").get(0).get("site").asString()).isEqualTo("1.resid_post");
    assertThat(Files.readAllBytes(folder.resolve("c.gguf")))
        .isEqualTo(Files.readAllBytes(folder.resolve("joy.gguf")));
  }

  @Test
  void convertPlacesABareVectorForAModel() throws Exception {
    Npy.write(folder.resolve("v.npy"), Floats.filled(1, WIDTH));
    Path graph = Steered.root().resolve("testdata/graphs/withpast.onnx");
    String model = graph.toString();
    done("vectors", "convert", "v.npy", "v.safetensors", "--block", "2", "--base", model);
    Vector read = VectorFile.read(folder.resolve("v.safetensors"));
    assertThat(read.edits()).containsOnlyKeys(OTHER);
    JsonNode inspected = JSON.readTree(done("inspect", model, "--json"));
    assertThat(read.base()).contains(inspected.get("fingerprint").asString());
  }

  @Test
  void convertRefusesAModelThatTheVectorCannotFit() throws Exception {
    String model = Steered.root().resolve("testdata/graphs/withpast.onnx").toString();
    Npy.write(folder.resolve("v.npy"), Floats.filled(1, WIDTH));
    Npy.write(folder.resolve("w.npy"), Floats.filled(1, WIDTH + 1));
    String[] to = {"x.safetensors", "--base", model, "--block"};
    assertThat(refused(1, "vectors", "convert", "v.npy", to[0], to[1], to[2], to[3], "99"))
        .contains("error[layer-out-of-range]: layer 99 does not exist", "0..3");
    assertThat(refused(1, "vectors", "convert", "w.npy", to[0], to[1], to[2], to[3], "1"))
        .contains("error[vector-width]", "the stream " + WIDTH);
    assertThat(folder.resolve("x.safetensors")).doesNotExist();
  }

  @Test
  void convertNamesWhatCannotBeSaid() throws Exception {
    String joy = "vectors/joy.safetensors";
    assertThat(refused(1, "vectors", "convert", joy, joy)).contains("error[output-is-input]");
    assertThat(refused(2, "vectors", "convert", joy, "a.gguf", "--dialect", "repeng"))
        .contains("is no GGUF");
    assertThat(refused(2, "vectors", "convert", joy, "a.gguf", "--to-dialect", "lama.cpp"))
        .contains("did you mean `llama.cpp`?");
    assertThat(refused(2, "vectors", "convert", joy, "a.npy", "--site", "1")).contains("--site 1");
    assertThat(refused(1, "vectors", "convert", joy, "a.npy", "--site", "0.resid_mid"))
        .contains("has no direction at 0.resid_mid");
    assertThat(refused(1, "vectors", "convert", joy, "a.pt")).contains("error[unsupported-file]");
    Files.writeString(folder.resolve("v.pt"), "x");
    assertThat(refused(1, "vectors", "convert", "v.pt", "a.npy"))
        .contains("error[unsafe-file]", "weights_only=True");
    assertThat(folder.resolve("a.npy")).doesNotExist();
  }

  @Test
  void mixSteersAsItsPartsDo() throws Exception {
    done("vectors", "mix", "0.6*joy - 0.2*formal", "-o", "warm.safetensors");
    Path graph = Steered.root().resolve("testdata/graphs/withpast.onnx");
    done("patch", graph.toString(), "--layers", "all", "-o", "m.onnx");
    String[] parts = {"--steer", "joy:0.6", "--steer", "formal:-0.2"};
    String[] sum = {"--steer", "warm.safetensors:1"};
    JsonNode expected = run(parts);
    assertThat(run(sum)).isEqualTo(expected);
    assertThat(run()).isNotEqualTo(expected);
  }

  private JsonNode run(String... steer) throws Exception {
    List<String> all =
        new ArrayList<>(
            List.of("run", "m.onnx", "--ids", "4,8,15", "--greedy", "--max-new-tokens", "6"));
    all.addAll(List.of("--ignore-eos", "--logprobs", "3", "--json"));
    all.addAll(List.of(steer));
    return JSON.readTree(done(all.toArray(String[]::new))).get("choices").get(0).get("logprobs");
  }

  @Test
  void mixRefusesWhatItCannotRead() throws Exception {
    assertThat(refused(2, "vectors", "mix", "joy calm", "-o", "x.npy"))
        .contains("error[bad-mix]", "expected + or - before `calm`");
    assertThat(refused(1, "vectors", "mix", "2*jo", "-o", "x.npy")).contains("did you mean `joy`");
    String joy = "vectors/joy.safetensors";
    assertThat(refused(1, "vectors", "mix", "2*joy", "-o", joy)).contains("output-is-input");
  }

  @Test
  void auditComparesAllOfTheFolder() throws Exception {
    assertThat(done("vectors", "audit")).contains("1.resid_post", "2.resid_post", "norm");
    JsonNode json = JSON.readTree(done("vectors", "audit", "joy", "formal", "--json"));
    JsonNode site = json.get("sites").get(0);
    assertThat(site.get("vectors").get(1).asString()).isEqualTo("formal");
    assertThat(site.get("cosines").get(0).get(0).asDouble()).isCloseTo(1, within(1e-9));
    assertThat(refused(2, "vectors", "audit", "joy")).contains("no two vectors");
  }

  @Test
  void auditWarnsOfTwins() throws Exception {
    done("vectors", "mix", "-2*joy", "-o", "vectors/sad.safetensors");
    assertThat(done("vectors", "audit", "joy", "sad"))
        .contains("`joy` and `sad` are nearly opposite at 1.resid_post, cosine -1.00")
        .contains("next: steerc vectors audit joy --project-out sad");
  }

  /** What it proposes finds the very vectors that were compared. */
  @Test
  void auditNamesVectorsAsTheyWereTyped() throws Exception {
    done("vectors", "mix", "joy + 9*formal", "-o", "my sum.safetensors");
    assertThat(done("vectors", "audit", "formal", "my sum.safetensors"))
        .contains("next: steerc vectors audit formal --project-out 'my sum.safetensors'");
    assertThat(
            done("vectors", "audit", "joy", "vectors/formal.safetensors", "--vectors", "vectors"))
        .contains("\"0.5*joy + 0.5*vectors/formal.safetensors\"")
        .contains("-o both.safetensors --vectors vectors");
    assertThat(refused(2, "vectors", "audit", "joy", "joy")).contains("no two vectors");
  }

  @Test
  void auditKnowsNoDirectionOfZero() throws Exception {
    done("vectors", "mix", "0*joy", "-o", "zero.safetensors");
    assertThat(done("vectors", "audit", "joy", "zero.safetensors"))
        .contains("zero             -     -")
        .doesNotContain("NaN");
    assertThat(
            refused(
                1,
                "vectors",
                "audit",
                "joy",
                "--project-out",
                "zero.safetensors",
                "-o",
                "r.safetensors"))
        .contains("error[vectors-differ]: `zero` is zero");
    assertThat(folder.resolve("r.safetensors")).doesNotExist();
  }

  @Test
  void auditTakesOneVectorOutOfAnother() throws Exception {
    String[] command = {
      "vectors", "audit", "joy", "--project-out", "formal", "-o", "r.safetensors"
    };
    assertThat(done(command)).contains("1.resid_post", "of its length is left");
    JsonNode json = JSON.readTree(done("vectors", "audit", "r.safetensors", "formal", "--json"));
    for (JsonNode site : json.get("sites")) {
      assertThat(site.get("cosines").get(0).get(1).asDouble()).isCloseTo(0, within(1e-6));
    }
    assertThat(refused(2, "vectors", "audit", "joy", "--project-out", "formal"))
        .contains("needs a vector to take from, and -o");
  }
}
