package dev.steerc.models.family;

import dev.steerc.models.TestData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The published architectures, and the program that writes them down. */
public final class Families {
  private static final List<Family> ALL =
      Stream.of(Published.ALL, Fused.ALL).flatMap(List::stream).toList();

  private Families() {}

  /** Writes every file below {@code testdata/families} of this checkout. */
  public static void main(String... args) throws IOException {
    for (var file : files().entrySet()) {
      Path path = TestData.root().resolve("testdata").resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
      System.out.printf("%8d %s%n", file.getValue().length, file.getKey());
    }
  }

  /** Every graph in {@code testdata/families}. */
  public static List<Family> all() {
    return ALL;
  }

  /** Every file below {@code testdata} that is written here, by its path. */
  public static SortedMap<String, byte[]> files() {
    var files = new TreeMap<String, byte[]>();
    all().forEach(f -> files.put("families/" + f.fileName(), f.model().toByteArray()));
    files.put("families/README.md", FamiliesPage.text().getBytes(StandardCharsets.UTF_8));
    return files;
  }
}
