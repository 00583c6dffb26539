package dev.steerc.runtime.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.manifest.Description;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is computed from what processes measured. */
class SpeedTest {

  @Test
  void ratioComparesWhatRanInTheSameRound() {
    Speed speed =
        speed(
            sample(Speed.BARE, 0, "rate", 10, 20, 30),
            sample(Speed.BARE, 1, "rate", 40),
            sample(Speed.BARE, 2, "rate", 100),
            sample("add-one", 1, "rate", 30),
            sample("add-one", 0, "rate", 18),
            sample("add-one", 3, "rate", 1));
    assertThat(speed.ratio("add-one", Speed.BARE, "rate")).contains(new Spread(0.825, 0.75, 0.9));
    assertThat(speed.ratio("add-all", Speed.BARE, "rate")).isEmpty();
    assertThat(speed.spread(Speed.BARE, "rate")).contains(new Spread(30, 10, 100));
  }

  @Test
  void noiseOfBatchesIsTheWayBackOverTheWayThere() {
    Map<String, List<Double>> numbers =
        Map.of(
            BatchPace.name(0), List.of(10.0, 12.0, 20.0, 20.0),
            BatchPace.name(8), List.of(11.0, 11.0, 10.0, 20.0));
    Speed speed = speed(new Sample(Speed.BATCH, 0, numbers));
    assertThat(speed.batchRatio(0)).contains(new Spread(1.1, 1, 1.2));
    assertThat(speed.batchRatio(8)).contains(new Spread(0.875, 0.75, 1));
  }

  @Test
  void originalIsTheBaseWhereTheBareLoopCannotRun() {
    Sample plain = sample(Speed.ORIGINAL, 0, "open", 1);
    assertThat(speed(plain).base()).isEqualTo(Speed.ORIGINAL);
    assertThat(speed(plain, sample(Speed.BARE, 0, "open", 1)).base()).isEqualTo(Speed.BARE);
  }

  private static Sample sample(String arm, int round, String name, double... numbers) {
    return new Sample(arm, round, Map.of(name, Arrays.stream(numbers).boxed().toList()));
  }

  private static Speed speed(Sample... samples) {
    return new Speed(Description.UNKNOWN, 0, List.of(samples), Map.of(), 0);
  }
}
