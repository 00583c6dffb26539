package dev.steerc.runtime.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * The memory of this process.
 *
 * @param heap the bytes of living objects
 * @param resident the bytes of the process in memory, where the system tells
 * @param threads how many there are
 */
public record Footprint(long heap, OptionalLong resident, int threads) {
  private static final Path STATUS = Path.of("/proc/self/status");

  /** As it is now, garbage collected. */
  public static Footprint now() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return new Footprint(
        runtime.totalMemory() - runtime.freeMemory(), residentNow(), Thread.activeCount());
  }

  private static OptionalLong residentNow() {
    return status(STATUS, "VmRSS:");
  }

  /** The most bytes that a process has had in memory, by its file of the system's. */
  static OptionalLong peak(Path status) {
    return status(status, "VmHWM:");
  }

  private static OptionalLong status(Path status, String field) {
    try {
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith(field))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst();
    } catch (IOException e) {
      return OptionalLong.empty(); // not on this system, or the process has ended
    }
  }
}
