package dev.steerc.runtime.triton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import com.google.protobuf.Message;
import dev.steerc.models.TestData;
import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Value;
import dev.steerc.plan.InputMode;
import dev.steerc.problem.Code;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written is what Triton's backend for ONNX Runtime checks a model against. */
class TritonTest {
  private static final String[] TARGETS = {
    "0.resid_post:add", "0.resid_post:project", "0.resid_post:tap"
  };

  @TempDir Path folder;

  /** The graphs of testdata, and those of real exporters where they are there. */
  static List<Path> graphs() throws IOException {
    List<Path> graphs = new ArrayList<>();
    TestData.runnable().forEach(graph -> graphs.add(graph.file(TestData.root())));
    if (TestModels.isSharedThere()) {
      try (Stream<Path> files = Files.walk(TestModels.shared(""), 2)) {
        files
            .filter(file -> file.toString().endsWith(".onnx"))
            .filter(file -> !file.toString().contains("beamsearch"))
            .sorted()
            .forEach(graphs::add);
      }
    }
    return graphs;
  }

  private Path patched(Path model, InputMode mode) {
    return TestModels.patched(model, folder, mode, TARGETS);
  }

  private TritonModel export(Path model, Integer maxBatch) {
    OptionalInt batch = maxBatch == null ? OptionalInt.empty() : OptionalInt.of(maxBatch);
    return TritonModel.export(model, folder.resolve("repository"), "it", batch);
  }

  private static ModelConfig config(TritonModel model) throws IOException {
    return ModelConfig.parse(Files.readString(model.folder().resolve("config.pbtxt")));
  }

  /** Shapes and types of a session's inputs or outputs. */
  private static Map<String, String> session(Map<String, ai.onnxruntime.NodeInfo> values) {
    Map<String, String> session = new LinkedHashMap<>();
    values.forEach(
        (name, node) -> {
          TensorInfo info = (TensorInfo) node.getInfo();
          // in a configuration a tensor without dimensions has one of size 1
          long[] shape = info.isScalar() ? new long[] {1} : info.getShape();
          session.put(name, triton(info.type) + Arrays.toString(shape));
        });
    return session;
  }

  private static String triton(OnnxJavaType type) {
    return switch (type) {
      case FLOAT -> "TYPE_FP32";
      case FLOAT16 -> "TYPE_FP16";
      default -> "TYPE_" + type;
    };
  }

  /** The same of a configuration, as the backend puts shapes together: -1 in front of a batch's. */
  private static Map<String, String> told(ModelConfig config, String field, boolean optional) {
    boolean isBatched = !config.get("max_batch_size").equals(0);
    Map<String, String> told = new LinkedHashMap<>();
    for (Message tensor : config.tensors(field)) {
      if (field.equals("output") || ModelConfig.get(tensor, "optional").equals(optional)) {
        List<Long> dims = new ArrayList<>(ModelConfig.dims(tensor));
        if (isBatched) {
          dims.add(0, -1L);
        }
        told.put(
            (String) ModelConfig.get(tensor, "name"),
            ModelConfig.get(tensor, "data_type").toString() + dims);
      }
    }
    return told;
  }

  private void checkAgainstTheSession(TritonModel exported) throws Exception {
    ModelConfig config = config(exported);
    assertThat(config.get("name")).isEqualTo("it");
    assertThat(config.get("backend")).isEqualTo("onnxruntime");
    OrtEnvironment environment =
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
      Path model = exported.folder().resolve("1").resolve("model.onnx");
      try (OrtSession session = environment.createSession(model.toString(), options)) {
        assertThat(told(config, "input", false)).isEqualTo(session(session.getInputInfo()));
        assertThat(told(config, "output", false)).isEqualTo(session(session.getOutputInfo()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("graphs")
  void optionalInputsStayOptional(Path graph) throws Exception {
    Path model = patched(graph, InputMode.OPTIONAL);
    TritonModel exported = export(model, null);
    checkAgainstTheSession(exported);
    ModelConfig config = config(exported);
    assertThat(config.get("max_batch_size")).isEqualTo(0);
    assertThat(config.has("dynamic_batching")).isFalse();
    Map<String, String> declared = new LinkedHashMap<>();
    for (Value value : ModelFile.open(model).graph().inputs()) {
      if (value.name().startsWith("steer.")) {
        List<Long> dims = value.shape().orElseThrow().stream().map(d -> d.size()).toList();
        declared.put(value.name(), "TYPE_FP32" + dims);
      }
    }
    assertThat(told(config, "input", true)).hasSize(5).isEqualTo(declared);
  }

  @ParameterizedTest
  @MethodSource("graphs")
  void requiredInputsAreBatchedOrRefused(Path graph) throws Exception {
    Path model = patched(graph, InputMode.REQUIRED);
    TritonModel unbatched =
        TritonModel.export(model, folder.resolve("other"), "it", OptionalInt.of(0));
    checkAgainstTheSession(unbatched);
    assertThat(config(unbatched).get("max_batch_size")).isEqualTo(0);
    ModelConfig whole = config(unbatched);
    boolean isBatch =
        Stream.of("input", "output")
            .flatMap(field -> whole.tensors(field).stream())
            .allMatch(tensor -> ModelConfig.dims(tensor).get(0) == -1);
    if (isBatch) {
      TritonModel batched = export(model, null);
      checkAgainstTheSession(batched);
      assertThat(config(batched).get("max_batch_size")).isEqualTo(16);
      // as it runs, over all rows together
      boolean isQuantised = graph.toString().matches(".*int8(?!-blocks).*");
      assertThat(config(batched).has("dynamic_batching")).isEqualTo(!isQuantised);
      assertThat(told(config(batched), "input", true)).isEmpty();
    } else {
      assertThatThrownBy(() -> export(model, null)).isInstanceOf(SteercException.class);
      assertThat(folder.resolve("repository")).doesNotExist();
    }
  }

  private void refuses(Path model, Integer maxBatch, Code code, String... words) {
    assertThatThrownBy(() -> export(model, maxBatch))
        .isInstanceOfSatisfying(
            SteercException.class,
            e -> {
              assertThat(e.problems().get(0).code()).isEqualTo(code);
              assertThat(e.problems().toString()).contains(words);
            });
    assertThat(folder.resolve("repository")).doesNotExist();
  }

  @Test
  void saysWhyAGraphIsNotBatched() {
    Path fused = patched(TestModels.graph("fused"), InputMode.REQUIRED);
    refuses(
        fused, null, Code.NOT_BATCHABLE, "does not begin with a batch", "[2, ", "--max-batch 0");
    Path merged = patched(TestModels.graph("merged"), InputMode.REQUIRED);
    refuses(merged, 4, Code.NOT_BATCHABLE, "`use_cache_branch`", "[1]");
    Path optional = patched(TestModels.graph("withpast"), InputMode.OPTIONAL);
    refuses(optional, 4, Code.NOT_BATCHABLE, "is optional", "--inputs required");
  }

  @Test
  void refusesWhatIsNotPatchedAndNamesThatArePaths() {
    refuses(TestModels.graph("withpast"), null, Code.NOT_PATCHED, "steerc patch");
    Path model = patched(TestModels.graph("withpast"), InputMode.OPTIONAL);
    for (String name : List.of("../it", "a/b", "", ".hidden", "a b")) {
      assertThatThrownBy(
              () ->
                  TritonModel.export(
                      model, folder.resolve("repository"), name, OptionalInt.empty()))
          .isInstanceOf(SteercException.class)
          .hasMessageContaining("is no name");
    }
    assertThat(folder.resolve("repository")).doesNotExist();
  }

  @Test
  void neverWritesOverAnother() throws Exception {
    Path model = patched(TestModels.graph("withpast"), InputMode.OPTIONAL);
    Path config = export(model, null).folder().resolve("config.pbtxt");
    Files.writeString(config, "mine");
    assertThatThrownBy(() -> export(model, null)).hasMessageContaining("exists already");
    assertThat(config).hasContent("mine");
  }

  @Test
  void weightsInAFileOfTheirOwnComeAlong() throws Exception {
    Path model = patched(TestModels.graph("external"), InputMode.REQUIRED);
    Path written = export(model, null).folder().resolve("1");
    assertThat(written.resolve("model.onnx")).hasSameBinaryContentAs(model);
    assertThat(written.resolve("external.onnx_data"))
        .hasSameBinaryContentAs(model.resolveSibling("external.onnx_data"));
  }

  @Test
  void leavesNothingWhereTheWeightsAreMissing() throws Exception {
    Path model = patched(TestModels.graph("external"), InputMode.REQUIRED);
    Files.delete(model.resolveSibling("external.onnx_data"));
    assertThatThrownBy(() -> export(model, null)).isInstanceOf(SteercException.class);
    assertThat(folder.resolve("repository")).doesNotExist();
  }
}
