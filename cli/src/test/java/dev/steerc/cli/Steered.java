package dev.steerc.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs the command {@code steerc} in a process of its own, as a user would. */
record Steered(Path folder) {

  /** What a run printed, stdout and stderr in one, and its exit code. */
  record Run(String output, int exit) {}

  /** The root of the project. */
  static Path root() {
    String given = System.getProperty("steerc.root");
    Path at = given == null ? Path.of("").toAbsolutePath() : Path.of(given);
    while (!Files.isDirectory(at.resolve("testdata"))) {
      at = at.getParent();
    }
    return at;
  }

  /** A folder with a copy of the project's {@code testdata}. */
  static Steered in(Path folder) throws IOException {
    Path testdata = root().resolve("testdata");
    try (Stream<Path> files = Files.walk(testdata)) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve("testdata").resolve(testdata.relativize(file)));
      }
    }
    return new Steered(folder);
  }

  Run run(String... arguments) throws IOException, InterruptedException {
    return run(List.of(), arguments);
  }

  Run run(List<String> jvm, String... arguments) throws IOException, InterruptedException {
    Path output = Files.createTempFile("steerc", ".out");
    Process process =
        builder(jvm, arguments).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IllegalStateException("steerc did not end: " + List.of(arguments));
    }
    String text = Files.readString(output, StandardCharsets.UTF_8);
    Files.delete(output);
    return new Run(text, process.exitValue());
  }

  ProcessBuilder builder(List<String> jvm, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(jvm);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().remove("COLUMNS"); // as wide as it is anywhere
    return builder;
  }
}
