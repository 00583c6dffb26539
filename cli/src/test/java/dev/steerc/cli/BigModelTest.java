package dev.steerc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steerc.models.RandomGpt2;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A full-size GPT-2 is patched in a small heap, and measured beside a copy of the same file. */
class BigModelTest {
  private static final long NEEDED = 3L << 30;

  @TempDir Path folder;

  /** What a child process took; times in seconds, memory in MB. */
  private record Cost(double wall, double cpu, double memory) {}

  @Test
  void patchesHalfAGigabyteInASmallHeap() throws Exception {
    long free = Files.getFileStore(folder).getUsableSpace();
    if (free < NEEDED) {
      System.err.println("skipped: a full-size model needs 3 GB of disk, free are " + free);
    }
    assumeTrue(free >= NEEDED);
    Path model = folder.resolve("gpt2.onnx");
    RandomGpt2.write(model, RandomGpt2.SMALL, 1, false);
    Steered steered = new Steered(folder);
    String out = "gpt2.steered.onnx";

    Cost warm =
        measure(new ProcessBuilder("cp", "gpt2.onnx", "copy.onnx").directory(folder.toFile()));
    Cost cp =
        measure(new ProcessBuilder("cp", "gpt2.onnx", "copy.onnx").directory(folder.toFile()));
    Cost patch =
        measure(
            steered.builder(
                List.of("-Xmx32m"), "patch", "gpt2.onnx", "--layers", "all", "-o", out));
    print(Files.size(model), warm, cp, patch);

    assertThat(steered.run(List.of("-Xmx32m"), "unpatch", out, "-o", "back.onnx").exit()).isZero();
    assertThat(Files.mismatch(model, folder.resolve("back.onnx"))).isEqualTo(-1);
    interruptedPatchLeavesNothing(steered);
  }

  /** Somebody presses Ctrl-C, or a container stops, while the output is being written. */
  private void interruptedPatchLeavesNothing(Steered steered) throws Exception {
    Process patch =
        steered.builder(List.of(), "patch", "gpt2.onnx", "--layers", "0", "-o", "cut.onnx").start();
    while (patch.isAlive() && hidden().isEmpty()) {
      Thread.sleep(1);
    }
    patch.destroy();
    patch.waitFor();
    assertThat(hidden()).isEmpty();
  }

  private List<Path> hidden() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().startsWith(".")).toList();
    }
  }

  private static void print(long size, Cost first, Cost cp, Cost patch) {
    System.out.printf(
        Locale.ROOT,
        "%nGPT-2 small, random weights, %.0f MB; %s %s, %d processors, Java %s%n",
        size / 1e6,
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("java.version"));
    System.out.println("                       wall s   CPU s   peak MB");
    row("cp, first time", first);
    row("cp, again", cp);
    row("steerc patch -Xmx32m", patch);
    System.out.printf(
        Locale.ROOT,
        "patch / cp again       %6.2f  %6.2f%n",
        patch.wall / cp.wall,
        patch.cpu / cp.cpu);
  }

  private static void row(String name, Cost cost) {
    System.out.printf(
        Locale.ROOT, "%-21s  %6.2f  %6.2f  %8.0f%n", name, cost.wall, cost.cpu, cost.memory);
  }

  /** Runs a process and reads its times and memory from /proc until it ends. */
  private static Cost measure(ProcessBuilder builder) throws Exception {
    long start = System.nanoTime();
    Process process = builder.redirectErrorStream(true).start();
    Path proc = Path.of("/proc", Long.toString(process.pid()));
    double cpu = 0;
    double memory = 0;
    while (process.isAlive()) {
      cpu = Math.max(cpu, cpu(proc));
      memory = Math.max(memory, peak(proc));
      Thread.sleep(2);
    }
    double wall = (System.nanoTime() - start) / 1e9;
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.exitValue()).as(output).isZero();
    return new Cost(wall, cpu, memory);
  }

  private static double cpu(Path proc) {
    try {
      String stat = Files.readString(proc.resolve("stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
    } catch (IOException | RuntimeException e) {
      return 0; // the process has ended meanwhile, or this is not Linux
    }
  }

  private static double peak(Path proc) {
    try {
      for (String line : Files.readAllLines(proc.resolve("status"))) {
        if (line.startsWith("VmHWM:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
        }
      }
    } catch (IOException | RuntimeException e) {
      // as above
    }
    return 0;
  }
}
