package dev.steerc.models.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.models.Batch;
import dev.steerc.models.Gpt2Reference.Edit;
import dev.steerc.models.Gpt2Reference.Run;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FamilyReferenceTest {
  private static final Offset<Double> TINY = within(1e-12);
  private static final double VISIBLE = 1e-3;
  private static final long[] IDS = {4, 9, 1, 15, 40, 22};
  private static final Batch ONE = Batch.single(IDS);

  static Stream<Arguments> features() {
    return Families.all().stream()
        .flatMap(f -> f.architecture().features().stream().map(e -> Arguments.of(f, e)));
  }

  /** A feature that changes nothing could not be wrong, and no test would look at it. */
  @ParameterizedTest
  @MethodSource("features")
  void everyFeatureShows(Family family, Feature feature) {
    Architecture whole = family.architecture();
    assertThat(distance(logits(whole), logits(whole.without(feature)))).isGreaterThan(VISIBLE);
  }

  @ParameterizedTest
  @MethodSource("dev.steerc.models.family.Families#all")
  void everySizeAndScaleShows(Family family) {
    Architecture whole = family.architecture();
    Scales scales = whole.scales();
    var others =
        Stream.of(
            whole.scales(Scales.of(1, 1, 0, 1)),
            whole.scales(scales.capped(0, 0)),
            whole.shape(whole.shape().window(0)),
            whole.positions(new Positions(Positions.Kind.NONE, 0, false, 0, 0)));
    for (Architecture other : others.filter(o -> !o.equals(whole)).toList()) {
      assertThat(distance(logits(whole), logits(other)))
          .as(other.toString())
          .isGreaterThan(VISIBLE);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.steerc.models.family.Families#all")
  void sitesAreThoseOfTheArchitecture(Family family) {
    Architecture architecture = family.architecture();
    List<String> sites =
        Stream.of(0, 1).flatMap(b -> architecture.sites().stream().map(s -> b + "." + s)).toList();
    assertThat(run(architecture, Edit.NONE).sites().keySet()).containsExactlyElementsOf(sites);
  }

  @ParameterizedTest
  @MethodSource("dev.steerc.models.family.Families#all")
  void aBlockLeavesItsInputAndWhatItsBranchesAdd(Family family) {
    Run run = run(family.architecture(), Edit.NONE);
    for (int s = 0; s < ONE.width(); s++) {
      double[] branches = Values.sum(run.at(1, "attn_out")[0][s], run.at(1, "mlp_out")[0][s]);
      double[] sum = Values.sum(run.at(1, "resid_pre")[0][s], branches);
      assertThat(run.at(1, "resid_post")[0][s]).containsExactly(sum, TINY);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.steerc.models.family.Families#all")
  void aPaddedRowEqualsTheRowAlone(Family family) {
    Batch both = Batch.leftPadded(new long[] {7, 7, 7, 7, 7, 7, 7, 7}, IDS);
    double[][] padded = FamilyReference.run(family.architecture(), both, Edit.NONE).logits()[1];
    double[][] alone = logits(family.architecture());
    for (int s = 0; s < IDS.length; s++) {
      assertThat(padded[s + 2]).containsExactly(alone[s], within(1e-9));
    }
  }

  @Test
  void theErrorFunctionIsThatOfTheTables() {
    // x · Φ(x) at 1 and −2, from any table of the normal distribution
    assertThat(Values.activated(1, Activation.GELU)).isCloseTo(0.8413447461, within(1e-9));
    assertThat(Values.activated(-2, Activation.GELU)).isCloseTo(-0.0455002639, within(1e-9));
    assertThat(Values.activated(9, Activation.GELU)).isCloseTo(9, within(1e-9));
  }

  private static Run run(Architecture architecture, Edit edit) {
    return FamilyReference.run(architecture, ONE, edit);
  }

  private static double[][] logits(Architecture architecture) {
    return run(architecture, Edit.NONE).logits()[0];
  }

  private static double distance(double[][] x, double[][] y) {
    double worst = 0;
    for (int s = 0; s < x.length; s++) {
      double[] difference = Values.sum(x[s], Values.scaled(y[s], -1));
      worst = Math.max(worst, Arrays.stream(difference).map(Math::abs).max().orElseThrow());
    }
    return worst;
  }
}
