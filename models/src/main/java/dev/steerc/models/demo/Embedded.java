package dev.steerc.models.demo;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** The files of the demo model as the build packed them, in a jar or in a folder of classes. */
final class Embedded {
  private static final String FOLDER = "files/";

  private Embedded() {}

  /**
   * All files by their paths, with slashes.
   *
   * @throws dev.steerc.problem.SteercException when the build had none
   */
  static SortedMap<String, byte[]> files() {
    URL model = Embedded.class.getResource(FOLDER + DemoModel.MODEL);
    if (model == null) {
      throw Problem.of(Code.DEMO_MISSING, "steerc was built without its demo model")
          .note("models/demo had no " + DemoModel.MODEL + " then")
          .help("get it with `git checkout models/demo`, and build again")
          .exception();
    }
    try {
      return model.getProtocol().equals("jar") ? inJar(model) : inFolder(model.toURI());
    } catch (IOException | URISyntaxException e) {
      throw Problem.of(Code.FILE_UNREADABLE, "the demo model cannot be read")
          .at(model)
          .note(String.valueOf(e.getMessage()))
          .help("build again")
          .exception();
    }
  }

  private static SortedMap<String, byte[]> inJar(URL model) throws IOException {
    JarURLConnection connection = (JarURLConnection) model.openConnection();
    connection.setUseCaches(false); // lest closing it closes the one that classes come from
    String name = connection.getEntryName();
    String folder = name.substring(0, name.length() - DemoModel.MODEL.length());
    SortedMap<String, byte[]> files = new TreeMap<>();
    try (JarFile jar = connection.getJarFile()) {
      for (JarEntry entry : jar.stream().toList()) {
        if (entry.getName().startsWith(folder) && !entry.isDirectory()) {
          try (InputStream in = jar.getInputStream(entry)) {
            files.put(entry.getName().substring(folder.length()), in.readAllBytes());
          }
        }
      }
    }
    return files;
  }

  private static SortedMap<String, byte[]> inFolder(URI model) throws IOException {
    Path folder = Path.of(model).getParent();
    SortedMap<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> regular = all.filter(Files::isRegularFile).toList();
      for (Path file : regular) {
        String path = folder.relativize(file).toString().replace('\\', '/');
        files.put(path, Files.readAllBytes(file));
      }
    }
    return files;
  }
}
