package dev.steerc.runtime.bench;

import ai.onnxruntime.OrtEnvironment;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a measurement was made on.
 *
 * @param memory of the machine, in bytes
 * @param heap the most that Java may take for objects, in bytes
 * @param processor what it calls itself, where the system tells
 * @param instructions those of its instruction sets that matter to matrix products
 * @param onnxRuntime the version of ONNX Runtime
 */
public record Machine(
    int cores,
    long memory,
    String java,
    long heap,
    Optional<String> processor,
    List<String> instructions,
    String onnxRuntime) {
  private static final Path PROCESSOR = Path.of("/proc/cpuinfo");
  private static final List<String> FAST =
      List.of(
          "avx2",
          "fma",
          "f16c",
          "avx512f",
          "avx_vnni",
          "avx512_vnni",
          "avx512_bf16",
          "amx_int8",
          "amx_bf16",
          "asimd",
          "asimddp",
          "i8mm",
          "bf16",
          "sve");

  /** This one. */
  public static Machine here() {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    Runtime runtime = Runtime.getRuntime();
    Set<String> known =
        told("flags").or(() -> told("Features")).map(f -> Set.of(f.split(" +"))).orElse(Set.of());
    return new Machine(
        runtime.availableProcessors(),
        system.getTotalMemorySize(),
        System.getProperty("java.version"),
        runtime.maxMemory(),
        told("model name"),
        FAST.stream().filter(known::contains).toList(),
        String.valueOf(OrtEnvironment.class.getPackage().getImplementationVersion()));
  }

  /** What Linux tells of the first processor. */
  private static Optional<String> told(String key) {
    try {
      return Files.readAllLines(PROCESSOR).stream()
          .map(line -> line.split(":", 2))
          .filter(pair -> pair.length == 2 && pair[0].strip().equals(key))
          .map(pair -> pair[1].strip())
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
