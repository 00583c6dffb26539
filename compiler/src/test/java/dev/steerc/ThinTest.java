package dev.steerc;

import static dev.steerc.OutputTest.REQUEST;
import static dev.steerc.OutputTest.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import dev.steerc.manifest.Json;
import dev.steerc.manifest.Manifest;
import dev.steerc.onnx.Corpus;
import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Scratch;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.StringStringEntryProto;
import dev.steerc.onnx.proto.TensorProto;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that refer to their original, and what may become of either. */
class ThinTest {
  private static final byte[] MODEL = Corpus.bytes(Corpus.graph("withpast.onnx"));

  @TempDir Path folder;
  @TempDir Path other;
  private Path original;
  private Path thin;

  @BeforeEach
  void patch() throws IOException {
    original = Files.write(folder.resolve("m.onnx"), MODEL);
    thin = folder.resolve("thin.onnx");
    Steerc.patch(original, REQUEST, thin, Weights.REFERRED);
  }

  @Test
  void manifestNamesTheOriginal() {
    Manifest.Thin found = manifest(thin).thin().orElseThrow();
    assertThat(found.location()).isEqualTo("m.onnx");
    assertThat(found.size()).isEqualTo(MODEL.length);
    assertThat(manifest(thin).toMap()).containsKey("thin").doesNotContainKey("undo");
    assertThat(Manifest.parse(manifest(thin).toJson())).isEqualTo(manifest(thin));
  }

  @Test
  void weightsAreNotInTheFile() throws IOException {
    assertThat(Files.size(thin)).isLessThan(MODEL.length / 2);
    for (TensorProto tensor : proto(thin).getGraph().getInitializerList()) {
      assertThat(tensor.getRawData().size()).as(tensor.getName()).isLessThan(1024);
    }
    assertThat(names(folder)).containsExactly("m.onnx", "thin.onnx");
  }

  /** Law 4: with every reference followed, it is the message of the patched model. */
  @ParameterizedTest
  @MethodSource("dev.steerc.onnx.Corpus#graphs")
  void referencesFollowedGiveThePatchedModel(Path model) throws IOException {
    Path source = folder.resolve(model.getFileName());
    Steerc.copy(model, source);
    Path referring = folder.resolve("referring.onnx");
    Path plain = folder.resolve("plain.onnx");
    Steerc.patch(source, REQUEST, referring, Weights.REFERRED);
    Steerc.patch(source, REQUEST, plain);
    byte[] bytes = Files.readAllBytes(source);
    ModelProto.Builder followed = proto(referring).toBuilder().clearMetadataProps();
    String name = source.getFileName().toString();
    for (TensorProto.Builder tensor : followed.getGraphBuilder().getInitializerBuilderList()) {
      follow(tensor, name, bytes);
    }
    ModelProto.Builder expected = proto(plain).toBuilder().clearMetadataProps();
    assertThat(followed.build().equals(expected.build())).isTrue();
  }

  private static void follow(TensorProto.Builder tensor, String name, byte[] bytes) {
    Map<String, String> entries = new TreeMap<>();
    tensor.getExternalDataList().forEach(e -> entries.put(e.getKey(), e.getValue()));
    if (name.equals(entries.get("location"))) {
      int offset = Integer.parseInt(entries.get("offset"));
      int length = Integer.parseInt(entries.get("length"));
      tensor
          .clearExternalData()
          .clearDataLocation()
          .setRawData(ByteString.copyFrom(bytes, offset, length));
    }
  }

  @Test
  void originalIsLinkedIntoAnotherFolder() throws IOException {
    Path output = other.resolve("out.onnx");
    Steerc.patch(original, REQUEST, output, Weights.REFERRED);
    assertThat(names(other)).containsExactly("m.onnx", "out.onnx");
    assertThat(Files.isSameFile(other.resolve("m.onnx"), original)).isTrue();
  }

  @Test
  void outputMayHaveTheNameOfTheOriginal() throws IOException {
    Path output = other.resolve("m.onnx");
    Steerc.patch(original, REQUEST, output, Weights.REFERRED);
    assertThat(names(other)).containsExactly("m.onnx", "m.onnx.original");
    Path further = Files.createDirectory(other.resolve("further")).resolve("m.onnx");
    Steerc.patch(output, REQUEST, further);
    assertThat(names(further.getParent())).containsExactly("m.onnx", "m.onnx.original");
    Path restored = folder.resolve("restored.onnx");
    Steerc.unpatch(further, restored);
    assertThat(restored).hasBinaryContent(MODEL);
  }

  @Test
  void anotherFileInTheWayIsNotReplaced() throws IOException {
    Files.writeString(other.resolve("m.onnx"), "mine");
    Path output = other.resolve("out.onnx");
    Refusal.check(
        Code.EXTERNAL_DATA_TAKEN, () -> Steerc.patch(original, REQUEST, output, Weights.REFERRED));
    assertThat(names(other)).containsExactly("m.onnx");
  }

  /** Not a copy that nobody asked for: a link to the file is what thin is about. */
  @Test
  void whatCannotBeLinkedIsSaidSo() throws IOException {
    Path elsewhere = Path.of("/dev/shm");
    assumeTrue(
        Files.isWritable(elsewhere)
            && !Files.getFileStore(elsewhere).equals(Files.getFileStore(folder)));
    Path place = Files.createTempDirectory(elsewhere, "steerc");
    try {
      Path output = place.resolve("out.onnx");
      Problem problem =
          Refusal.check(
              Code.EXTERNAL_DATA_NOT_LINKED,
              () -> Steerc.patch(original, REQUEST, output, Weights.REFERRED));
      assertThat(problem.help()).contains("copy the original there first");
      assertThat(names(place)).isEmpty();
      Files.copy(original, place.resolve("m.onnx"));
      Steerc.patch(original, REQUEST, output, Weights.REFERRED);
      assertThat(names(place)).containsExactly("m.onnx", "out.onnx");
    } finally {
      Scratch.discard(place);
    }
  }

  @Test
  void patchedModelIsNoOriginal() {
    Path plain = folder.resolve("plain.onnx");
    Steerc.patch(original, REQUEST, plain);
    Path output = folder.resolve("out.onnx");
    Refusal.check(Code.NOT_THIN, () -> Steerc.patch(plain, REQUEST, output, Weights.REFERRED));
  }

  @Test
  void thinModelCanBeWrittenInFull() {
    Path full = folder.resolve("full.onnx");
    Path plain = folder.resolve("plain.onnx");
    Steerc.patchOriginal(thin, REQUEST, full);
    Steerc.patch(original, REQUEST, plain);
    assertThat(full).hasSameBinaryContentAs(plain);
  }

  @Test
  void originalIsNoDecoderBesideItsThinModel() {
    assertThat(ModelFolder.open(folder).decoders().keySet()).containsExactly(thin);
    Path restored = other.resolve("restored");
    ModelFolder.open(folder).unpatch(restored);
    assertThat(restored.resolve("thin.onnx")).hasBinaryContent(MODEL);
  }

  // what may happen to the original

  @Test
  void changedOriginalIsRefused() throws IOException {
    byte[] changed = MODEL.clone();
    changed[MODEL.length / 2] ^= 1;
    Files.write(original, changed);
    refused(Code.ORIGINAL_CHANGED);
  }

  @Test
  void truncatedOriginalIsRefused() throws IOException {
    Files.write(original, Arrays.copyOf(MODEL, MODEL.length - 100));
    refused(Code.ORIGINAL_CHANGED);
  }

  @Test
  void movedOriginalIsRefused() throws IOException {
    Files.move(original, other.resolve("m.onnx"));
    refused(Code.ORIGINAL_MISSING);
  }

  @Test
  void thinFileAloneIsRefused() throws IOException {
    Files.move(thin, other.resolve("thin.onnx"), StandardCopyOption.REPLACE_EXISTING);
    thin = other.resolve("thin.onnx");
    refused(Code.ORIGINAL_MISSING);
    assertThat(Steerc.inspect(thin).model().blocks()).isEqualTo(4);
  }

  @Test
  void originalIsNotOverwritten() {
    Refusal.check(Code.OUTPUT_IS_INPUT, () -> Steerc.unpatch(thin, original));
    Refusal.check(Code.OUTPUT_IS_INPUT, () -> Steerc.patch(thin, REQUEST, original));
    assertThat(original).hasBinaryContent(MODEL);
  }

  // what may be wrong with the thin file

  @ParameterizedTest
  @CsvSource({
    "offset, 8",
    "offset, 99999999999",
    "length, 16",
    "location, ../m.onnx",
    "location, /etc/passwd",
    "location, thin.onnx",
    "location, ''",
  })
  void referencesToOtherBytesAreRefused(String key, String value) throws IOException {
    tamper(
        model -> {
          TensorProto.Builder tensor =
              model.getGraphBuilder().getInitializerBuilderList().stream()
                  .filter(t -> t.getExternalDataCount() > 0)
                  .findFirst()
                  .orElseThrow();
          for (StringStringEntryProto.Builder entry : tensor.getExternalDataBuilderList()) {
            if (entry.getKey().equals(key)) {
              entry.setValue(value);
            }
          }
        });
    refused(Code.CHANGED_AFTER_PATCH);
  }

  @ParameterizedTest
  @ValueSource(strings = {"../m.onnx", "/etc/passwd", "C:\\m.onnx", ""})
  void manifestsThatLeaveTheFolderAreRefused(String location) throws IOException {
    manifest("location", location);
    refused(Code.EXTERNAL_DATA_ESCAPES);
  }

  @Test
  void manifestsWithoutAHashAreRefused() throws IOException {
    manifest("sha256", null);
    refused(Code.BAD_MANIFEST);
  }

  private void manifest(String key, Object value) throws IOException {
    Map<String, Object> all = new TreeMap<>(manifest(thin).toMap());
    Map<String, Object> reference = new TreeMap<>();
    ((Map<?, ?>) all.get("thin")).forEach((k, v) -> reference.put((String) k, v));
    reference.put(key, value);
    all.put("thin", reference);
    tamper(model -> model.getMetadataPropsBuilder(0).setValue(Json.write(all)));
  }

  private void tamper(Consumer<ModelProto.Builder> change) throws IOException {
    ModelProto.Builder model = proto(thin).toBuilder();
    change.accept(model);
    Files.write(thin, model.build().toByteArray());
  }

  /** Everything that needs the weights refuses. */
  private void refused(Code code) {
    Path output = other.resolve("output.onnx");
    List.<ThrowingCallable>of(
            () -> Steerc.unpatch(thin, output),
            () -> Steerc.patch(thin, REQUEST, output),
            () -> Steerc.explain(thin))
        .forEach(action -> Refusal.check(code, action));
    assertThat(output).doesNotExist();
  }

  private static Manifest manifest(Path model) {
    return Manifest.of(ModelFile.open(model)).orElseThrow();
  }

  private static ModelProto proto(Path model) throws IOException {
    return ModelProto.parseFrom(Files.readAllBytes(model));
  }
}
