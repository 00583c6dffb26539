package dev.steerc.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.problem.Code;
import dev.steerc.problem.Refusal;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that somebody writes to between the reading and the copying. */
class ChangedInputTest {
  @TempDir Path folder;
  private Path input;
  private Path output;
  private Splice splice;

  @BeforeEach
  void open() throws IOException {
    input = folder.resolve("m.onnx");
    output = folder.resolve("out.onnx");
    Files.copy(Corpus.graph("one-block.onnx"), input);
    splice = Splice.of(ModelFile.open(input), new Patch(List.of())).withMetadata("k", "v");
  }

  @Test
  void touchedInputIsRefused() throws IOException {
    Files.setLastModifiedTime(input, FileTime.fromMillis(1_000));
    check();
  }

  @Test
  void grownInputIsRefused() throws IOException {
    FileTime time = Files.getLastModifiedTime(input);
    Files.write(input, new byte[1], java.nio.file.StandardOpenOption.APPEND);
    Files.setLastModifiedTime(input, time);
    check();
  }

  @Test
  void shrunkenInputIsRefused() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(input.toFile(), "rw")) {
      file.setLength(70_000);
    }
    check();
  }

  @Test
  void removedInputIsRefused() throws IOException {
    Files.delete(input);
    check();
  }

  private void check() {
    Refusal.check(Code.INPUT_CHANGED, () -> splice.write(output));
    assertThat(folder.toFile().list()).isSubsetOf("m.onnx");
  }
}
