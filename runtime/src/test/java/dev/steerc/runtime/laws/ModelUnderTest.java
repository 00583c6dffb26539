package dev.steerc.runtime.laws;

import dev.steerc.Steerc;
import dev.steerc.models.Precision;
import dev.steerc.models.TestData;
import dev.steerc.models.TestGraph;
import dev.steerc.models.family.Families;
import dev.steerc.onnx.ModelFile;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.residual.Block;
import dev.steerc.residual.Residual;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A decoder that the laws hold for: one of the committed graphs, the demo model, or a real
 * exporter's.
 */
record ModelUnderTest(String name, Path path, Kind kind) {
  private static final Path SHARED = TestData.root().resolve("../shared/graphs").normalize();
  private static final String STEP_ONLY = "decoder_with_past_model.onnx";

  private static final Map<Path, Residual> RESIDUALS = new ConcurrentHashMap<>();

  /** Generates by itself, inside a BeamSearch: {@link SearchOperatorTest} runs it. */
  private static final String UNREACHABLE = "h-ort-gpt2-beamsearch";

  static {
    if (!isSharedThere()) {
      System.err.println("no " + SHARED + ": tests against real exports and PyTorch are skipped");
    }
  }

  /**
   * What the numbers of a graph are worth: the largest difference of logits that is noise. With
   * linears that are quantised as they run, that depends on how large the values happen to be, and
   * the root mean square is the steadier measure.
   */
  enum Kind {
    FLOAT32(1e-4, 1 - 1e-6),
    FLOAT16(0.08, 0.999),
    INT8(0.25, 0.99),
    FIXED_INT8(1, 0.98),
    INT4(1, 0.93);

    private final double tolerance;
    private final double cosine;

    Kind(double tolerance, double cosine) {
      this.tolerance = tolerance;
      this.cosine = cosine;
    }

    private static Kind of(Precision precision) {
      return valueOf(precision.name());
    }

    double tolerance() {
      return tolerance;
    }

    /** How alike (steered − unsteered) has to be to that of the model in float32. */
    double cosine() {
      return cosine;
    }

    boolean isQuantised() {
      return this == INT8 || this == FIXED_INT8 || this == INT4;
    }

    double difference(Comparison comparison) {
      return isQuantised() ? comparison.rootMeanSquare() : comparison.difference();
    }
  }

  static boolean isSharedThere() {
    return Files.isDirectory(SHARED);
  }

  /** All models there are. */
  static List<ModelUnderTest> all() {
    return Stream.of(committed(), families(), List.of(demo()), shared())
        .flatMap(List::stream)
        .toList();
  }

  /** The model that was trained on text. */
  private static ModelUnderTest demo() {
    return of("demo", TestData.root().resolve("models/demo/model.onnx"));
  }

  /** The graphs in {@code testdata}. */
  static List<ModelUnderTest> committed() {
    return TestData.runnable().stream().map(ModelUnderTest::of).toList();
  }

  /** The published architectures, in {@code testdata/families}. */
  static List<ModelUnderTest> families() {
    return Families.all().stream()
        .map(family -> of(family.name(), family.file(TestData.root())))
        .toList();
  }

  private static ModelUnderTest of(TestGraph graph) {
    Path file = graph.file(TestData.root());
    return new ModelUnderTest(graph.name(), file, Kind.of(graph.dialect().precision()));
  }

  /** The graphs beside this checkout; none when they are not there. */
  static List<ModelUnderTest> shared() {
    if (!isSharedThere()) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(SHARED)) {
      return files
          .filter(file -> file.toString().endsWith(".onnx"))
          .filter(file -> !file.toString().contains(UNREACHABLE))
          .sorted()
          .map(file -> of(SHARED.relativize(file).toString().replace("/model.onnx", ""), file))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ModelUnderTest of(String name, Path path) {
    Kind kind =
        name.contains("fp16") ? Kind.FLOAT16 : name.contains("int8") ? Kind.INT8 : Kind.FLOAT32;
    return new ModelUnderTest(name, path, kind);
  }

  /** The graph's model and reference, when it is a committed one. */
  Optional<TestGraph> graph() {
    return TestData.graphs().stream().filter(graph -> graph.name().equals(name)).findFirst();
  }

  Residual residual() {
    return residual(path);
  }

  /** The stream of the file that runs prompts. */
  Residual prefillResidual() {
    return residual(prefill());
  }

  private static Residual residual(Path file) {
    return RESIDUALS.computeIfAbsent(file, f -> Residual.find(ModelFile.open(f)));
  }

  /** Whether it gives the scores of the last token alone. */
  boolean isLastOnly() {
    return graph().filter(TestGraph::lastOnly).isPresent();
  }

  /** Whether it goes on from a past; the first of a pair of decoders only gives one. */
  boolean isCached() {
    return !residual().cache().inputs().isEmpty();
  }

  /** Whether it runs one token behind a past and nothing else: half of a pair. */
  boolean isStepOnly() {
    return path.endsWith(STEP_ONLY);
  }

  /** The file that runs prompts. */
  Path prefill() {
    return isStepOnly() ? path.resolveSibling("decoder_model.onnx") : path;
  }

  /** The model patched, or both halves of a pair, alone in a folder but for its configuration. */
  Path patched(Path within, Request request) {
    try {
      Path output = Files.createTempDirectory(within, "patched");
      for (Path file : new HashSet<>(List.of(prefill(), path))) {
        Steerc.patch(file, request, output.resolve(file.getFileName()));
      }
      Path config = path.resolveSibling("config.json");
      if (Files.exists(config)) {
        Files.copy(config, output.resolve("config.json"));
      }
      return output.resolve(path.getFileName());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every site that each of its streams has. */
  List<Site.InBlock> sites() {
    Residual residual = residual();
    List<Site.InBlock> sites = new ArrayList<>();
    for (int block = 0; block < residual.blocks(); block++) {
      for (Site.Kind kind : Site.Kind.values()) {
        int index = block;
        if (residual.streams().stream().allMatch(s -> has(s.blocks().get(index), kind))) {
          sites.add(new Site.InBlock(block, kind));
        }
      }
    }
    return sites;
  }

  private static boolean has(Block block, Site.Kind kind) {
    return kind.in(block).isPresent();
  }

  @Override
  public String toString() {
    return name;
  }
}
