package dev.steerc.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnomaliesTest {
  private static final byte[] PNG = {
    (byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13
  };

  @TempDir Path folder;

  @Test
  void missingFileIsSaidSo() {
    Path missing = folder.resolve("missing.onnx");
    Refusal.check(
        """
        error[file-not-found]: no file `missing.onnx`
          help: check the path, taken from the folder you are in
        """,
        () -> ModelFile.open(missing));
  }

  @Test
  void folderIsNoFile() throws IOException {
    Path path = Files.createDirectory(folder.resolve("dir.onnx"));
    Refusal.check(
        """
        error[file-unreadable]: `dir.onnx` is a folder
          --> dir.onnx
        """,
        () -> ModelFile.open(path));
  }

  @Test
  void unreadableFileIsSaidSo() throws IOException {
    Path path = GraphText.write(folder, "a = Relu(x)");
    assumeTrue(path.toFile().setReadable(false), "SKIPPED: rights cannot be taken away here");
    assumeTrue(!Files.isReadable(path), "SKIPPED: root reads every file");
    Refusal.check(Code.FILE_UNREADABLE, () -> ModelFile.open(path));
  }

  @Test
  void emptyFileIsSaidSo() {
    check(
        new byte[0],
        """
        error[not-onnx]: `model.onnx` is not an ONNX model
          --> model.onnx
          note: the file is empty
          help: pass a .onnx file
        """);
  }

  @Test
  void textIsNoModel() {
    check(Code.NOT_ONNX, "It was a dark and stormy night".getBytes(StandardCharsets.UTF_8));
    check(Code.NOT_ONNX, "<html><body>404</body></html>".getBytes(StandardCharsets.UTF_8));
    check(Code.NOT_ONNX, "{\"model_type\": \"gpt2\"}".getBytes(StandardCharsets.UTF_8));
    check(
        Code.NOT_ONNX,
        "version https://git-lfs.github.com/spec/v1".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void pictureIsNoModel() {
    check(
        PNG,
        """
        error[not-onnx]: `model.onnx` is not an ONNX model
          --> model.onnx
          note: byte 10: field number 0
          help: pass a .onnx file
        """);
  }

  @Test
  void zerosAreNoModel() {
    check(Code.NOT_ONNX, new byte[1]);
    check(Code.NOT_ONNX, new byte[4096]);
  }

  @Test
  void noiseIsNeverAModel() {
    Random random = Seed.random("noiseIsNeverAModel");
    for (int round = 0; round < 2000; round++) {
      byte[] noise = new byte[random.nextInt(300)];
      random.nextBytes(noise);
      Path path = GraphText.write(folder, noise);
      assertThat(Refusal.of(() -> ModelFile.open(path)))
          .extracting(Problem::code)
          .as(Arrays.toString(noise))
          .containsAnyOf(
              Code.NOT_ONNX, Code.TRUNCATED, Code.MALFORMED, Code.NO_GRAPH, Code.OPSET_MISSING);
    }
  }

  @Test
  void modelWithoutGraphIsSaidSo() {
    Refusal.check(Code.NO_GRAPH, () -> ModelFile.open(Corpus.refused("no-graph.onnx")));
  }

  @Test
  void newerIrVersionIsRefused() {
    check(
        GraphText.model("ir 14\na = Relu(x)").toByteArray(),
        """
        error[ir-too-new]: the model has IR version 14
          --> model.onnx
          note: ONNX Runtime 1.29 loads IR versions up to 13
          help: export with an older IR version
        """);
    ModelFile.open(GraphText.write(folder, "ir 13\na = Relu(x)"));
  }

  @Test
  void newerOpsetIsRefused() {
    check(Code.OPSET_TOO_NEW, GraphText.model("opset 27\na = Relu(x)").toByteArray());
    check(Code.OPSET_TOO_NEW, GraphText.model("opset ai.onnx 27\na = Relu(x)").toByteArray());
    ModelFile.open(GraphText.write(folder, "opset 26\na = Relu(x)"));
  }

  @Test
  void missingOpsetImportIsRefused() {
    check(
        Code.OPSET_MISSING,
        GraphText.model("a = Relu(x)").toBuilder().clearOpsetImport().build().toByteArray());
    check(Code.OPSET_MISSING, GraphText.model("opset com.microsoft 1\na = Relu(x)").toByteArray());
  }

  @Test
  void filesOverTwoGibibytesAreRefused() throws IOException {
    Path path = folder.resolve("large.onnx");
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength((1L << 31) + 5);
    } catch (IOException e) {
      assumeTrue(false, "SKIPPED: no sparse file of 2 GiB here: " + e.getMessage());
    }
    Refusal.check(
        """
        error[file-too-large]: the file is larger than 2 GiB
          --> large.onnx
          note: 2147483653 bytes; a protobuf message cannot exceed 2147483647
          help: export with external data: the graph in the .onnx file, the weights beside it
        """,
        () -> ModelFile.open(path));
  }

  @ParameterizedTest
  @ValueSource(ints = {17, 30, 33})
  void deeplyNestedSubgraphsAreRefused(int depth) {
    check(Code.MALFORMED, nested(depth).toByteArray());
  }

  @Test
  void tenThousandLevelsAreRefused() {
    byte[] graph = {};
    for (int level = 0; level < 10_000; level++) {
      graph = field(1, field(5, field(6, graph)));
    }
    byte[] model = concat(field(7, graph), field(8, new byte[] {16, 17}));
    check(Code.MALFORMED, model);
  }

  @Test
  void moderatelyNestedSubgraphsAreRead() {
    ModelFile.open(GraphText.write(folder, nested(8)));
  }

  private static ModelProto nested(int depth) {
    GraphProto graph = GraphProto.newBuilder().setName("inner").build();
    for (int level = 0; level < depth; level++) {
      GraphProto.Builder outer = GraphProto.newBuilder();
      outer
          .addNodeBuilder()
          .setOpType("If")
          .addAttribute(AttributeProto.newBuilder().setName("then_branch").setG(graph));
      graph = outer.build();
    }
    return GraphText.model("a = Relu(x)").toBuilder().setGraph(graph).build();
  }

  @Test
  void deeplyNestedGroupsAreRefused() {
    byte[] model = GraphText.model("a = Relu(x)").toByteArray();
    check(Code.MALFORMED, concat(model, groups(65)));
    check(Code.MALFORMED, concat(model, groups(100_000)));
    ModelFile.open(GraphText.write(folder, concat(model, groups(64))));
  }

  private static byte[] groups(int depth) {
    byte[] groups = new byte[2 * depth];
    Arrays.fill(groups, 0, depth, (byte) (15 << 3 | 3));
    Arrays.fill(groups, depth, 2 * depth, (byte) (15 << 3 | 4));
    return groups;
  }

  @Test
  void groupThatNeverEndsIsRefused() {
    byte[] model = GraphText.model("a = Relu(x)").toByteArray();
    check(Code.MALFORMED, concat(model, new byte[] {15 << 3 | 3}));
    check(Code.MALFORMED, concat(model, new byte[] {15 << 3 | 4}));
  }

  @Test
  void cutFileIsSaidSo() {
    byte[] model = GraphText.model("a = Relu(x)").toByteArray();
    check(
        Arrays.copyOf(model, 10),
        """
        error[truncated]: the file ends in the middle of a field
          --> model.onnx, byte 3
          note: 17 bytes are announced and 6 are left, of 10 bytes in all
          help: fetch or copy the file again and compare its size with the source
        """);
  }

  @Test
  void fieldNumberZeroIsRefused() {
    byte[] model = GraphText.model("a = Relu(x)").toByteArray();
    check(Code.MALFORMED, concat(model, new byte[] {2, 0}));
  }

  @Test
  void externalDataAtNoNumberIsRefused() {
    check(
        Code.MALFORMED,
        GraphText.model("a = Relu(x)\nexternal w float [2] in w.bin from -4 to 8").toByteArray());
    check(
        Code.MALFORMED,
        GraphText.model("a = Relu(x)\nexternal w float [2] in w.bin from four to 8").toByteArray());
  }

  private void check(Code code, byte[] bytes) {
    Path path = GraphText.write(folder, bytes);
    Refusal.check(code, () -> ModelFile.open(path));
  }

  private void check(byte[] bytes, String text) {
    Path path = GraphText.write(folder, bytes);
    Refusal.check(text, () -> ModelFile.open(path));
  }

  private static byte[] field(int number, byte[] content) {
    return ByteEdits.field(number, content);
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Arrays.stream(parts).forEach(all::writeBytes);
    return all.toByteArray();
  }

  @Test
  void textThatIsNoUtf8IsRead() {
    ModelProto.Builder model = GraphText.model("a = Relu(x)").toBuilder();
    model.getGraphBuilder().getNodeBuilder(0).addOutputBytes(ByteString.copyFrom(PNG));
    assertThat(ModelFile.open(GraphText.write(folder, model.build())).graph().nodes()).hasSize(1);
  }
}
