package dev.steerc.cli;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The memory that the machine, or the container, has to give away. */
final class FreeMemory {
  private static final Path LINUX = Path.of("/proc/meminfo");
  private static final Pattern AVAILABLE = Pattern.compile("MemAvailable:\\s+(\\d+) kB");

  private FreeMemory() {}

  static long bytes() {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long free = system.getFreeMemorySize(); // without what holds copies of files and can be had
    return Math.max(free, Math.min(available(), system.getTotalMemorySize()));
  }

  private static long available() {
    try {
      Matcher line = AVAILABLE.matcher(Files.readString(LINUX));
      return line.find() ? Long.parseLong(line.group(1)) << 10 : 0;
    } catch (IOException e) {
      return 0; // another system
    }
  }
}
