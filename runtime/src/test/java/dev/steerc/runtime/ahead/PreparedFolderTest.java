package dev.steerc.runtime.ahead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.steerc.ExternalData;
import dev.steerc.ModelFolder;
import dev.steerc.Steerc;
import dev.steerc.Weights;
import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.plan.AddVector;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.TestModels;
import dev.steerc.runtime.prepared.Identity;
import dev.steerc.runtime.prepared.Prepared;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A prepared folder is used where it holds; elsewhere the model in it is, and it is said. */
class PreparedFolderTest {
  private static final String MODEL = "withpast.onnx";
  private static final String GRAPH = "withpast.prepared";

  @TempDir private static Path once;
  private static Path source;
  private static Path whole;

  @TempDir private Path root;
  private Path prepared;

  @BeforeAll
  static void prepare() throws IOException {
    Path patched = TestModels.patched("withpast", once, "1.resid_post:add");
    source = Files.createDirectory(once.resolve("source")).resolve(MODEL);
    Files.move(patched, source);
    whole = once.resolve("prepared");
    Preparation.write(source, whole);
  }

  @BeforeEach
  void copy() throws IOException {
    prepared = Files.createDirectory(root.resolve("prepared"));
    for (String name : names(whole)) {
      Files.copy(whole.resolve(name), prepared.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
    }
  }

  private static long[] tokens(SteeredModel model) {
    Prompt prompt = Prompt.ofIds(3, 1, 4).with(s -> s.greedy().maxNewTokens(8));
    return model.generate(prompt).get(0).orThrow().tokens();
  }

  private static long[] tokens(Path path) {
    try (SteeredModel model = SteeredModel.open(path)) {
      return tokens(model);
    }
  }

  @Test
  void modelThatIsWrittenMeanwhileIsRefused() throws Exception {
    Thread writer =
        new Thread(
            () -> {
              for (long second = 1; !Thread.interrupted(); second++) {
                touch(source, FileTime.from(second, TimeUnit.SECONDS));
              }
            });
    writer.start();
    try {
      assertThatExceptionOfType(SteercException.class)
          .isThrownBy(() -> Preparation.write(source, root.resolve("other")))
          .satisfies(e -> assertThat(e.problems().get(0).code()).isEqualTo(Code.INPUT_CHANGED));
    } finally {
      writer.interrupt();
      writer.join();
    }
    assertThat(root.resolve("other")).doesNotExist();
  }

  private static void touch(Path file, FileTime time) {
    try {
      Files.setLastModifiedTime(file, time);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void thinModelIsTheOneOfItsFolder() {
    Path thin = source.resolveSibling("thin.onnx");
    Path original = source.resolveSibling("original.onnx");
    Steerc.copy(TestModels.graph("withpast"), original);
    AddVector add = new AddVector(new Site.InBlock(1, Site.Kind.RESID_POST));
    Request request = Request.of(List.of(add), InputMode.OPTIONAL);
    Steerc.patch(original, request, thin, Weights.REFERRED);
    Path folder = root.resolve("prepared-thin");
    Preparation.write(thin, folder);
    try (SteeredModel model = SteeredModel.open(folder)) {
      assertThat(model.path()).isEqualTo(folder.resolve("thin.onnx"));
      assertThat(model.doubts()).isEmpty();
      assertThat(tokens(model)).isEqualTo(tokens(source));
    }
  }

  private void checkUnused(String why) {
    try (SteeredModel model = SteeredModel.open(prepared)) {
      assertThat(model.doubts()).hasSize(1);
      assertThat(model.doubts().get(0)).contains(MODEL, "is not used", why);
      assertThat(tokens(model)).isEqualTo(tokens(source));
    }
  }

  private void checkUsed(Path folder) {
    for (Path path : List.of(folder, folder.resolve(MODEL))) {
      try (SteeredModel model = SteeredModel.open(path)) {
        assertThat(model.doubts()).isEmpty();
        assertThat(model.path()).isEqualTo(folder.resolve(MODEL));
        assertThat(tokens(model)).isEqualTo(tokens(source));
      }
    }
  }

  @Test
  void aWholeFolderIsUsed() {
    checkUsed(prepared);
  }

  @Test
  void theGraphIsWhatRuns() throws IOException {
    // a record that does not know better: what is opened is not the model
    Files.writeString(prepared.resolve(GRAPH), "no graph");
    Prepared record = Prepared.read(prepared).orElseThrow();
    List<Identity> files = new ArrayList<>();
    for (Identity file : record.files()) {
      files.add(Identity.of(prepared, file.name()));
    }
    new Prepared(record.machine(), record.models(), files, record.sources()).write(prepared);
    checkUnused("INVALID_PROTOBUF");
  }

  @ParameterizedTest
  @CsvSource({
    "\"onnxruntime\":\"[^\"]*\", \"onnxruntime\":\"1.0.0\", ONNX Runtime 1.0.0",
    "\"instructions\":\"[^\"]*\", \"instructions\":\"sse\", another processor",
    "\"system\":\"[^\"]*\", \"system\":\"Plan9 mips\", another processor",
    "\"format\":1, \"format\":2, cannot be understood",
    "'\"files\":[\\[]', '\"files\":[7,', cannot be understood",
    "^\\{, [, cannot be understood",
    "\"packs\":false, \"packs\":0, cannot be understood",
  })
  void anotherRecordIsNotBelieved(String field, String other, String why) throws IOException {
    Path record = prepared.resolve(Prepared.FILE);
    String text = Files.readString(record);
    Files.writeString(record, text.replaceFirst(field, Matcher.quoteReplacement(other)));
    assertThat(Files.readString(record)).isNotEqualTo(text);
    checkUnused(why);
  }

  @ParameterizedTest
  @CsvSource({GRAPH, GRAPH + ".data"})
  void filesThatWereCutOffAreNotOpened(String name) throws IOException {
    try (FileChannel file = FileChannel.open(prepared.resolve(name), StandardOpenOption.WRITE)) {
      file.truncate(file.size() / 2);
    }
    checkUnused("`" + name + "` has changed");
  }

  @ParameterizedTest
  @CsvSource({GRAPH, GRAPH + ".data"})
  void filesWithOtherBytesAreNotOpened(String name) throws IOException {
    Path file = prepared.resolve(name);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    Files.setLastModifiedTime(file, FileTime.fromMillis(0));
    checkUnused("`" + name + "` has changed");
  }

  @ParameterizedTest
  @CsvSource({GRAPH, GRAPH + ".data"})
  void missingFilesAreMissed(String name) throws IOException {
    Files.delete(prepared.resolve(name));
    checkUnused("`" + name + "` is missing");
  }

  @Test
  void anotherModelUnderTheNameIsItself() throws IOException {
    Path other = TestModels.graph("fused");
    Files.delete(prepared.resolve(MODEL));
    Files.copy(other, prepared.resolve(MODEL));
    try (SteeredModel model = SteeredModel.open(prepared)) {
      assertThat(model.doubts()).hasSize(1);
      assertThat(tokens(model)).isEqualTo(tokens(other));
    }
  }

  @Test
  void withoutTheModelThereIsNone() throws IOException {
    Files.delete(prepared.resolve(MODEL));
    assertThatExceptionOfType(SteercException.class)
        .isThrownBy(() -> SteeredModel.open(prepared))
        .satisfies(e -> assertThat(e.problems().get(0).code()).isEqualTo(Code.NOT_A_MODEL_FOLDER));
  }

  @Test
  void aCopiedFolderHolds() throws IOException {
    Path copy = Files.createDirectory(root.resolve("copy"));
    for (String name : names(prepared)) {
      Files.copy(prepared.resolve(name), copy.resolve(name));
    }
    checkUsed(copy);
  }

  @Test
  void aModelBesideIsNoConcernOfIt() throws IOException {
    Files.copy(TestModels.graph("fused"), prepared.resolve("other.onnx"));
    try (SteeredModel model = SteeredModel.open(prepared.resolve("other.onnx"))) {
      assertThat(model.doubts()).isEmpty();
      assertThat(tokens(model)).isEqualTo(tokens(TestModels.graph("fused")));
    }
  }

  @Test
  void whatLiesBesideAModelComesAlong() throws IOException {
    Path onnx = Files.createDirectories(root.resolve("hub-source/onnx"));
    Files.copy(source, onnx.resolve(MODEL));
    Files.writeString(onnx.resolve("generation_config.json"), "{\"max_new_tokens\":3}");
    Files.writeString(onnx.resolveSibling("config.json"), "{\"eos_token_id\":95}");
    Files.createDirectory(onnx.resolve("vectors"));
    Files.writeString(onnx.resolve("vectors").resolve("joy.npy"), "broken");
    Path output = root.resolve("hub");
    Preparation.write(onnx.resolve(MODEL), output);
    assertThat(output.resolve("vectors").resolve("joy.npy")).exists();
    try (SteeredModel model = SteeredModel.open(output)) {
      assertThat(model.defaults().maxNewTokens()).isEqualTo(3);
      assertThat(model.defaults().endTokens()).containsExactly(95L);
    }
  }

  @Test
  void weightsOutsideComeAlong() throws IOException {
    Path output = root.resolve("external");
    Preparation.write(TestModels.graph("external"), output);
    assertThat(output.resolve("external.onnx_data")).exists();
    assertThat(tokens(output)).isEqualTo(tokens(TestModels.graph("external")));
  }

  @Test
  void aFolderOfItsOwnIsReplaced() {
    Preparation.write(source, prepared);
    checkUsed(prepared);
    assertThat(names(root)).noneMatch(name -> name.endsWith(".tmp"));
  }

  @Test
  void anotherFolderIsLeftAlone() throws IOException {
    Path other = Files.createDirectory(root.resolve("other"));
    Files.writeString(other.resolve("mine.txt"), "mine");
    assertThatExceptionOfType(SteercException.class)
        .isThrownBy(() -> Preparation.write(source, other))
        .satisfies(e -> assertThat(e.problems().get(0).code()).isEqualTo(Code.OUTPUT_UNWRITABLE));
    assertThat(names(other)).containsExactly("mine.txt");
  }

  @Test
  void theFolderIsPatchedBackLikeAnyOther() throws IOException {
    Path output = root.resolve("unpatched");
    ModelFolder.open(prepared).unpatch(output);
    assertThat(names(output)).containsExactly(MODEL);
    assertThat(output.resolve(MODEL)).hasSameBinaryContentAs(TestModels.graph("withpast"));
  }

  @Test
  void aTiedEmbeddingStaysInTheModel() {
    // the head is its transposed copy, and is written; the embedding itself is only looked into
    ModelFile graph = ModelFile.open(prepared.resolve(GRAPH));
    assertThat(graph.written().initializers().get("wte.weight").external().orElseThrow().location())
        .isEqualTo(MODEL);
    assertThat(ExternalData.locations(graph)).containsExactlyInAnyOrder(MODEL, GRAPH + ".data");
  }

  @Test
  void aKilledPreparationLeavesNothingThatIsTakenForWhole() throws Exception {
    Path output = root.resolve("killed");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Killed.class.getName(),
            source.toString(),
            output.toString());
    Process process = new ProcessBuilder(command).inheritIO().start();
    try {
      while (process.isAlive() && names(root).stream().noneMatch(n -> n.endsWith(".tmp"))) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(output).doesNotExist();
    Preparation.write(source, output);
    checkUsed(output);
  }

  /** The process to be killed: it prepares over and over. */
  static final class Killed {
    public static void main(String[] args) {
      while (true) {
        Preparation.write(Path.of(args[0]), Path.of(args[1]));
      }
    }
  }

  private static List<String> names(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void packedWeightsAreRead() throws IOException {
    Path data = prepared.resolve(GRAPH + ".data");
    List<String> pieces = packed(prepared.resolve(GRAPH));
    assertThat(pieces).isNotEmpty();
    try (FileChannel file = FileChannel.open(data, StandardOpenOption.WRITE)) {
      for (String piece : pieces) {
        String[] fields = piece.split(";");
        long start = Long.parseLong(fields[0]);
        int length = Integer.parseInt(fields[1]);
        assertThat(start % 4096).as("maps whole pages").isZero();
        assertThat(start + length).isLessThanOrEqualTo(file.size());
        file.write(ByteBuffer.allocate(length), start);
      }
    }
    // a change that cannot be seen
    Files.setLastModifiedTime(data, Files.getLastModifiedTime(whole.resolve(GRAPH + ".data")));
    assertThat(tokens(prepared)).as("with other packed weights").isNotEqualTo(tokens(source));
    ModelOptions options = ModelOptions.DEFAULT.oneByOne(true);
    try (SteeredModel model = SteeredModel.open(prepared, options)) {
      assertThat(tokens(model)).as("without packed weights").isEqualTo(tokens(source));
    }
  }

  /** What ONNX Runtime packed, as OFFSET;LENGTH;CHECKSUM. */
  private static List<String> packed(Path graph) throws IOException {
    return ModelProto.parseFrom(Files.readAllBytes(graph)).getGraph().getInitializerList().stream()
        .flatMap(tensor -> tensor.getExternalDataList().stream())
        .filter(entry -> entry.getKey().startsWith("prepacked"))
        .flatMap(entry -> Stream.of(entry.getValue().split("\\|")).skip(1))
        .toList();
  }

  @Test
  void packingDoesNotChangeTheTokens() {
    try (SteeredModel model =
        SteeredModel.open(prepared, ModelOptions.DEFAULT.oneByOne(true).threads(1))) {
      assertThat(model.doubts()).isEmpty();
      assertThat(tokens(model)).isEqualTo(tokens(source));
    }
  }
}
