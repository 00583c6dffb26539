package dev.steerc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.manifest.Description;
import dev.steerc.runtime.bench.Amount;
import dev.steerc.runtime.bench.Machine;
import dev.steerc.runtime.bench.Sample;
import dev.steerc.runtime.bench.Speed;
import dev.steerc.runtime.bench.SpeedBench;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** How {@code steerc bench} shows what was measured. */
class SpeedReportTest {
  private final List<Sample> samples = new ArrayList<>();

  @Test
  void ratiosStandBesideTheirNoise() {
    pace("bare", 0, 30);
    pace("bare", 1, 20);
    pace("original", 0, 30);
    pace("original", 1, 19);
    pace("original-again", 0, 28.5);
    pace("original-again", 1, 20.9);
    pace("add-one", 0, 27);
    pace("add-one", 1, 19);
    String text = text(Map.of("project-all", "no room"));
    assertThat(text)
        .contains("original, bare ONNX Runtime      25.0  1.000  1.00  1.00")
        .contains("add at one block                 23.0  0.925  0.90  0.95")
        .contains("ratio: to bare ONNX Runtime; noise: original to itself 1.025 (0.95 to 1.10)")
        .contains("left out: project at all blocks: no room")
        .doesNotContain("original-again", "null");
  }

  @Test
  void withoutABareLoopTheOriginalIsTheBase() {
    pace("original", 0, 30);
    pace("add-all", 0, 15);
    assertThat(text(Map.of("bare", "no cache")))
        .contains("add at all blocks      15.0  0.500")
        .contains("ratio: to the original; noise: original to itself unknown")
        .contains("left out: original, bare ONNX Runtime: no cache");
  }

  private void pace(String arm, int round, double rate) {
    add(arm, round, "tokens_per_second", rate);
    add(arm, round, "first_32", 1);
    add(arm, round, "first_128", 4);
    add(arm, round, "open", 2);
  }

  private void add(String arm, int round, String name, double... numbers) {
    samples.add(new Sample(arm, round, Map.of(name, Arrays.stream(numbers).boxed().toList())));
  }

  /** What is printed where there are no colours, no line of it too long for a terminal. */
  private String text(Map<String, String> leftOut) {
    Speed speed = new Speed(Description.UNKNOWN, 498_000_000, samples, leftOut, 300);
    SpeedBench bench = new SpeedBench(List.of("steerc"), 0, Amount.USUAL);
    List<String> lines =
        new SpeedReport("gpt2.onnx", bench, Machine.here(), speed).lines(Style.plain());
    assertThat(lines.subList(3, lines.size())).allMatch(line -> line.length() <= 100);
    return lines.stream().collect(Collectors.joining("\n"));
  }
}
