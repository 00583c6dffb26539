package dev.steerc.runtime.bench;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What a process took from its start to its end.
 *
 * @param wall seconds
 * @param cpu seconds of all its threads and of what it started, the kernel's included; empty where
 *     the system does not tell
 * @param memory the most bytes in memory at any time, where the system tells
 * @param exit its exit code
 * @param output what it printed
 */
public record ProcessCost(
    double wall, OptionalDouble cpu, OptionalLong memory, int exit, String output) {
  private static final int CHILDREN = -1;
  private static final int RUSAGE_BYTES = 256; // more than any system has

  /** Runs a command to its end; nothing else may be started meanwhile. */
  public static ProcessCost of(List<String> command) throws IOException, InterruptedException {
    Path output = Files.createTempFile("steerc-bench", ".out");
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().putAll(Child.AS_BUILT);
      return of(builder, output);
    } finally {
      Files.delete(output);
    }
  }

  private static ProcessCost of(ProcessBuilder builder, Path output)
      throws IOException, InterruptedException {
    OptionalDouble before = ofChildren();
    long start = System.nanoTime();
    Process process = builder.redirectOutput(output.toFile()).start();
    OptionalLong memory = watch(process);
    int exit = process.waitFor();
    double wall = (System.nanoTime() - start) / 1e9;
    OptionalDouble after = ofChildren();
    OptionalDouble cpu =
        after.isPresent()
            ? OptionalDouble.of(after.getAsDouble() - before.getAsDouble())
            : OptionalDouble.empty();
    return new ProcessCost(wall, cpu, memory, exit, Files.readString(output));
  }

  /** The most that was seen of its memory, in short intervals. */
  private static OptionalLong watch(Process process) throws InterruptedException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    OptionalLong most = OptionalLong.empty();
    do {
      OptionalLong now = Footprint.peak(status);
      most = now.isPresent() ? now : most;
    } while (!process.waitFor(2, java.util.concurrent.TimeUnit.MILLISECONDS));
    return most;
  }

  /** The seconds of all processes that have ended, by {@code getrusage}. */
  private static OptionalDouble ofChildren() {
    if (Platform.isWindows()) {
      return OptionalDouble.empty();
    }
    try (Memory usage = new Memory(RUSAGE_BYTES)) {
      usage.clear();
      Function.getFunction("c", "getrusage").invokeInt(new Object[] {CHILDREN, usage});
      return OptionalDouble.of(seconds(usage, 0) + seconds(usage, 16));
    }
  }

  /** A {@code timeval}, whose microseconds are of 4 bytes on some systems. */
  private static double seconds(Memory usage, long at) {
    return usage.getLong(at) + usage.getInt(at + 8) / 1e6;
  }
}
