package dev.steerc.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FingerprintTest {
  private static final String MODEL =
      """
      input x float [b, 2]
      weight w float [2] = 1 2
      y = Add(x, w)
      c = Constant() {value=int64[1, 2]}
      output y float [b, 2]
      """;

  @TempDir Path folder;

  @Test
  void valuesOfWeightsDoNotMatter() {
    assertThat(with("= 1 2", "= 3 4")).isEqualTo(with("", ""));
  }

  @Test
  void valuesInBranchesDoNotMatter() {
    String model = "y = If(f) then\nweight w float [2] = 1 2\nelse\na = Abs(w)\nend";
    assertThat(of(model.replace("1 2", "3 4"))).isEqualTo(of(model));
  }

  @Test
  void shapesMatter() {
    assertThat(with("w float [2]", "w float [2, 1]")).isNotEqualTo(with("", ""));
    assertThat(with("x float [b, 2]", "x float [b, ?]")).isNotEqualTo(with("", ""));
  }

  @Test
  void sizesOfWeightsMatter() {
    assertThat(with("= 1 2", "= 1 2 3")).isNotEqualTo(with("", ""));
  }

  @Test
  void typesMatter() {
    assertThat(with("w float [2] = 1 2", "w int32 [2] = 1 2")).isNotEqualTo(with("", ""));
  }

  @Test
  void namesMatter() {
    assertThat(with("w float", "v float")).isNotEqualTo(with("", ""));
  }

  @Test
  void nodesMatter() {
    assertThat(with("Add(x, w)", "Mul(x, w)")).isNotEqualTo(with("", ""));
    assertThat(with("int64[1, 2]", "int64[1, 3]")).isNotEqualTo(with("", ""));
  }

  @Test
  void spellsItsAlgorithm() {
    assertThat(with("", "")).matches("sha256:[0-9a-f]{64}");
  }

  private String with(String part, String other) {
    return of(MODEL.replace(part, other));
  }

  private String of(String model) {
    return Fingerprint.of(GraphText.open(folder, model));
  }
}
