package dev.steerc;

import static dev.steerc.OutputTest.REQUEST;
import static dev.steerc.OutputTest.names;
import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.onnx.Corpus;
import dev.steerc.onnx.GraphText;
import dev.steerc.problem.Code;
import dev.steerc.problem.Refusal;
import dev.steerc.residual.Decoders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExternalDataTest {
  private static final String INSIDE = "weight wte float [16, 8]";

  @TempDir Path folder;
  @TempDir Path other;
  private Path output;

  @BeforeEach
  void weights() throws IOException {
    Files.write(folder.resolve("w.bin"), new byte[600]);
    output = other.resolve("out.onnx");
  }

  @Test
  void missingFileIsSaidSo() throws IOException {
    Files.delete(folder.resolve("w.bin"));
    Path model = model("w.bin", 0, 512);
    Refusal.check(
        """
        error[external-data-missing]: the data file `w.bin` is missing
          --> model.onnx
          note: expected at `FOLDER/w.bin`
          help: put the data file beside the model
        """
            .replace("FOLDER", folder.toString()),
        () -> Steerc.patch(model, REQUEST, output));
    assertThat(names(other)).isEmpty();
  }

  @Test
  void shortFileIsSaidSo() {
    check(Code.EXTERNAL_DATA_MISSING, model("w.bin", 100, 512));
    Steerc.patch(model("w.bin", 88, 512), REQUEST, output);
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE - 100, 1L << 40})
  void offsetsBeyondAnyFileAreRefused(long offset) {
    check(Code.EXTERNAL_DATA_MISSING, model("w.bin", offset, 512));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/etc/passwd",
        "../w.bin",
        "a/../../w.bin",
        "..",
        "..\\w.bin",
        "a\\..\\..\\w.bin",
        "C:\\w.bin",
        "c:w.bin",
        "\\\\server\\share\\w.bin",
        "//server/share/w.bin",
        "\\w.bin",
        "",
      })
  void locationsOutsideTheFolderAreRefused(String location) {
    check(Code.EXTERNAL_DATA_ESCAPES, model(location, 0, 512));
  }

  @ParameterizedTest
  @ValueSource(strings = {".", "./", "sub", "no/w.bin", "a\\w.bin"})
  void locationsWithoutAFileAreRefused(String location) throws IOException {
    Files.createDirectory(folder.resolve("sub"));
    check(Code.EXTERNAL_DATA_MISSING, model(location, 0, 512));
  }

  /** As in the cache of Hugging Face, where every file is a link. */
  @Test
  void weightsBehindALinkAreBroughtAsAFile() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("blobs"));
    Path blob = Files.move(folder.resolve("w.bin"), elsewhere.resolve("4f2a"));
    Files.createSymbolicLink(folder.resolve("w.bin"), blob);
    Steerc.patch(model("w.bin", 0, 512), REQUEST, output);
    assertThat(Files.isSymbolicLink(other.resolve("w.bin"))).isFalse();
    assertThat(other.resolve("w.bin")).hasSameBinaryContentAs(blob);
  }

  @Test
  void nothingIsBroughtIntoTheSameFolder() {
    Steerc.patch(model("w.bin", 0, 512), REQUEST, folder.resolve("out.onnx"));
    assertThat(names(folder)).containsExactly("model.onnx", "out.onnx", "w.bin");
  }

  @Test
  void otherFolderGetsTheWeights() {
    Steerc.patch(model("w.bin", 0, 512), REQUEST, output);
    assertThat(names(other)).containsExactly("out.onnx", "w.bin");
    assertThat(other.resolve("w.bin")).hasSameBinaryContentAs(folder.resolve("w.bin"));
  }

  @Test
  void weightsInAFolderKeepTheirFolder() throws IOException {
    Files.createDirectory(folder.resolve("sub"));
    Files.copy(folder.resolve("w.bin"), folder.resolve("sub/w.bin"));
    Steerc.patch(model("sub/w.bin", 0, 512), REQUEST, output);
    assertThat(other.resolve("sub/w.bin")).hasSize(600);
  }

  @Test
  void sameWeightsMayBeThereAlready() throws IOException {
    Files.copy(folder.resolve("w.bin"), other.resolve("w.bin"));
    Steerc.patch(model("w.bin", 0, 512), REQUEST, output);
    assertThat(names(other)).containsExactly("out.onnx", "w.bin");
  }

  @Test
  void otherWeightsAreNotReplaced() throws IOException {
    Files.writeString(other.resolve("w.bin"), "mine");
    Path model = model("w.bin", 0, 512);
    Refusal.check(Code.EXTERNAL_DATA_TAKEN, () -> Steerc.patch(model, REQUEST, output));
    assertThat(other.resolve("w.bin")).hasContent("mine");
    assertThat(names(other)).containsExactly("w.bin");
  }

  @Test
  void firstFilesAreRemovedWhenALaterOneFails() throws IOException {
    Files.copy(folder.resolve("w.bin"), folder.resolve("v.bin"));
    Files.writeString(other.resolve("w.bin"), "mine");
    Path model = twoFiles("v.bin");
    Refusal.check(Code.EXTERNAL_DATA_TAKEN, () -> Steerc.patch(model, REQUEST, output));
    assertThat(names(other)).containsExactly("w.bin");
  }

  @Test
  void foldersMadeAreRemovedWhenALaterFileFails() throws IOException {
    Files.createDirectory(folder.resolve("a"));
    Files.copy(folder.resolve("w.bin"), folder.resolve("a/v.bin"));
    Files.writeString(other.resolve("w.bin"), "mine");
    Path model = twoFiles("a/v.bin");
    Refusal.check(Code.EXTERNAL_DATA_TAKEN, () -> Steerc.patch(model, REQUEST, output));
    assertThat(names(other)).containsExactly("w.bin");
  }

  @Test
  void outputOverTheWeightsIsRefused() {
    Path model = model("w.bin", 0, 512);
    Refusal.of(() -> Steerc.patch(model, REQUEST, folder.resolve("w.bin")));
    Refusal.of(() -> Steerc.patch(model, REQUEST, other.resolve("w.bin")));
    assertThat(folder.resolve("w.bin")).hasBinaryContent(new byte[600]);
    assertThat(names(other)).isEmpty();
  }

  @Test
  void missingWeightsStopAnUnpatchToo() throws IOException {
    Steerc.patch(model("w.bin", 0, 512), REQUEST, output);
    Files.delete(other.resolve("w.bin"));
    check(() -> Steerc.unpatch(output, other.resolve("back.onnx")));
    assertThat(names(other)).containsExactly("out.onnx");
  }

  private static void check(org.assertj.core.api.ThrowableAssert.ThrowingCallable action) {
    Refusal.check(Code.EXTERNAL_DATA_MISSING, action);
  }

  @Test
  void unpatchBringsTheWeights() throws IOException {
    Path model = Corpus.graph("external.onnx");
    Path patched = folder.resolve("patched.onnx");
    Steerc.patch(model, REQUEST, patched);
    Steerc.unpatch(patched, other.resolve("back.onnx"));
    assertThat(names(other)).containsExactly("back.onnx", "external.onnx_data");
    assertThat(other.resolve("back.onnx")).hasSameBinaryContentAs(model);
    assertThat(other.resolve("external.onnx_data"))
        .hasSameBinaryContentAs(Corpus.graph("external.onnx_data"));
  }

  @Test
  void failedUnpatchBringsNothing() throws IOException {
    Steerc.patch(model("w.bin", 0, 512), REQUEST, folder.resolve("patched.onnx"));
    Files.writeString(other.resolve("w.bin"), "mine");
    Refusal.check(
        Code.EXTERNAL_DATA_TAKEN,
        () -> Steerc.unpatch(folder.resolve("patched.onnx"), other.resolve("back.onnx")));
    assertThat(names(other)).containsExactly("w.bin");
  }

  private void check(Code code, Path model) {
    Refusal.check(code, () -> Steerc.patch(model, REQUEST, output));
    assertThat(names(other)).isEmpty();
  }

  private Path model(String location, long offset, long length) {
    return GraphText.write(
        folder,
        Decoders.text(1).replace(INSIDE, external("wte float [16, 8]", location, offset, length)));
  }

  private Path twoFiles(String first) {
    return GraphText.write(
        folder,
        Decoders.text(1)
            .replace(INSIDE, external("wte float [16, 8]", first, 0, 512))
            .replace("weight wq float [8, 8]", external("wq float [8, 8]", "w.bin", 0, 256)));
  }

  private static String external(String tensor, String location, long offset, long length) {
    return "external " + tensor + " in " + location + " from " + offset + " to " + length;
  }
}
