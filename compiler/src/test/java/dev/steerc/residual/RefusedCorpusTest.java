package dev.steerc.residual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steerc.onnx.Corpus;
import dev.steerc.onnx.ModelFile;
import dev.steerc.plan.Site;
import dev.steerc.problem.SteercException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No stream is found where there is none: a stream reported wrongly is worse than a refusal. */
class RefusedCorpusTest {
  /** Accepted although they should not be. */
  private static final Set<String> NOT_YET =
      Set.of("bidirectional", "clip-text", "early-end", "narrow-branch", "unread");

  static List<Path> models() {
    return Corpus.refused();
  }

  static Set<String> decoders() {
    return Corpus.NOT_YET;
  }

  /** When this fails, the decoder can be taken from the list. */
  @ParameterizedTest
  @MethodSource("decoders")
  void someDecodersAreNotFoundYet(String name) {
    assertThat(hasAllSites(Corpus.graph(name + ".onnx"))).isFalse();
  }

  private static boolean hasAllSites(Path decoder) {
    try {
      return Residual.find(ModelFile.open(decoder)).streams().stream()
          .flatMap(stream -> stream.blocks().stream())
          .allMatch(
              block ->
                  Arrays.stream(Site.Kind.values()).allMatch(kind -> kind.in(block).isPresent()));
    } catch (SteercException e) {
      return false;
    }
  }

  @Test
  void corpusIsThere() {
    assertThat(models()).hasSizeGreaterThan(30);
  }

  @ParameterizedTest
  @MethodSource("models")
  void noStreamIsFound(Path model) {
    String name = model.getFileName().toString().replace(".onnx", "");
    if (NOT_YET.contains(name)) {
      assertThat(Residual.find(ModelFile.open(model)).blocks()).isPositive();
    } else {
      assertThatThrownBy(() -> Residual.find(ModelFile.open(model)))
          .isInstanceOf(SteercException.class);
    }
  }
}
