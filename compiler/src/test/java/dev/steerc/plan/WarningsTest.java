package dev.steerc.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.onnx.Corpus;
import dev.steerc.onnx.ModelFile;
import dev.steerc.residual.Residual;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a plan warns of: scales that were fixed without steering, behind the edit. */
class WarningsTest {

  @ParameterizedTest
  @CsvSource({
    "0.resid_pre:add, /h.0/QuantizeLinear",
    "0.attn_out:add, /h.0/QuantizeLinear",
    "0.resid_post:project, /h.1/QuantizeLinear_1",
    "1.mlp_out:add, /h.1/QuantizeLinear_1",
  })
  void fixedScaleBehindTheEditIsNamed(String at, String quantiser) {
    assertThat(warnings("qdq", at))
        .singleElement()
        .asString()
        .startsWith("`" + quantiser + "` quantises the stream")
        .contains("values outside of -");
  }

  /** The edit is made of the value that the quantiser has left. */
  @Test
  void quantiserBeforeTheEditIsNoMatter() {
    assertThat(warnings("qdq", "1.resid_post:add")).isEmpty();
  }

  @Test
  void tapsAndScalesThatAreMeasuredAreNoMatter() {
    assertThat(warnings("qdq", "0.resid_pre:tap")).isEmpty();
    assertThat(warnings("int8", "0.resid_pre:add")).isEmpty();
  }

  private static List<String> warnings(String graph, String at) {
    ModelFile file = ModelFile.open(Corpus.graph(graph + ".onnx"));
    Intervention one = Target.parse(at, OptionalInt.empty());
    return Plan.of(file, Optional.of(Residual.find(file)), List.of(one), InputMode.OPTIONAL)
        .warnings();
  }
}
