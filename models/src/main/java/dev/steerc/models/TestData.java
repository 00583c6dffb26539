package dev.steerc.models;

import static dev.steerc.models.Trait.*;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The graphs in {@code testdata}, and the program that writes them. */
public final class TestData {
  private static final Gpt2.Config TWIN = new Gpt2.Config(4, 24, 4, 96, 32);
  static final long SEED = 20261101;
  static final double CLOSE = 1e-4;
  private static final Gpt2 MODEL = Gpt2.random(TWIN, SEED);

  /** As optimum exports today, with half the bytes. */
  static final Dialect DEMO = torch(17, 8, PAST, NORM_OP, TIED_HEAD, HALF_STORED);

  private static final List<TestGraph> PLAIN =
      List.of(
          twin("withpast", "as PyTorch 2 and optimum export it", torch(14, 7, PAST)),
          twin(
              "nopast-op17",
              "LayerNormalization and MatMul in three dimensions, no cache",
              torch(17, 8, NORM_OP, MATMUL_ADD, ZERO_RESHAPES, TIED_HEAD)),
          twin(
              "static-idsonly-ir3",
              "ids of fixed size only, numbers for names, initializers listed as inputs",
              Dialect.of(
                  "pytorch",
                  3,
                  11,
                  NUMBERED_NAMES,
                  STATIC,
                  IDS_ONLY,
                  CONSTANT_MASK,
                  LISTED_INITIALIZERS)),
          twin("merged", "an If with and without a past, weights outside", merged(9)),
          twin(
              "merged-inner",
              "the same with weights in both branches",
              merged(8, INNER_WEIGHTS, MATMUL_ADD, ZERO_RESHAPES)),
          twin(
              "fused",
              "ORT's Attention, EmbedLayerNormalization and SkipLayerNormalization with bias",
              optimised(11, 6, FUSED_ATTENTION, MATMUL_ADD, FAST_GELU, SKIP_BIAS)),
          twin(
              "fused-skip",
              "SkipLayerNormalization without bias, the stream at input 1",
              optimised(17, 8, PAST, NORM_OP, FAST_GELU, SKIP_STREAM_SECOND)),
          twin(
              "fused-skip-first",
              "SkipLayerNormalization without bias, the stream at input 0",
              optimised(17, 8, PAST, NORM_OP, MATMUL_ADD, ZERO_RESHAPES, SKIP_STREAM_FIRST)),
          twin("fp16", "float16 with norms in float32", 0.08, torch(14, 7, PAST, HALF)),
          twin(
              "fp16-stored",
              "float32 with weights kept as float16, the dialect of the demo model",
              0.08,
              DEMO),
          twin(
              "int8",
              "linears quantised as they run",
              0.5,
              Dialect.of("onnx.quantize", 7, 14, PAST, CONSTANT_INITIALIZERS, INT8)),
          twin(
              "external",
              "weights in `external.onnx_data` beside it",
              torch(14, 7, PAST, EXTERNAL)),
          twin(
              "wire",
              "like nopast-op17, in bytes that are legal and unusual",
              torch(17, 8, NORM_OP, MATMUL_ADD, ZERO_RESHAPES, ODD_WIRE)),
          twin(
              "hidden-states",
              "the stream is an output",
              torch(14, 7, PAST, MATMUL_ADD, ZERO_RESHAPES, HIDDEN_STATES)),
          twin(
              "no-head",
              "ids only, ends at the last residual sum",
              torch(17, 8, IDS_ONLY, NORM_OP, MATMUL_ADD, ZERO_RESHAPES, NO_HEAD, NO_FINAL_NORM)),
          twin(
              "no-head-normed",
              "ids only, ends at the final norm",
              torch(17, 8, IDS_ONLY, MATMUL_ADD, ZERO_RESHAPES, NO_HEAD)),
          new TestGraph(
              "one-block",
              "withpast with one block",
              Gpt2.random(new Gpt2.Config(1, 24, 4, 96, 32), SEED + 1),
              torch(14, 7, PAST),
              CLOSE));

  private static final List<TestGraph> GRAPHS =
      Stream.of(PLAIN, Twins.graphs()).flatMap(List::stream).toList();

  private TestData() {}

  /** Writes every file below the {@code testdata} of this checkout. */
  public static void main(String... args) throws IOException {
    for (var file : files().entrySet()) {
      Path path = root().resolve("testdata").resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
      System.out.printf("%8d %s%n", file.getValue().length, file.getKey());
    }
  }

  /** Graphs with a residual stream; in families that spell one model each. */
  public static List<TestGraph> graphs() {
    return GRAPHS;
  }

  /** The graphs that ONNX Runtime's CPU provider can run. */
  public static List<TestGraph> runnable() {
    return graphs().stream().filter(TestGraph::runs).toList();
  }

  /** The graph of this name. */
  public static TestGraph graph(String name) {
    return graphs().stream().filter(g -> g.name().equals(name)).findFirst().orElseThrow();
  }

  /** Graphs in which no residual stream can be proven. */
  public static List<RefusedGraph> refused() {
    return Refused.graphs();
  }

  /** Decoders inside operators that generate. */
  public static List<Container> containers() {
    return Container.all(Twins.MODEL);
  }

  /** Every file below {@code testdata} that is written here, by its path. */
  public static SortedMap<String, byte[]> files() {
    var files = new TreeMap<String, byte[]>();
    for (TestGraph graph : graphs()) {
      graph.bytes().forEach((name, bytes) -> files.put("graphs/" + name, bytes));
    }
    for (RefusedGraph graph : refused()) {
      files.put("refused/" + graph.fileName(), graph.model().toByteArray());
    }
    GenaiFolder.files().forEach((name, bytes) -> files.put("genai/" + name, bytes));
    for (Container container : containers()) {
      files.put("containers/" + container.fileName(), container.model().toByteArray());
    }
    Gpt2.Config config = MODEL.config();
    String tokenizer = TinyTokenizer.json(config.vocab());
    files.put("tokenizer/tokenizer.json", tokenizer.getBytes(StandardCharsets.UTF_8));
    TestVectors.files(config.hidden())
        .forEach((name, bytes) -> files.put("vectors/" + name, bytes));
    files.put("README.md", TestDataPage.text().getBytes(StandardCharsets.UTF_8));
    return files;
  }

  /**
   * The checkout: the system property {@code steerc.root}, or else the nearest folder at or above
   * the working directory that holds {@code testdata}.
   */
  public static Path root() {
    String given = System.getProperty("steerc.root");
    Path start = Path.of(given == null ? "" : given).toAbsolutePath();
    for (Path folder = start; folder != null; folder = folder.getParent()) {
      if (Files.isDirectory(folder.resolve("testdata"))) {
        return folder;
      }
    }
    throw new IllegalStateException("no folder `testdata` at or above " + start);
  }

  private static TestGraph twin(String name, String about, Dialect dialect) {
    return twin(name, about, CLOSE, dialect);
  }

  private static TestGraph twin(String name, String about, double tolerance, Dialect dialect) {
    return new TestGraph(name, about, MODEL, dialect, tolerance);
  }

  static Dialect torch(int opset, int ir, Trait... traits) {
    return Dialect.of("pytorch", ir, opset, traits);
  }

  private static Dialect merged(int ir, Trait... traits) {
    return Dialect.of("optimum-onnx", ir, 14, traits).with(PAST, MERGED);
  }

  static Dialect optimised(int opset, int ir, Trait... traits) {
    return Dialect.of("onnxruntime.transformers", ir, opset, traits)
        .with(FUSED_NAMES, CONSTANT_INITIALIZERS);
  }
}
