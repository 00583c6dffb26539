package dev.steerc.residual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steerc.onnx.Corpus;
import dev.steerc.onnx.ModelFile;
import dev.steerc.problem.SteercException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No stream is found where there is none: a stream reported wrongly is worse than a refusal. */
class RefusedCorpusTest {
  static List<Path> models() {
    return Corpus.refused();
  }

  @Test
  void corpusIsThere() {
    assertThat(models()).hasSizeGreaterThan(30);
  }

  @ParameterizedTest
  @MethodSource("models")
  void noStreamIsFound(Path model) {
    assertThatThrownBy(() -> Residual.find(ModelFile.open(model)))
        .isInstanceOf(SteercException.class);
  }
}
