package dev.steerc.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class Sha256Test {
  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));
  private static final int SIZE = 5 << 20;

  @TempDir Path folder;
  private Path file;
  private Path cache;

  @BeforeEach
  void ownCache() throws IOException {
    cache = folder.resolve("cache");
    System.setProperty(KnownHashes.FOLDER, cache.toString());
    file = folder.resolve("weights");
    write(SIZE, 0);
  }

  @AfterEach
  void usersCache() {
    System.clearProperty(KnownHashes.FOLDER);
  }

  private void write(int size, int first) throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.setLength(size);
      out.write(first);
    }
    Files.setLastModifiedTime(file, LONG_AGO);
  }

  @Test
  void hashesAsEverybodyDoes() throws IOException {
    Files.writeString(file, "abc");
    assertThat(Sha256.of(file))
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  @Test
  void largeFileIsRememberedForOtherProcesses() throws IOException {
    String hash = Sha256.of(file);
    Path record = records().get(0);
    assertThat(record).content().endsWith(" " + hash + "\n");
    assertThat(Sha256.of(file)).isEqualTo(hash);
  }

  @Test
  void sameSizeAndTimeAreNotEnough() throws IOException {
    String before = Sha256.of(file);
    write(SIZE, 1);
    assertThat(Files.getLastModifiedTime(file)).isEqualTo(LONG_AGO);
    assertThat(Sha256.of(file)).isNotEqualTo(before);
  }

  @Test
  void anotherFileUnderTheNameIsSeen() throws IOException {
    String before = Sha256.of(file);
    Files.move(file, folder.resolve("old"));
    write(SIZE, 1);
    assertThat(Sha256.of(file)).isNotEqualTo(before);
  }

  @Test
  void recordOfAnotherStampIsNotBelieved() throws IOException {
    String hash = Sha256.of(file);
    Path record = records().get(0);
    String line = Files.readString(record);
    write(SIZE, 1);
    assertThat(Sha256.of(file)).isNotEqualTo(hash);
    Files.writeString(record, line);
    write(SIZE, 2);
    assertThat(Sha256.of(file)).isNotEqualTo(hash);
  }

  @Test
  void recordThatIsTooLongIsNotRead() throws IOException {
    String hash = Sha256.of(file);
    write(SIZE, 1);
    try (RandomAccessFile record = new RandomAccessFile(records().get(0).toFile(), "rw")) {
      record.setLength(3L << 30); // more than memory, and nothing on disk
    }
    assertThat(Sha256.of(file)).isNotEqualTo(hash);
  }

  /** A write within the same tick of the clock would leave the same stamp. */
  @Test
  void freshFileIsNotRemembered() throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
    Sha256.of(file);
    assertThat(records()).isEmpty();
  }

  @Test
  void linkKeepsWhatIsKnown() throws IOException {
    String hash = Sha256.of(file);
    String before = Files.readString(records().get(0));
    Sha256.link(file, folder.resolve("link"));
    assertThat(records()).hasSize(1);
    assertThat(records().get(0)).content().isNotEqualTo(before).endsWith(" " + hash + "\n");
  }

  @Test
  void cacheThatCannotBeWrittenIsDoneWithout() throws IOException {
    Files.writeString(cache, "a file");
    assertThat(Sha256.of(file)).hasSize(64);
  }

  private List<Path> records() throws IOException {
    if (!Files.exists(cache)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(cache)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
