package dev.steerc.residual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steerc.onnx.Corpus;
import dev.steerc.onnx.ModelFile;
import dev.steerc.plan.Site;
import dev.steerc.problem.Refusal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every committed graph, and the real exports where they are there. */
class ResidualTest {
  private static final String FIVE = "resid_pre attn_out resid_mid mlp_out resid_post";
  private static final String PARALLEL = "resid_pre attn_out mlp_out resid_post";

  @ParameterizedTest
  @CsvSource({
    "bf16, 2, 32, bfloat16, 96, 4, 4",
    "fp16-all, 2, 32, float16, 96, 4, 4",
    "adapters, 2, 32, float32, 96, 4, 4",
    "early-exit, 2, 32, float32, 96, 4, 4",
    "multi-head, 2, 32, float32, 96, 4, 4",
    "qdq, 2, 32, float32, 96, 4, 4",
    "sum-op, 2, 32, float32, 96, 4, 4",
    "fp16-mixed, 2, 32, float32, 96, 4, 4",
    "fp16-table, 2, 32, float32, 96, 4, 4",
    "int4, 2, 32, float32, 96, 4, 4",
    "int8-blocks, 2, 32, float32, 96, 4, 4",
    "last-token, 2, 32, float32, 96, 4, 4",
    "no-ops, 2, 32, float32, 96, 4, 4",
    "opset23, 2, 32, float32, 96, 4, 4",
    "short, 2, 32, float32, 96, 4, 4",
    "external, 4, 24, float32, 96, 8, 8",
    "fp16, 4, 24, float16, 96, 8, 8",
    "fp16-stored, 4, 24, float32, 96, 8, 8",
    "functions-nested, 2, 32, float32, 96, 4, 4",
    "functions-norm, 2, 32, float32, 96, 4, 4",
    "functions-own, 2, 32, float32, 96, 4, 4",
    "functions-shared, 2, 32, float32, 96, 4, 4",
    "fused-skip-first, 4, 24, float32, 96, 8, 8",
    "fused-skip, 4, 24, float32, 96, 8, 8",
    "fused, 4, 24, float32, 96, 4, 4",
    "hidden-states, 4, 24, float32, 96, 8, 8",
    "int8, 4, 24, float32, 96, 8, 8",
    "merged-inner, 4, 24, float32, 96, 8, 8",
    "merged, 4, 24, float32, 96, 8, 8",
    "no-head-normed, 4, 24, float32, 96, 0, 0",
    "no-head, 4, 24, float32, 96, 0, 0",
    "nopast-op17, 4, 24, float32, 96, 0, 0",
    "one-block, 1, 24, float32, 96, 2, 2",
    "static-idsonly-ir3, 4, 24, float32, 96, 0, 0",
    "wire, 4, 24, float32, 96, 0, 0",
    "withpast, 4, 24, float32, 96, 8, 8",
  })
  void findsTheStreamOfEverySpelling(
      String name, int blocks, int hidden, String type, long vocabulary, int past, int present) {
    Residual residual = find(Corpus.graph(name + ".onnx"));
    assertThat(residual.blocks()).isEqualTo(blocks);
    assertThat(residual.hidden()).isEqualTo(hidden);
    assertThat(residual.type().label()).isEqualTo(type);
    assertThat(residual.vocabulary()).hasValue(vocabulary);
    assertThat(residual.ids()).isEqualTo(name.startsWith("static") ? residual.ids() : "input_ids");
    assertThat(residual.cache().inputs()).doesNotHaveDuplicates().hasSize(past);
    assertThat(residual.cache().outputs()).doesNotHaveDuplicates().hasSize(present);
    checkSites(residual, FIVE);
  }

  @Test
  void everyCommittedGraphIsInTheTable() {
    assertThat(Corpus.graphs()).hasSize(36);
  }

  @ParameterizedTest
  @ValueSource(strings = {"merged", "merged-inner"})
  void bothBranchesHaveTheStream(String name) {
    Residual residual = find(Corpus.graph(name + ".onnx"));
    assertThat(residual.streams()).hasSize(2);
    assertThat(residual.streams()).allMatch(s -> s.graph().outer().isPresent());
  }

  @Test
  void cacheIsInBlockOrder() {
    Cache cache = find(Corpus.graph("withpast.onnx")).cache();
    assertThat(cache.inputs().get(0)).contains("0");
    assertThat(cache.inputs().get(7)).contains("3");
    assertThat(cache.outputs().get(7)).contains("3");
  }

  static Stream<Path> realExports() {
    return Corpus.shared().stream().filter(ResidualTest::mustBeFound);
  }

  private static boolean mustBeFound(Path path) {
    String folder = path.getParent().getFileName().toString();
    return folder.startsWith("gpt2")
        || List.of("h-genai-gpt2-fused-fp32", "h-ort-gpt2-one-layer").contains(folder);
  }

  @Test
  void realExportsHaveFiveSitesABlock() {
    List<Path> exports = realExports().toList();
    assumeTrue(!exports.isEmpty(), "SKIPPED: no ../shared/graphs here");
    for (Path export : exports) {
      Residual residual = find(export);
      assertThat(residual.blocks()).as(export.toString()).isBetween(1, 5);
      checkSites(residual, FIVE);
    }
  }

  @Test
  void otherFamiliesAreFoundOrExplained() {
    List<Path> others = Corpus.shared().stream().filter(p -> !mustBeFound(p)).toList();
    assumeTrue(!others.isEmpty(), "SKIPPED: no ../shared/graphs here");
    for (Path path : others) {
      String folder = path.getParent().getFileName().toString();
      if (folder.equals("h-ort-gpt2-beamsearch")) {
        assertThat(find(path).operator()).contains("BeamSearch");
        assertThat(find(path).blocks()).isEqualTo(5);
        assertThat(find(path).cache().isPresent()).isFalse();
      } else if (folder.startsWith("gptneox")) {
        checkSites(find(path), PARALLEL);
      } else {
        assertThat(find(path).blocks()).as(folder).isEqualTo(4);
      }
    }
  }

  private static void checkSites(Residual residual, String sites) {
    for (var stream : residual.streams()) {
      assertThat(stream.blocks()).extracting(ResidualTest::sites).containsOnly(sites);
      assertThat(stream.blocks()).extracting(Block::index).isSorted().startsWith(0);
    }
  }

  private static String sites(Block block) {
    return Arrays.stream(Site.Kind.values())
        .filter(kind -> kind.in(block).isPresent())
        .map(Site.Kind::label)
        .collect(Collectors.joining(" "));
  }

  private static Residual find(Path path) {
    return Residual.find(ModelFile.open(path));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void refusesWhatCannotBeProven(String name, String text) {
    Refusal.check(text, () -> find(Corpus.refused(name + ".onnx")));
  }

  static Object[][] refusals() {
    return new Object[][] {
      {
        "cnn",
        """
        error[no-residual-stream]: the residual additions begin at no embedding
          --> cnn.onnx, graph `main_graph`, node `/layer0.conv2/Add`
          note: `/stem/Relu_output_0` is where they begin, and no token table leads there
          help: name a value yourself with --at value:<name>:add
        """
      },
      {
        "encoder-only-linear",
        """
        error[no-residual-stream]: the graph has no residual stream
          --> encoder-only-linear.onnx, graph `main_graph`
          note: no addition continues a value that its other operand is computed from
          help: name a value yourself with --at value:<name>:add
        """
      },
      {
        "mlp-only",
        """
        error[not-residual]: the blocks have no attention
          --> mlp-only.onnx, node `/h.0/mlp/c_proj/Add_1`
          note: nothing that a sum adds weighs positions by a softmax
          help: name the value yourself with --at value:<name>:add
        """
      },
      {
        "no-graph",
        """
        error[no-graph]: the model has no graph
          --> no-graph.onnx
          note: the file has 17 bytes and may be cut off
        """
      },
      {
        "one-add-removed",
        """
        error[not-residual]: the residual stream is interrupted
          --> one-add-removed.onnx, node `/h.2/Add`
          note: it continues `/h.1/mlp/c_proj/Add_output_0`, which is not the stream's last value
          help: name the value yourself with --at value:<name>:add
        """
      },
      {
        "post-norm",
        """
        error[post-norm]: the blocks end in a norm, so no stream passes through
          --> post-norm.onnx, node `/h.0/mlp/c_proj/Add_1`
          note: it continues `/h.0/ln_1/LayerNormalization_output_0`, the norm of the sum `/h.0/attn/c_proj/Add_1_output_0`
          help: name the value yourself with --at value:<name>:add
        """
      },
      {
        "raw-read",
        """
        error[not-residual]: the stream is read by something that is neither a norm nor a residual addition
          --> raw-read.onnx, node `/h.1/mlp/c_fc/MatMul`
          note: it reads `/h.1/Add_output_0`
          help: name the value yourself with --at value:<name>:add
        """
      },
      {
        "rewired-add",
        """
        error[not-residual]: the stream is continued by two sums
          --> rewired-add.onnx, node `/h.2/Add`
          note: `/h.0/Add_1_output_0` is also continued by `/h.1/Add`
          help: name the value yourself with --at value:<name>:add
        """
      },
      {
        "two-streams",
        """
        error[ambiguous-stream]: the graph has 2 residual streams
          --> two-streams.onnx, graph `main_graph`
          note: they begin at `/Add_1_output_0` and `second//Add_1_output_0`
          help: name the value yourself with --at value:<name>:add
        """
      },
    };
  }
}
