package dev.steerc.cli;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * ONNX Runtime's libraries outside its jar, which otherwise unpacks them at every start. The start
 * script names their folder in {@code onnxruntime.native.path}.
 */
final class Natives {
  private Natives() {}

  /** Unpacks those for this machine; none when the jar has none for it. */
  static void unpack(Path folder) throws IOException, URISyntaxException {
    Path jar =
        Path.of(OrtEnvironment.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (FileSystem inside = FileSystems.newFileSystem(jar)) {
      Path libraries = inside.getPath("ai/onnxruntime/native", platform());
      if (Files.isDirectory(libraries)) {
        Files.createDirectories(folder);
        copy(libraries, folder);
      }
    }
  }

  private static void copy(Path libraries, Path folder) throws IOException {
    try (Stream<Path> files = Files.list(libraries)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = folder.resolve(file.getFileName().toString());
        Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /** As ONNX Runtime names it, such as {@code linux-x64}. */
  private static String platform() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String processor = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    String os = system.contains("mac") ? "osx" : system.contains("win") ? "win" : "linux";
    boolean isX64 = processor.equals("amd64") || processor.equals("x86_64");
    return os + "-" + (isX64 ? "x64" : processor);
  }
}
