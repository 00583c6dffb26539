package dev.steerc.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a program of another host printed. */
record HostOutput(String text, String errors, int exit) {

  /** Runs one in a folder until it ends. */
  static HostOutput of(List<String> command, Path folder) throws Exception {
    Path text = folder.resolve("output.txt");
    Path errors = folder.resolve("errors.txt");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(text.toFile())
            .redirectError(errors.toFile())
            .start();
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IllegalStateException("it did not end: " + command);
    }
    return new HostOutput(Files.readString(text), Files.readString(errors), process.exitValue());
  }
}
