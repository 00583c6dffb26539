package dev.steerc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steerc.onnx.Corpus;
import dev.steerc.onnx.ModelFile;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Request;
import dev.steerc.plan.Target;
import dev.steerc.problem.Code;
import dev.steerc.problem.Refusal;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What is on disk after a patch that worked, and after one that did not. */
class OutputTest {
  static final Request REQUEST =
      Request.of(
          List.of(Target.parse("0.resid_post:add", OptionalInt.empty())), InputMode.OPTIONAL);

  private static final byte[] MODEL = Corpus.bytes(Corpus.graph("one-block.onnx"));

  @TempDir Path folder;
  private Path input;

  @BeforeEach
  void copyModel() throws IOException {
    input = Files.write(folder.resolve("m.onnx"), MODEL);
  }

  @Test
  void nothingButTheOutputIsMade() {
    Path output = folder.resolve("out.onnx");
    Patched patched = Steerc.patch(input, REQUEST, output);
    assertThat(patched.output()).isEqualTo(output).hasSize(MODEL.length + patched.grown());
    assertThat(names(folder)).containsExactly("m.onnx", "out.onnx");
    assertThat(input).hasBinaryContent(MODEL);
    assertThat(Steerc.inspect(output).manifest()).isPresent();
  }

  @Test
  void unpatchGivesTheBytesBack() {
    Path patched = folder.resolve("out.onnx");
    Path restored = folder.resolve("back.onnx");
    Steerc.patch(input, REQUEST, patched);
    Steerc.unpatch(patched, restored);
    assertThat(restored).hasBinaryContent(MODEL);
    assertThat(names(folder)).containsExactly("back.onnx", "m.onnx", "out.onnx");
  }

  @Test
  void outputMayBeARelativeName() throws IOException {
    Path relative = Path.of("").toAbsolutePath().relativize(folder).resolve("out.onnx");
    Steerc.patch(input, REQUEST, relative);
    assertThat(names(folder)).containsExactly("m.onnx", "out.onnx");
  }

  @Test
  void existingOutputIsReplacedOnSuccessOnly() throws IOException {
    Path output = Files.writeString(folder.resolve("out.onnx"), "old");
    Request wrong =
        Request.of(
            List.of(Target.parse("9.resid_post:add", OptionalInt.empty())), InputMode.OPTIONAL);
    Refusal.check(Code.LAYER_OUT_OF_RANGE, () -> Steerc.patch(input, wrong, output));
    assertThat(output).hasContent("old");
    Steerc.patch(input, REQUEST, output);
    assertThat(Steerc.inspect(output).manifest()).isPresent();
  }

  @Test
  void outputThatIsTheInputIsRefused() {
    Refusal.check(
        """
        error[output-is-input]: the output is the input
          --> m.onnx
          help: choose another path with -o
        """,
        () -> Steerc.patch(input, REQUEST, input));
    checkUntouched("m.onnx");
  }

  @Test
  void outputThatLinksToTheInputIsRefused() throws IOException {
    Path symbolic = Files.createSymbolicLink(folder.resolve("s.onnx"), input);
    Path hard = Files.createLink(folder.resolve("h.onnx"), input);
    for (Path link :
        List.of(symbolic, hard, folder.resolve("../" + folder.getFileName() + "/m.onnx"))) {
      Refusal.check(Code.OUTPUT_IS_INPUT, () -> Steerc.patch(input, REQUEST, link));
      Refusal.check(Code.OUTPUT_IS_INPUT, () -> Steerc.patch(link, REQUEST, input));
    }
    checkUntouched("h.onnx", "m.onnx", "s.onnx");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void outputThatIsALinkOrADeviceIsRefused() throws IOException {
    Path old = Files.writeString(folder.resolve("old.onnx"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("s.onnx"), old);
    Path dangling = Files.createSymbolicLink(folder.resolve("d.onnx"), folder.resolve("none"));
    for (Path output : List.of(link, dangling, Path.of("/dev/null"))) {
      Refusal.check(Code.OUTPUT_UNWRITABLE, () -> Steerc.patch(input, REQUEST, output));
    }
    assertThat(link).isSymbolicLink();
    assertThat(dangling).isSymbolicLink();
    checkUntouched("d.onnx", "m.onnx", "old.onnx", "s.onnx");
  }

  @Test
  void unpatchOntoItselfIsRefused() {
    Path patched = folder.resolve("out.onnx");
    Steerc.patch(input, REQUEST, patched);
    Refusal.check(Code.OUTPUT_IS_INPUT, () -> Steerc.unpatch(patched, patched));
    checkUntouched("m.onnx", "out.onnx");
  }

  @Test
  void outputThatIsAFolderIsRefused() throws IOException {
    Path output = Files.createDirectory(folder.resolve("dir"));
    Refusal.check(Code.OUTPUT_UNWRITABLE, () -> Steerc.patch(input, REQUEST, output));
    Refusal.check(Code.OUTPUT_UNWRITABLE, () -> Steerc.patch(input, REQUEST, Path.of("/")));
    checkUntouched("dir", "m.onnx");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void outputThatIsADeviceIsRefused() throws IOException {
    Path output = folder.resolve("socket"); // stands for /dev/null, which no test should endanger
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(output));
      Refusal.check(Code.OUTPUT_UNWRITABLE, () -> Steerc.patch(input, REQUEST, output));
      checkUntouched("m.onnx", "socket");
    }
  }

  @Test
  void missingFolderIsRefused() {
    Path output = folder.resolve("no/out.onnx");
    Refusal.check(Code.OUTPUT_FOLDER_MISSING, () -> Steerc.patch(input, REQUEST, output));
    checkUntouched("m.onnx");
  }

  @Test
  void fileInPlaceOfTheFolderIsRefused() {
    Path output = input.resolve("out.onnx");
    Refusal.check(Code.OUTPUT_FOLDER_MISSING, () -> Steerc.patch(input, REQUEST, output));
    checkUntouched("m.onnx");
  }

  @Test
  void nameTooLongForTheDiskIsRefused() {
    Path output = folder.resolve("n".repeat(250) + ".onnx");
    Refusal.check(Code.OUTPUT_UNWRITABLE, () -> Steerc.patch(input, REQUEST, output));
    checkUntouched("m.onnx");
  }

  @Test
  void readOnlyDiskIsRefused() throws Exception {
    try (Mount disk = Mount.at(folder.resolve("disk"), "ro,size=100k")) {
      Path output = disk.folder().resolve("out.onnx");
      Refusal.check(Code.OUTPUT_UNWRITABLE, () -> Steerc.patch(input, REQUEST, output));
      assertThat(names(disk.folder())).isEmpty();
      checkUntouched("disk", "m.onnx");
    }
  }

  @Test
  void fullDiskIsSaidSo() throws Exception {
    try (Mount disk = Mount.at(folder.resolve("disk"), "size=40k")) {
      Path output = disk.folder().resolve("out.onnx");
      Refusal.check(
          """
          error[disk-full]: the disk is full
            --> out.onnx
            note: nothing was left behind, and the input is untouched
            help: free some space, or choose another disk with -o
          """,
          () -> Steerc.patch(input, REQUEST, output));
      assertThat(names(disk.folder())).isEmpty();
      checkUntouched("disk", "m.onnx");
    }
  }

  @Test
  void fullDiskKeepsTheOlderOutput() throws Exception {
    try (Mount disk = Mount.at(folder.resolve("disk"), "size=40k")) {
      Path output = Files.writeString(disk.folder().resolve("out.onnx"), "old");
      Refusal.check(Code.DISK_FULL, () -> Steerc.patch(input, REQUEST, output));
      assertThat(output).hasContent("old");
      assertThat(names(disk.folder())).containsExactly("out.onnx");
    }
  }

  @Test
  void fullDiskStopsAnUnpatchToo() throws Exception {
    Path patched = folder.resolve("out.onnx");
    Steerc.patch(input, REQUEST, patched);
    try (Mount disk = Mount.at(folder.resolve("disk"), "size=40k")) {
      Refusal.check(Code.DISK_FULL, () -> Steerc.unpatch(patched, disk.folder().resolve("b.onnx")));
      Refusal.check(
          Code.DISK_FULL, () -> Steerc.patch(patched, REQUEST, disk.folder().resolve("b.onnx")));
      assertThat(names(disk.folder())).isEmpty();
    }
  }

  @Test
  void failedPatchLeavesNothing() {
    Path output = folder.resolve("out.onnx");
    for (String at : List.of("7.resid_post:add", "value:nothing:add")) {
      Request request =
          Request.of(List.of(Target.parse(at, OptionalInt.empty())), InputMode.REQUIRED);
      Refusal.of(() -> Steerc.patch(input, request, output));
    }
    Refusal.check(Code.NOT_PATCHED, () -> Steerc.unpatch(input, output));
    checkUntouched("m.onnx");
  }

  private void checkUntouched(String... files) {
    assertThat(names(folder)).containsExactly(files);
    assertThat(input).hasBinaryContent(MODEL);
    assertThat(ModelFile.open(input).metadata()).doesNotContainKey("steerc.manifest");
  }

  static List<String> names(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** A small disk of its own, where the tests run as root; the test is skipped elsewhere. */
  private record Mount(Path folder) implements AutoCloseable {
    static Mount at(Path folder, String options) throws IOException, InterruptedException {
      Files.createDirectory(folder);
      boolean mounted = run("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder.toString());
      assumeTrue(mounted, "SKIPPED: no tmpfs can be mounted here");
      return new Mount(folder);
    }

    private static boolean run(String... command) throws InterruptedException {
      try {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
      } catch (IOException e) {
        return false;
      }
    }

    @Override
    public void close() throws IOException {
      try {
        run("umount", folder.toString());
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
  }
}
