package dev.steerc.runtime.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * What a measurement was made on.
 *
 * @param memory of the machine, in bytes
 * @param heap the most that Java may take for objects, in bytes
 */
public record Machine(int cores, long memory, String java, long heap) {

  /** This one. */
  public static Machine here() {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    Runtime runtime = Runtime.getRuntime();
    return new Machine(
        runtime.availableProcessors(),
        system.getTotalMemorySize(),
        System.getProperty("java.version"),
        runtime.maxMemory());
  }
}
