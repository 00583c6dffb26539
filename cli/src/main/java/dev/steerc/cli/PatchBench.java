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
  static final String PYTHON = "python3, onnx";

  private static final String LOAD_AND_SAVE =
      "import onnx, sys; onnx.save(onnx.load(sys.argv[1]), sys.argv[2])";

  /**
   * What to run.
   *
   * @param model the model to copy and to patch
   * @param small a small model to inspect
   * @param external a model with large weights in a file of their own
   * @param folder for what is written
   */
  static PatchBench of(Path model, Path small, Path external, Path folder, int rounds) {
    Path output = folder.resolve("out.onnx");
    Map<String, List<String>> commands = new LinkedHashMap<>();
    commands.put(COPY, List.of("cp", model.toString(), output.toString()));
    commands.put(PATCH, patching(model, output));
    commands.put(
        PYTHON, List.of("python3", "-c", LOAD_AND_SAVE, model.toString(), output.toString()));
    commands.put("steerc patch, 10 GB beside", patching(external, output));
    commands.put("steerc inspect, small", steerc("inspect", small.toString()));
    commands.put("steerc --version", steerc("--version"));
    return new PatchBench(commands, output, rounds);
  }

  private static List<String> patching(Path model, Path output) {
    return steerc("patch", model.toString(), "--layers", "all", "-o", output.toString());
  }

  /** As this steerc was started: by its script, or else by Java. */
  private static List<String> steerc(String... arguments) {
    List<String> command = new ArrayList<>();
    String script = System.getProperty("steerc.command");
    if (script != null) {
      command.add(script);
    } else {
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    }
    command.addAll(List.of(arguments));
    return command;
  }

  /** Makes a data file longer than its content without taking up the disk for it. */
  static void stretch(Path data, long size) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
      file.setLength(size);
    }
  }

  /** The commands of other programs that are here. */
  PatchBench available() {
    Map<String, List<String>> here = new LinkedHashMap<>(commands);
    here.keySet().removeIf(name -> name.equals(COPY) && !works("cp", "--help"));
    here.keySet().removeIf(name -> name.equals(PYTHON) && !works("python3", "-c", "import onnx"));
    return new PatchBench(here, written, rounds);
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
