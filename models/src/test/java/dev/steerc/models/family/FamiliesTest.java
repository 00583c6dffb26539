package dev.steerc.models.family;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import dev.steerc.models.Batch;
import dev.steerc.models.Gpt2Reference.Edit;
import dev.steerc.models.OrtRun;
import dev.steerc.models.TestData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FamiliesTest {
  private static final double CLOSE = 1e-4;
  private static final long[] LONG = {3, 41, 7, 25, 0, 12, 36};
  private static final long[] SHORT = {28, 5, 5, 30, 19};
  private static final long[] OTHER = {9, 8, 7, 6, 5, 4, 47};
  private static final Path ROOT = TestData.root();

  @BeforeAll
  static void rewriteIfAsked() throws Exception {
    if (Boolean.getBoolean("steerc.rewrite")) {
      Families.main();
    }
  }

  static Stream<Family> cached() {
    return Families.all().stream().filter(Family::isCached);
  }

  @Test
  void committedFilesAreWhatTheProgramWrites() throws Exception {
    for (var file : Families.files().entrySet()) {
      Path path = ROOT.resolve("testdata").resolve(file.getKey());
      assertThat(Files.readAllBytes(path)).as(file.getKey()).isEqualTo(file.getValue());
    }
  }

  @Test
  void nothingElseIsThere() throws Exception {
    try (Stream<Path> files = Files.list(ROOT.resolve("testdata/families"))) {
      assertThat(files.map(file -> "families/" + file.getFileName()))
          .containsExactlyInAnyOrderElementsOf(Families.files().keySet());
    }
  }

  @ParameterizedTest
  @MethodSource("dev.steerc.models.family.Families#all")
  void oneRowEqualsTheReference(Family family) throws Exception {
    compare(family, Batch.single(LONG));
  }

  @ParameterizedTest
  @MethodSource("dev.steerc.models.family.Families#all")
  void twoRowsEqualTheReference(Family family) throws Exception {
    compare(family, two(family));
  }

  @ParameterizedTest
  @MethodSource("cached")
  void aPromptAndThenAStepEqualTheReference(Family family) throws Exception {
    Batch whole = two(family);
    int step = whole.width() - 1;
    try (var ort = new OrtRun(family.file(ROOT))) {
      var past = new HashMap<String, OnnxTensor>();
      ort.run(family.feeds(whole.until(step)), Map.of())
          .forEach(
              (name, tensor) -> {
                if (name.startsWith("present")) {
                  past.put(family.pastOf(name), tensor);
                }
              });
      var outputs = ort.run(family.stepFeeds(whole.from(step)), past);
      check(family, "step", whole, OrtRun.values(outputs.get("logits")), step);
    }
  }

  private static Batch two(Family family) {
    return Batch.leftPadded(LONG, family.takesPadding() ? SHORT : OTHER);
  }

  private static void compare(Family family, Batch batch) throws Exception {
    try (var ort = new OrtRun(family.file(ROOT))) {
      var outputs = ort.run(family.feeds(batch), Map.of());
      check(family, batch.rows() + " rows", batch, OrtRun.values(outputs.get("logits")), 0);
    }
  }

  /** Compares columns {@code first} and on, wherever there is a token. */
  private static void check(
      Family family, String kind, Batch batch, float[][][] actual, int first) {
    double[][][] expected = FamilyReference.run(family.architecture(), batch, Edit.NONE).logits();
    double worst = 0;
    for (int b = 0; b < batch.rows(); b++) {
      for (int s = first; s < batch.width(); s++) {
        if (batch.mask()[b][s] == 1) {
          worst = Math.max(worst, largest(expected[b][s], actual[b][s - first]));
        }
      }
    }
    if (Boolean.getBoolean("steerc.report")) {
      System.out.printf("%-24s %-8s %.2e%n", family, kind, worst);
    }
    assertThat(worst).as(kind).isLessThanOrEqualTo(CLOSE);
  }

  private static double largest(double[] expected, float[] actual) {
    assertThat(actual).hasSameSizeAs(expected);
    double worst = 0;
    for (int i = 0; i < actual.length; i++) {
      double difference = Math.abs(expected[i] - actual[i]);
      worst = Math.max(worst, Double.isNaN(difference) ? Double.MAX_VALUE : difference);
    }
    return worst;
  }
}
