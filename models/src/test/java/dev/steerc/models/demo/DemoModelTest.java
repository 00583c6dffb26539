package dev.steerc.models.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steerc.problem.SteercException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoModelTest {
  private static final Map<String, byte[]> FILES =
      Map.of(
          "model.onnx", bytes("a model"),
          "tokenizer.json", bytes("{}"),
          "vectors/joy.safetensors", bytes("joy"));

  @TempDir Path home;

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Path folder() {
    return home.resolve("demo");
  }

  @Test
  void unpacksAllFilesIntoANewFolder() throws IOException {
    DemoModel demo = DemoModel.unpack(FILES, folder());
    assertThat(contents(folder())).isEqualTo(withMark());
    assertThat(demo.model()).hasContent("a model");
    assertThat(demo.vectors().resolve("joy.safetensors")).exists();
    assertThat(names(home)).containsExactly("demo");
  }

  @Test
  void anEmptyFolderIsTakenAsItIs() throws IOException {
    Files.createDirectory(folder());
    DemoModel.unpack(FILES, folder());
    assertThat(contents(folder())).isEqualTo(withMark());
  }

  @Test
  void equalFilesAreNotTouched() throws IOException {
    DemoModel.unpack(FILES, folder());
    FileTime old = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(folder().resolve("model.onnx"), old);
    DemoModel.unpack(FILES, folder());
    assertThat(Files.getLastModifiedTime(folder().resolve("model.onnx"))).isEqualTo(old);
  }

  @Test
  void spoiltFilesAreMendedAndOthersStay() throws IOException {
    DemoModel.unpack(FILES, folder());
    Files.writeString(folder().resolve("vectors/joy.safetensors"), "spoilt");
    Files.writeString(folder().resolve("vectors/mine.npy"), "mine");
    Files.delete(folder().resolve("tokenizer.json"));
    DemoModel.unpack(FILES, folder());
    Map<String, String> expected = withMark();
    expected.put("vectors/mine.npy", "mine");
    assertThat(contents(folder())).isEqualTo(expected);
  }

  @Test
  void aForeignFolderIsRefusedAndLeftAlone() throws IOException {
    Files.createDirectory(folder());
    Files.writeString(folder().resolve("model.onnx"), "somebody's");
    refuses("error[folder-taken]", folder());
    assertThat(contents(folder())).isEqualTo(Map.of("model.onnx", "somebody's"));
  }

  @Test
  void aFileInThePlaceIsRefused() throws IOException {
    Files.writeString(folder(), "a file");
    refuses("error[output-unwritable]", folder());
    refuses("error[output-folder-missing]", home.resolve("no/such"));
  }

  @Test
  void whatCannotBeWrittenLeavesNothing() throws IOException {
    Map<String, byte[]> impossible = new TreeMap<>(FILES);
    impossible.put("model.onnx/under-a-file", bytes("impossible"));
    assertThatThrownBy(() -> DemoModel.unpack(impossible, folder()))
        .isInstanceOf(SteercException.class);
    assertThat(names(home)).isEmpty();
    Files.createDirectory(folder());
    assertThatThrownBy(() -> DemoModel.unpack(impossible, folder()))
        .isInstanceOf(SteercException.class);
    assertThat(names(folder())).isEmpty();
  }

  @Test
  void filesAreFoundInAJarAndInClassesAlike() throws Exception {
    URL model = DemoModel.class.getResource("files/model.onnx");
    assumeTrue(model != null, "models/demo has no model.onnx yet");
    SortedMap<String, byte[]> files = Embedded.files();
    assertThat(files).containsKeys("model.onnx", "tokenizer.json", "config.json");
    assertThat(contents(inJar(files))).containsKeys("model.onnx", "tokenizer.json", "config.json");
  }

  @Test
  void aBuildWithoutTheModelSaysSo() {
    assertThatThrownBy(() -> inJar(new TreeMap<>()))
        .rootCause()
        .isInstanceOf(SteercException.class)
        .hasMessageStartingWith("error[demo-missing]")
        .hasMessageContaining("git checkout models/demo");
    assertThat(folder()).doesNotExist();
  }

  /** The folder that classes in a jar unpack those files into. */
  private Path inJar(SortedMap<String, byte[]> files) throws Exception {
    Path jar = home.resolve("a jar.jar");
    String here = DemoModel.class.getPackageName().replace('.', '/') + "/";
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (Class<?> type : new Class<?>[] {DemoModel.class, Embedded.class, Lessons.class}) {
        String name = here + type.getSimpleName() + ".class";
        out.putNextEntry(new JarEntry(name));
        out.write(type.getClassLoader().getResourceAsStream(name).readAllBytes());
      }
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        out.putNextEntry(new JarEntry(here + "files/" + file.getKey()));
        out.write(file.getValue());
      }
    }
    try (URLClassLoader loader = new FirstOwn(jar.toUri().toURL())) {
      Class<?> type = loader.loadClass(DemoModel.class.getName());
      type.getMethod("unpack", Path.class).invoke(null, folder());
    }
    return folder();
  }

  /** Takes the demo's classes from the jar, and all others from here. */
  private static final class FirstOwn extends URLClassLoader {
    FirstOwn(URL jar) {
      super(new URL[] {jar}, DemoModelTest.class.getClassLoader());
    }

    @Override
    public Class<?> loadClass(String name) throws ClassNotFoundException {
      boolean own = name.startsWith(DemoModel.class.getPackageName());
      return own ? findClass(name) : super.loadClass(name);
    }

    @Override
    public URL getResource(String name) {
      return findResource(name);
    }
  }

  private static void refuses(String start, Path folder) {
    assertThatThrownBy(() -> DemoModel.unpack(FILES, folder))
        .isInstanceOf(SteercException.class)
        .hasMessageStartingWith(start)
        .hasMessageContaining("help: ");
  }

  private static Map<String, String> withMark() {
    Map<String, String> contents = new TreeMap<>();
    FILES.forEach((name, bytes) -> contents.put(name, new String(bytes, StandardCharsets.UTF_8)));
    contents.put(DemoModel.MARK, DemoModel.MARK_TEXT);
    return contents;
  }

  private static Map<String, String> contents(Path folder) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        contents.put(
            folder.relativize(file).toString(), new String(bytes, StandardCharsets.ISO_8859_1));
      }
    }
    return contents;
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
