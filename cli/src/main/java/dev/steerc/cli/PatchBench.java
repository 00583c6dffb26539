package dev.steerc.cli;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.bench.ProcessCost;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Runs commands as users start them, in turns.
 *
 * @param commands by the name of the row
 * @param written what each of them writes, deleted before it runs; a command may write nothing
 * @param rounds how often each is run
 */
record PatchBench(Map<String, List<String>> commands, Path written, int rounds) {
  static final String COPY = "cp";
  static final String PATCH = "steerc patch";
  static final String THIN = "steerc patch --thin";
  static final String PYTHON = "python3, onnx";

  /** The first that has onnx counts: another Python does not know of the system's packages. */
  private static final List<String> PYTHONS = List.of("python3", "/usr/bin/python3");

  private static final String LOAD_AND_SAVE =
      "import onnx, sys; onnx.save(onnx.load(sys.argv[1]), sys.argv[2])";

  /**
   * What to run, of other programs those that are here.
   *
   * @param model the model to copy and to patch
   * @param small a small model to inspect
   * @param external a model with large weights in a file of their own
   * @param folder for what is written
   */
  static PatchBench of(Path model, Path small, Path external, Path folder, int rounds) {
    Path output = folder.resolve("out.onnx");
    Map<String, List<String>> commands = new LinkedHashMap<>();
    if (works("cp", "--help")) {
      commands.put(COPY, List.of("cp", model.toString(), output.toString()));
    }
    commands.put(PATCH, patching(model, output));
    List<String> thin = new ArrayList<>(patching(model, output));
    thin.add("--thin");
    if (works(thin.toArray(new String[0]))) { // not from one disk to another
      commands.put(THIN, thin);
    }
    python()
        .ifPresent(
            python ->
                commands.put(
                    PYTHON,
                    List.of(python, "-c", LOAD_AND_SAVE, model.toString(), output.toString())));
    commands.put("steerc patch, 10 GB beside", patching(external, output));
    commands.put("steerc inspect, small", steerc("inspect", small.toString()));
    commands.put("steerc --version", steerc("--version"));
    return new PatchBench(commands, output, rounds);
  }

  private static Optional<String> python() {
    return PYTHONS.stream().filter(python -> works(python, "-c", "import onnx")).findFirst();
  }

  private static List<String> patching(Path model, Path output) {
    return steerc("patch", model.toString(), "--layers", "all", "-o", output.toString());
  }

  private static List<String> steerc(String... arguments) {
    List<String> command = new ArrayList<>(CommandText.words());
    command.addAll(List.of(arguments));
    return command;
  }

  /** Makes a data file longer than its content without taking up the disk for it. */
  static void stretch(Path data, long size) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
      file.setLength(size);
    }
  }

  private static boolean works(String... command) {
    try {
      return ProcessCost.of(List.of(command)).exit() == 0;
    } catch (IOException e) {
      return false; // there is no such program
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** What each command took, once for each round; the first round of all is not counted. */
  Map<String, List<ProcessCost>> run(Consumer<String> announce) throws InterruptedException {
    Map<String, List<ProcessCost>> costs = new LinkedHashMap<>();
    for (int round = 0; round <= rounds; round++) {
      announce.accept(round == 0 ? "warming up ..." : "round " + round + " of " + rounds + " ...");
      for (Map.Entry<String, List<String>> command : commands.entrySet()) {
        ProcessCost cost = once(command.getKey(), command.getValue());
        if (round > 0) {
          costs.computeIfAbsent(command.getKey(), name -> new ArrayList<>()).add(cost);
        }
      }
    }
    return costs;
  }

  private ProcessCost once(String name, List<String> command) throws InterruptedException {
    try {
      Files.deleteIfExists(written);
      ProcessCost cost = ProcessCost.of(command);
      if (cost.exit() != 0) {
        throw Problem.of(Code.RUNTIME_FAILED, "`" + name + "` ended with exit code " + cost.exit())
            .note(cost.output().strip())
            .help("run it by itself: " + String.join(" ", command))
            .exception();
      }
      return cost;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
