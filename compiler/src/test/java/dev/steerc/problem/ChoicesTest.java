package dev.steerc.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ChoicesTest {

  @Test
  void theNearestIsMeant() {
    assertThat(Choices.close("jou", List.of("anger", "joy", "joyful"))).contains("joy");
    assertThat(Choices.close("JOY", List.of("anger", "joy"))).contains("joy");
    assertThat(Choices.close("joyfully", List.of("joy"))).isEmpty();
    assertThat(Choices.close("x", List.of("y"))).isEmpty();
  }

  /** Names come from strangers, who may send long ones to keep a server busy. */
  @Test
  @Timeout(60)
  void aLongNameIsComparedWithNothing() {
    List<String> names = IntStream.range(0, 10_000).mapToObj(i -> "a-vector-" + i).toList();
    assertThat(Choices.close("a".repeat(1 << 22), names)).isEmpty();
  }
}
