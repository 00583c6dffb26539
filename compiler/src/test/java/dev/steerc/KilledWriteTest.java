package dev.steerc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.onnx.Corpus;
import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Seed;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills the compiler while it writes: its output is whole or not there. */
class KilledWriteTest {
  private static final int WEIGHT = 200 << 20;
  private static final int TRIES = 6;

  @TempDir Path folder;

  /** The process that is killed. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] files) {
      // what takes long the first time is done before the clock starts
      Steerc.patch(Path.of(files[2]), OutputTest.REQUEST, Path.of(files[3]));
      System.out.println("begins");
      Steerc.patch(Path.of(files[0]), OutputTest.REQUEST, Path.of(files[1]));
      System.out.println("done");
    }
  }

  @Test
  void killedWriteLeavesNoHalfFile() throws Exception {
    Random random = Seed.random("killedWriteLeavesNoHalfFile");
    Path input = large();
    Path output = folder.resolve("out.onnx");
    long wholeTime = patch(input, output, Long.MAX_VALUE);
    long size = Files.size(output);
    int killed = 0;
    for (int attempt = 0; attempt < TRIES; attempt++) {
      Files.deleteIfExists(output);
      patch(input, output, (long) (random.nextDouble() * wholeTime));
      killed += Files.exists(output) ? 0 : 1;
      checkWholeOrAbsent(output, size);
    }
    System.out.println("killed before the output was there: " + killed + " of " + TRIES);
  }

  private static void checkWholeOrAbsent(Path output, long size) {
    if (Files.exists(output)) {
      assertThat(output).hasSize(size);
      assertThat(Steerc.inspect(output).manifest()).isPresent();
    }
  }

  /** Patches in another process and kills it after some nanoseconds; gives the time it took. */
  private long patch(Path input, Path output, long patience) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Victim.class.getName(),
                input.toString(),
                output.toString(),
                Corpus.graph("one-block.onnx").toString(),
                folder.resolve("warm.onnx").toString())
            .redirectErrorStream(true)
            .start();
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    assertThat(lines.readLine()).isEqualTo("begins");
    long start = System.nanoTime();
    if (patience == Long.MAX_VALUE) {
      assertThat(lines.readLine()).isEqualTo("done");
    } else {
      TimeUnit.NANOSECONDS.sleep(patience);
    }
    process.destroyForcibly().waitFor();
    return System.nanoTime() - start;
  }

  /** A small decoder and a large weight that nobody reads, mostly a hole in the file. */
  private Path large() throws IOException {
    Path path = folder.resolve("large.onnx");
    Files.write(path, Corpus.bytes(Corpus.graph("one-block.onnx")));
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(file.length());
      byte[] header = tensorHeader();
      file.write(7 << 3 | 2);
      file.write(varint(1 + 4 + header.length + WEIGHT));
      file.write(5 << 3 | 2);
      file.write(varint(header.length + WEIGHT));
      file.write(header);
      file.setLength(file.length() + WEIGHT);
    }
    assertThat(ModelFile.open(path).graph().initializers()).containsKey("unused");
    return path;
  }

  /** The fields of a tensor up to the length of its raw data. */
  private static byte[] tensorHeader() {
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    header.writeBytes(new byte[] {8 << 3 | 2, 6});
    header.writeBytes("unused".getBytes(StandardCharsets.UTF_8));
    header.writeBytes(new byte[] {2 << 3, 3, 9 << 3 | 2});
    header.writeBytes(varint(WEIGHT));
    return header.toByteArray();
  }

  private static byte[] varint(int value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int rest = value;
    for (; rest > 0x7f; rest >>>= 7) {
      bytes.write(rest & 0x7f | 0x80);
    }
    bytes.write(rest);
    return bytes.toByteArray();
  }
}
