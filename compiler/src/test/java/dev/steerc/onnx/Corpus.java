package dev.steerc.onnx;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The models that tests run over: what is committed, and the real exports where they are there. */
public final class Corpus {
  private static final Path ROOT = root();

  /** Committed decoders whose stream is not found yet. */
  public static final Set<String> NOT_YET =
      Set.of(
          "functions-norm",
          "functions-shared",
          "functions-nested",
          "functions-own",
          "adapters",
          "qdq",
          "sum-op",
          "multi-head",
          "early-exit");

  private Corpus() {}

  /** A committed file, such as {@code graphs/withpast.onnx}. */
  public static Path testdata(String name) {
    return ROOT.resolve("testdata").resolve(name);
  }

  /** A committed decoder, such as {@code withpast.onnx}. */
  public static Path graph(String name) {
    return ROOT.resolve("testdata/graphs").resolve(name);
  }

  /** A committed graph without a provable stream. */
  public static Path refused(String name) {
    return ROOT.resolve("testdata/refused").resolve(name);
  }

  /** All committed graphs without a provable stream. */
  public static List<Path> refused() {
    return onnx(ROOT.resolve("testdata/refused"));
  }

  /** The committed decoders whose stream is found. */
  public static List<Path> graphs() {
    return onnx(ROOT.resolve("testdata/graphs")).stream()
        .filter(file -> !NOT_YET.contains(file.getFileName().toString().replace(".onnx", "")))
        .toList();
  }

  /** Every committed model that opens. */
  public static List<Path> all() {
    List<Path> all = new ArrayList<>(graphs());
    all.addAll(refused());
    all.remove(refused("no-graph.onnx"));
    return all;
  }

  /** Real exports, each model in a folder of its own; none where the collection is absent. */
  public static List<Path> shared() {
    Path folder = ROOT.resolveSibling("shared").resolve("graphs");
    return Files.isDirectory(folder) ? onnx(folder) : List.of();
  }

  public static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> onnx(Path folder) {
    try (Stream<Path> files = Files.walk(folder, 2)) {
      return files.filter(f -> f.toString().endsWith(".onnx")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where the build runs from; without it, the first folder upwards that has test data. */
  private static Path root() {
    String set = System.getProperty("steerc.root");
    Path at = Path.of(set == null ? "" : set).toAbsolutePath();
    while (at != null && !Files.isDirectory(at.resolve("testdata"))) {
      at = at.getParent();
    }
    if (at == null) {
      throw new IllegalStateException(
          "no folder with test data above " + Path.of("").toAbsolutePath());
    }
    return at;
  }
}
