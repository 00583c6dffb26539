package dev.steerc.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProblemTest {
  private static final Problem FULL =
      Problem.of(Code.NOT_RESIDUAL, "layer 7 has no residual add")
          .at("gpt2.onnx, node `/transformer/h.7/ln_2/LayerNormalization`")
          .note("layers 0..6 and 8..11 matched")
          .note("here the branch goes through `Dropout`")
          .help("name the value yourself with --at value:<name>:add");

  @Test
  void allPartsHaveALine() {
    assertThat(FULL)
        .hasToString(
            """
            error[not-residual]: layer 7 has no residual add
              --> gpt2.onnx, node `/transformer/h.7/ln_2/LayerNormalization`
              note: layers 0..6 and 8..11 matched
              note: here the branch goes through `Dropout`
              help: name the value yourself with --at value:<name>:add"""
                .stripIndent());
  }

  @Test
  void emptyPartsHaveNoLine() {
    assertThat(Problem.of(Code.USAGE, "no file")).hasToString("error[usage]: no file");
    assertThat(Problem.of(Code.USAGE, "no file").at(Path.of("a", "b.onnx")))
        .hasToString("error[usage]: no file\n  --> a/b.onnx");
    assertThat(Problem.of(Code.USAGE, "no file").help("name one"))
        .hasToString("error[usage]: no file\n  help: name one");
  }

  @Test
  void problemsAreValues() {
    assertThat(FULL.note("more").notes()).hasSize(3);
    assertThat(FULL.notes()).hasSize(2);
    assertThat(FULL)
        .isEqualTo(new Problem(FULL.code(), FULL.what(), FULL.where(), FULL.notes(), FULL.help()));
  }

  @Test
  void exceptionCarriesAllProblems() {
    Problem other = Problem.of(Code.USAGE, "no file");
    SteercException both = new SteercException(List.of(FULL, other));
    assertThat(both).hasMessage(FULL + "\n" + other);
    assertThat(both.problems()).containsExactly(FULL, other);
    Exception cause = new IllegalStateException("why");
    assertThat(new SteercException(other, cause))
        .hasCause(cause)
        .hasMessage("error[usage]: no file");
    assertThat(other.exception().problems()).containsExactly(other);
  }

  @ParameterizedTest
  @EnumSource(Code.class)
  void everyCodeIsExplained(Code code) {
    assertThat(code.slug()).matches("[a-z]+(-[a-z]+)*");
    assertThat(code.meaning()).matches("(?s)[A-Za-z-].*\\.").hasSizeGreaterThan(20);
    assertThat(code.advice()).matches("(?s)[A-Za-z-].*\\.").hasSizeGreaterThan(15);
    assertThat(Code.of(code.slug())).contains(code);
  }

  @Test
  void slugsAreDistinct() {
    assertThat(Arrays.stream(Code.values()).map(Code::slug)).doesNotHaveDuplicates();
    assertThat(Code.of("no-such-thing")).isEmpty();
    assertThat(Code.of("NOT_ONNX")).isEmpty();
  }
}
