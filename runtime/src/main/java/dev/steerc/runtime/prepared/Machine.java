package dev.steerc.runtime.prepared;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What ONNX Runtime looks at when it optimises a graph for a machine.
 *
 * @param onnxruntime its version
 * @param system the operating system and the kind of processor
 * @param instructions the processor's instruction sets, in alphabetical order
 */
public record Machine(String onnxruntime, String system, String instructions) {
  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  /** Of all that Linux tells of a processor, what computes; the rest changes with its kernel. */
  private static final Pattern COMPUTES =
      Pattern.compile(
          "(ssse|sse|avx|fma|f16c|amx|bf16|i8mm|neon|asimd|sve|sme(?!p)|fphp|lsx|lasx).*");

  /** This machine. */
  public static Machine here(String onnxruntime) {
    String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    return new Machine(onnxruntime, system, read());
  }

  private static String read() {
    if (Files.isReadable(PROCESSORS)) {
      try (Stream<String> lines = Files.lines(PROCESSORS)) {
        return lines
            .filter(line -> line.matches("(flags|Features)\\s*:.*"))
            .findFirst()
            .map(Machine::computing)
            .orElse("");
      } catch (IOException e) {
        return "";
      }
    }
    return Optional.ofNullable(System.getenv("PROCESSOR_IDENTIFIER")).orElse("");
  }

  private static String computing(String line) {
    return Arrays.stream(line.substring(line.indexOf(':') + 1).strip().split("\\s+"))
        .filter(COMPUTES.asMatchPredicate())
        .sorted()
        .collect(Collectors.joining(" "));
  }

  /** Why what was prepared on another machine does not hold on this one. */
  Optional<String> difference(Machine other) {
    if (!onnxruntime.equals(other.onnxruntime)) {
      return Optional.of(
          "it was made by ONNX Runtime " + other.onnxruntime + ", and this is " + onnxruntime);
    }
    if (!system.equals(other.system) || !instructions.equals(other.instructions)) {
      return Optional.of("it was made for another processor");
    }
    return Optional.empty();
  }
}
