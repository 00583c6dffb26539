package dev.steerc.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TestDataTest {
  private static final long[] LONG = {3, 41, 7, 95, 0, 12, 66};
  private static final long[] SHORT = {88, 5, 5, 30, 19};
  private static final Path ROOT = TestData.root();

  @BeforeAll
  static void rewriteIfAsked() throws Exception {
    if (Boolean.getBoolean("steerc.rewrite")) {
      TestData.main();
    }
  }

  static Stream<TestGraph> running() {
    return TestData.graphs().stream().filter(TestGraph::runs);
  }

  @Test
  void bfloat16IsNotForTheCpu() {
    List<TestGraph> others = TestData.graphs().stream().filter(graph -> !graph.runs()).toList();
    assertThat(others).hasToString("[bf16]");
    assertThatThrownBy(() -> new OrtRun(others.get(0).file(ROOT)))
        .hasMessageContaining("ORT_NOT_IMPLEMENTED");
  }

  @Test
  void committedFilesAreWhatTheProgramWrites() throws Exception {
    for (var file : TestData.files().entrySet()) {
      Path path = ROOT.resolve("testdata").resolve(file.getKey());
      assertThat(Files.readAllBytes(path)).as(file.getKey()).isEqualTo(file.getValue());
    }
  }

  @ParameterizedTest
  @MethodSource("running")
  void oneRowEqualsTheReference(TestGraph graph) throws Exception {
    compare(graph, graph.fixed() ? Batch.leftPadded(SHORT, SHORT) : Batch.single(LONG));
  }

  @ParameterizedTest
  @MethodSource("running")
  void twoRowsEqualTheReference(TestGraph graph) throws Exception {
    compare(
        graph,
        graph.fixed() || !graph.masked()
            ? Batch.leftPadded(SHORT, new long[] {9, 8, 7, 6, 5})
            : Batch.leftPadded(LONG, SHORT));
  }

  @ParameterizedTest
  @MethodSource("running")
  void aCachedStepEqualsTheReference(TestGraph graph) throws Exception {
    if (!graph.cached()) {
      return;
    }
    Batch whole = Batch.leftPadded(LONG, SHORT);
    int step = whole.width() - 1;
    try (var ort = new OrtRun(graph.file(ROOT))) {
      var past = new HashMap<String, OnnxTensor>();
      ort.run(graph.feeds(whole.until(step)), Map.of())
          .forEach(
              (name, tensor) -> {
                if (name.startsWith("present")) {
                  past.put(graph.pastOf(name), tensor);
                }
              });
      var outputs = ort.run(graph.stepFeeds(whole.from(step)), past);
      report(graph, "step", whole, OrtRun.values(outputs.get(graph.output())), step);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.steerc.models.TestData#refused")
  void refusedGraphsLoadWhereTheySay(RefusedGraph graph) {
    var open =
        assertThatCode(
            () -> {
              try (var ort = new OrtRun(graph.file(ROOT))) {
                assertThat(ort.session().getNumInputs()).isPositive();
              }
            });
    if (graph.loads()) {
      open.doesNotThrowAnyException();
    } else {
      open.isInstanceOf(OrtException.class);
    }
  }

  @Test
  void hiddenStatesAreTheReferencesSites() throws Exception {
    TestGraph graph = TestData.graph("hidden-states");
    Batch batch = Batch.single(LONG);
    var reference = Gpt2Reference.run(graph.model(), batch, Gpt2Reference.Edit.NONE);
    try (var ort = new OrtRun(graph.file(ROOT))) {
      var outputs = ort.run(graph.feeds(batch), Map.of());
      for (int block = 0; block < 4; block++) {
        var post = OrtRun.values(outputs.get("hidden_states." + (block + 1)));
        for (int s = 0; s < batch.width(); s++) {
          assertThat(largest(reference.at(block, "resid_post")[0][s], post[0][s])).isLessThan(1e-4);
        }
      }
    }
  }

  private static void compare(TestGraph graph, Batch batch) throws Exception {
    try (var ort = new OrtRun(graph.file(ROOT))) {
      var outputs = ort.run(graph.feeds(batch), Map.of());
      String kind = batch.rows() + " rows";
      report(graph, kind, batch, OrtRun.values(outputs.get(graph.output())), 0);
    }
  }

  /** Compares columns {@code first} and on, wherever there is a token. */
  private static void report(
      TestGraph graph, String kind, Batch batch, float[][][] actual, int first) {
    double[][][] expected =
        graph.output(Gpt2Reference.run(graph.model(), batch, Gpt2Reference.Edit.NONE));
    double worst = 0;
    for (int b = 0; b < batch.rows(); b++) {
      for (int s = first; s < batch.width(); s++) {
        if (batch.mask()[b][s] == 1 && !(graph.lastOnly() && s < batch.width() - 1)) {
          int column = graph.lastOnly() ? 0 : s - first;
          worst = Math.max(worst, largest(expected[b][s], actual[b][column]));
        }
      }
    }
    if (Boolean.getBoolean("steerc.report")) {
      System.out.printf("%-20s %-8s %.2e%n", graph, kind, worst);
    }
    assertThat(worst).as(kind).isLessThanOrEqualTo(graph.tolerance());
  }

  private static double largest(double[] expected, float[] actual) {
    assertThat(actual).hasSameSizeAs(expected);
    double worst = 0;
    for (int i = 0; i < actual.length; i++) {
      double difference = Math.abs(expected[i] - actual[i]);
      worst = Math.max(worst, difference);
    }
    return worst;
  }
}
