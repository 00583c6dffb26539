package dev.steerc.runtime.bench;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A process that measures, started as this one was; it ends with this one. */
final class Child implements AutoCloseable {
  /** Keeps the script that starts steerc from building it in the middle of a measurement. */
  static final Map<String, String> AS_BUILT = Map.of("STEERC_AS_BUILT", "1");

  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
  }

  private final Process process;
  private final BufferedReader answers;

  private Child(Process process) {
    this.process = process;
    this.answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    RUNNING.add(process);
  }

  /** Starts a process with a task. */
  static Child start(Task task) {
    List<String> command = new ArrayList<>(java());
    command.addAll(List.of(Arm.class.getName(), task.toJson()));
    return start(command);
  }

  /** Starts any command. */
  static Child start(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(AS_BUILT);
    try {
      return new Child(builder.redirectError(ProcessBuilder.Redirect.DISCARD).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How this process was started, up to the class. */
  static List<String> java() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    return command;
  }

  /** Waits for the first byte that the process prints. */
  boolean hasPrinted() throws IOException {
    return answers.read() >= 0;
  }

  /** Lets the process go on. */
  void tell() throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
  }

  /**
   * The numbers that it measured.
   *
   * @throws dev.steerc.problem.SteercException with the problem that it had
   */
  Map<String, List<Double>> numbers() throws IOException {
    Map<?, ?> answer = answer();
    if (answer.get("numbers") instanceof Map<?, ?> numbers) {
      return Sample.numbers(numbers);
    }
    throw failed(String.valueOf(answer.get("problem")));
  }

  /** The next thing that it says. */
  Map<?, ?> answer() throws IOException {
    for (String line = answers.readLine(); line != null; line = answers.readLine()) {
      if (line.startsWith("{")) {
        return (Map<?, ?>) Json.parse(line);
      }
    }
    throw failed("the process ended with " + end());
  }

  private static RuntimeException failed(String what) {
    return Problem.of(Code.RUNTIME_FAILED, what)
        .help("see whether `steerc run` runs the model")
        .exception();
  }

  /** Waits until the process has ended, and gives its exit code. */
  int end() {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      return -1;
    }
  }

  @Override
  public void close() {
    process.destroy();
    end();
    RUNNING.remove(process);
  }
}
