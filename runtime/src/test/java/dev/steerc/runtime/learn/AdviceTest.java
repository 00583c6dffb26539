package dev.steerc.runtime.learn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Edit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Which site is advised, and what is said about it. */
class AdviceTest {
  private final Map<Site, Learned> learned = new LinkedHashMap<>();

  @Test
  void highestAgreementWinsAmongTheBestTold() {
    add(0, 0.80, 0.99);
    add(1, 0.985, 0.4);
    add(2, 0.991, 0.6);
    add(3, 0.994, 0.5);
    check(
        2,
        "`2.resid_post` tells the texts apart with separation 0.99, and of the 3 sites that do so"
            + " as well its pairs agree most, by 0.60");
  }

  @Test
  void middleOneWinsAmongThoseThatAgreeAsMuch() {
    add(0, 1, 0.5);
    add(1, 1, 0.749);
    add(2, 1, 0.73);
    add(3, 1, 0.745);
    check(
        1,
        "`1.resid_post` tells the texts apart with separation 1.00, and of the 4 sites that do so"
            + " as well 3 agree as much, by 0.75, and it is in their middle");
  }

  @Test
  void bestToldWinsWhereOthersAreFarBehind() {
    add(0, 0.7, 0.9);
    add(1, 0.95, 0.1);
    add(2, 0.9, 0.9);
    check(1, "`1.resid_post` tells the texts apart with separation 0.95, more than any other site");
  }

  @Test
  void middleOneWinsAmongEqualOnes() {
    for (int block = 0; block < 5; block++) {
      add(block, 1, Double.NaN);
    }
    check(
        2,
        "`2.resid_post` tells the texts apart with separation 1.00, and of the 5 sites that do so"
            + " as well it is the one in the middle");
    learned.keySet().removeIf(site -> site.path().contains("blocks.4"));
    assertThat(Advice.of(learned, Form.ADD).site()).isEqualTo(site(1));
  }

  @Test
  void onlySiteIsTheOne() {
    add(7, 0.9, 0.5);
    check(7, "`7.resid_post` tells the texts apart with separation 0.90, and is the only site");
  }

  @Test
  void unknownSeparationStillGivesAdvice() {
    add(0, Double.NaN, Double.NaN);
    add(1, Double.NaN, Double.NaN);
    add(2, Double.NaN, Double.NaN);
    assertThat(Advice.of(learned, Form.ADD).site()).isEqualTo(site(1));
  }

  @Test
  void goodOnesHaveNoWarnings() {
    add(0, 0.7, 0.5);
    assertThat(Advice.of(learned, Form.ADD).warnings()).isEmpty();
  }

  @Test
  void everyDoubtIsAWarning() {
    Diagnosis doubtful = new Diagnosis(0.69, 0.1, 0.26, 5.1, 10, 14, false, OptionalDouble.empty());
    learned.put(site(0), new Learned(new Edit.Add(Floats.filled(1, 2)), doubtful, 0));
    assertThat(Advice.of(learned, Form.ADD).warnings())
        .containsExactly(
            "the texts are hardly told apart here: separation 0.69, where 0.5 is chance",
            "26 % of what judged is on the wrong side",
            "only 14 texts were held out, too few to rely on",
            "the vector is 51 % as long as the activations, which may break the text");
    Diagnosis seen = new Diagnosis(1, 1, 0, 5, 10, 14, true, OptionalDouble.empty());
    learned.put(site(0), new Learned(new Edit.Add(Floats.filled(1, 2)), seen, 0));
    assertThat(Advice.of(learned, Form.ADD).warnings())
        .containsExactly("no text was held out, so that noise looks like success");
  }

  @Test
  void longDifferenceIsNoFaultOfAnEraser() {
    Floats matrix = Floats.filled(1, 2, 1);
    Edit eraser = new Edit.LowRank(matrix, Floats.filled(1, 1), Floats.filled(1, 1, 2));
    Diagnosis far = new Diagnosis(1, 1, 0, 9, 10, 40, false, OptionalDouble.of(0.5));
    learned.put(site(0), new Learned(eraser, far, Double.NaN));
    assertThat(Advice.of(learned, Form.ADD).warnings()).isEmpty();
  }

  @Test
  void lengthIsNoFaultOfWhatIsNotAdded() {
    Diagnosis far = new Diagnosis(1, 1, 0, 9, 10, 40, false, OptionalDouble.empty());
    learned.put(site(0), new Learned(new Edit.Add(Floats.filled(1, 2)), far, 0));
    assertThat(Advice.of(learned, Form.ADD).warnings()).hasSize(1);
    assertThat(Advice.of(learned, Form.ABLATE).warnings()).isEmpty();
    assertThat(Advice.of(learned, Form.SET).warnings()).isEmpty();
  }

  private void add(int block, double separation, double agreement) {
    Diagnosis diagnosis =
        new Diagnosis(separation, agreement, 0.25, 5, 10, 16, false, OptionalDouble.empty());
    learned.put(site(block), new Learned(new Edit.Add(Floats.filled(1, 2)), diagnosis, 0));
  }

  private static Site site(int block) {
    return new Site.InBlock(block, Site.Kind.RESID_POST);
  }

  private void check(int block, String why) {
    Advice advice = Advice.of(learned, Form.ADD);
    assertThat(advice.site()).isEqualTo(site(block));
    assertThat(advice.why()).isEqualTo(why);
  }
}
