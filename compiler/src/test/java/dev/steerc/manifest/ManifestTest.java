package dev.steerc.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.Steerc;
import dev.steerc.onnx.Corpus;
import dev.steerc.onnx.Fingerprint;
import dev.steerc.onnx.GraphText;
import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Undo;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.StringStringEntryProto;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Request;
import dev.steerc.plan.Target;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.Refusal;
import dev.steerc.residual.Decoders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {
  @TempDir Path folder;
  private Path model;
  private Path patched;

  @BeforeEach
  void patch() {
    model = GraphText.write(folder, Decoders.text(2));
    patched = folder.resolve("patched.onnx");
    Request request =
        Request.of(
            Stream.of(
                    "1.resid_post:project@2",
                    "0.mlp_out:add",
                    "1.attn_out:tap",
                    "value:h0.up:add",
                    "value:h0.up:tap")
                .map(text -> Target.parse(text, OptionalInt.empty()))
                .toList(),
            InputMode.REQUIRED);
    Steerc.patch(model, request, patched);
  }

  @Test
  void modelCarriesItsManifest() {
    Manifest manifest = read();
    assertThat(manifest.steerc()).isEqualTo(Steerc.VERSION);
    assertThat(manifest.fingerprint()).isEqualTo(Fingerprint.of(ModelFile.open(model)));
    assertThat(manifest.model().blocks()).isEqualTo(2);
    assertThat(manifest.model().hidden()).isEqualTo(8);
    assertThat(manifest.model().dtype()).isEqualTo("float32");
    assertThat(manifest.mode()).isEqualTo(InputMode.REQUIRED);
    assertThat(manifest.interventions().stream().map(Intervention::text))
        .containsExactly(
            "0.mlp_out:add",
            "1.attn_out:tap",
            "1.resid_post:project@2",
            "value:h0.up:add",
            "value:h0.up:tap");
  }

  @Test
  void jsonGoesBothWays() {
    String json = read().toJson();
    assertThat(Manifest.parse(json).toJson()).isEqualTo(json);
    Undo undo = read().undo();
    Undo again = Manifest.parse(json).undo();
    assertThat(again.size()).isEqualTo(undo.size());
    assertThat(again.originalSize()).isEqualTo(Corpus.bytes(model).length);
  }

  @Test
  void keysAreTheWireContract() {
    Map<String, Object> map = read().toMap();
    assertThat(map.keySet())
        .contains("format", "steerc", "base", "blocks", "hidden", "dtype", "inputs")
        .contains("plan", "steering", "taps", "undo");
    checkJson(
        map.get("steering"),
        """
        [{"at":"0.mlp_out:add","block":0,"site":"mlp_out","op":"add",
        "inputs":{"add":"steer.blocks.0.mlp_out.add"}},
        {"at":"1.resid_post:project@2","block":1,"site":"resid_post","op":"project",
        "inputs":{"read":"steer.blocks.1.resid_post.read","bias":"steer.blocks.1.resid_post.bias",
        "gain":"steer.blocks.1.resid_post.gain","write":"steer.blocks.1.resid_post.write"}},
        {"at":"value:h0.up:add","value":"h0.up","op":"add",
        "inputs":{"add":"steer.value.h0.up.add"}}]
        """);
    checkJson(
        map.get("taps"),
        """
        [{"at":"1.attn_out:tap","block":1,"site":"attn_out","output":"tap.blocks.1.attn_out"},
        {"at":"value:h0.up:tap","value":"h0.up","output":"tap.value.h0.up"}]
        """);
  }

  private static void checkJson(Object value, String json) {
    assertThat(Json.write(value)).isEqualTo(json.replace("\n", ""));
  }

  @Test
  void inspectionIsTheWireContract() {
    Map<String, Object> map = Steerc.inspect(patched).toMap();
    assertThat(map.keySet())
        .contains(
            "blocks",
            "hidden",
            "dtype",
            "vocab",
            "kv_cache",
            "sites",
            "steering",
            "taps",
            "manifest");
    assertThat(map.get("fingerprint")).isEqualTo(Fingerprint.of(ModelFile.open(model)));
    Map<String, Object> plain = Steerc.inspect(model).toMap();
    assertThat(plain).containsEntry("manifest", null).containsEntry("steering", List.of());
    assertThat(plain.keySet()).isEqualTo(map.keySet());
  }

  @Test
  void modelWithoutManifestHasNone() {
    assertThat(Manifest.of(ModelFile.open(model))).isEmpty();
    Refusal.check(
        """
        error[not-patched]: the model was not patched by steerc
          --> model.onnx
          note: its metadata has no `steerc.manifest`
          help: patch it with `steerc patch model.onnx --layers 0`
        """,
        () -> Steerc.unpatch(model, folder.resolve("back.onnx")));
  }

  @Test
  void unknownFormatsAreRefused() {
    refuse(Code.BAD_MANIFEST, map -> map.put("format", 2L));
    refuse(Code.BAD_MANIFEST, map -> map.put("format", "1"));
    refuse(Code.BAD_MANIFEST, map -> map.remove("format"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "base",
        "blocks",
        "hidden",
        "sites",
        "cache",
        "inputs",
        "plan",
        "steering",
        "undo"
      })
  void missingAndOddFieldsAreRefused(String key) {
    refuse(Code.BAD_MANIFEST, map -> map.remove(key));
    refuse(Code.BAD_MANIFEST, map -> map.put(key, "something"));
    refuse(Code.BAD_MANIFEST, map -> map.put(key, List.of(1L)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "null", "[]", "7", "\"x\"", "{}", "{\"format\":1}"})
  void brokenJsonIsRefused(String json) {
    refuse(json, Set.of(Code.BAD_MANIFEST));
  }

  static Stream<Consumer<Map<String, Object>>> hostileUndos() {
    long far = 1L << 40;
    return Stream.of(
        edits(piece(-1, 4)),
        edits(piece(0, -1)),
        edits(piece(far, 4)),
        edits(piece(1_000_000, 4)),
        edits(piece(Integer.MAX_VALUE, 1)),
        edits(piece(Integer.MAX_VALUE, Integer.MAX_VALUE)),
        edits(piece(0, Integer.MAX_VALUE)),
        edits(piece(40, 10), piece(20, 10)),
        edits(piece(20, 10), piece(25, 10)),
        edits(),
        undo -> undo.put("size", -1L),
        undo -> undo.put("size", 0L),
        undo -> undo.put("size", far),
        undo -> undo.put("size", -far),
        undo -> undo.put("size", 10L));
  }

  private static Consumer<Map<String, Object>> edits(Object... pieces) {
    return undo -> undo.put("edits", List.of(pieces));
  }

  private static List<Object> piece(long at, long length) {
    return List.of(at, length, "AAAA");
  }

  @ParameterizedTest
  @MethodSource("hostileUndos")
  void hostileUndosAreRefused(Consumer<Map<String, Object>> change) {
    refuse(
        Code.CHANGED_AFTER_PATCH,
        map -> {
          Map<String, Object> undo = copy(map.get("undo"));
          change.accept(undo);
          map.put("undo", undo);
        });
  }

  @Test
  void wrongSizesAndFingerprintsAreRefused() {
    refuse(Code.CHANGED_AFTER_PATCH, map -> replaceBase(map, "size", 17L));
    refuse(Code.CHANGED_AFTER_PATCH, map -> replaceBase(map, "fingerprint", "sha256:0"));
  }

  private static void replaceBase(Map<String, Object> map, String key, Object value) {
    Map<String, Object> base = copy(map.get("base"));
    base.put(key, value);
    map.put("base", base);
  }

  @Test
  void piecesThatAreNoBase64AreRefused() {
    refuse(
        Code.BAD_MANIFEST,
        map -> {
          Map<String, Object> undo = copy(map.get("undo"));
          undo.put("edits", List.of(List.of(0L, 1L, "~~~")));
          map.put("undo", undo);
        });
  }

  private static Map<String, Object> copy(Object map) {
    Map<String, Object> copy = new LinkedHashMap<>();
    ((Map<?, ?>) map).forEach((key, value) -> copy.put((String) key, value));
    return copy;
  }

  private void refuse(Code code, Consumer<Map<String, Object>> change) {
    Map<String, Object> map = read().toMap();
    change.accept(map);
    refuse(Json.write(map), Set.of(code));
  }

  /** Unpatches with another manifest: a refusal of one of the codes, and no file but the inputs. */
  private void refuse(String json, Set<Code> codes) {
    Path changed = withManifest(json);
    Path output = folder.resolve("back.onnx");
    assertThat(Refusal.of(() -> Steerc.unpatch(changed, output)))
        .extracting(Problem::code)
        .hasSize(1)
        .isSubsetOf(codes);
    assertThat(folder.toFile().list())
        .containsExactlyInAnyOrder("model.onnx", "patched.onnx", "changed.onnx");
  }

  /** The patched file with its last field, the manifest, replaced. */
  private Path withManifest(String json) {
    byte[] entry =
        ModelProto.newBuilder()
            .addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(Manifest.KEY).setValue(json))
            .build()
            .toByteArray();
    byte[] all = Corpus.bytes(patched);
    byte[] file = new byte[(int) read().undo().size() + entry.length];
    System.arraycopy(all, 0, file, 0, file.length - entry.length);
    System.arraycopy(entry, 0, file, file.length - entry.length, entry.length);
    Path changed = folder.resolve("changed.onnx");
    try {
      return Files.write(changed, file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Manifest read() {
    return Manifest.of(ModelFile.open(patched)).orElseThrow();
  }
}
