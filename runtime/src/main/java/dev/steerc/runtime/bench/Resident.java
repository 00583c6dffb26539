package dev.steerc.runtime.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What of this process is in memory.
 *
 * @param own the bytes that are this process's alone; what is a file's can be shared, and is not
 * @param proportional the bytes in memory, each divided by the number of processes that share it
 */
record Resident(long own, long proportional) {
  private static final Path TOTAL = Path.of("/proc/self/smaps_rollup");

  /** As it is now, where the system tells. */
  static Optional<Resident> now() {
    try {
      List<String> lines = Files.readAllLines(TOTAL);
      return Optional.of(new Resident(sum(lines, "Private_Dirty:"), sum(lines, "Pss:")));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static long sum(List<String> lines, String key) {
    return lines.stream()
        .filter(line -> line.startsWith(key))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }
}
