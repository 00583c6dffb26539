package dev.steerc.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.models.Gpt2Reference.Edit;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class Gpt2ReferenceTest {
  private static final Offset<Double> TINY = within(1e-12);
  private static final Gpt2 MODEL = Gpt2.random(new Gpt2.Config(2, 8, 2, 16, 16), 3);
  private static final Batch ONE = Batch.single(4, 9, 1, 15);

  @Test
  void everyBlockHasFiveSites() {
    var run = Gpt2Reference.run(MODEL, ONE, Edit.NONE);
    assertThat(run.sites().keySet())
        .containsExactly(
            "0.resid_pre",
            "0.attn_out",
            "0.resid_mid",
            "0.mlp_out",
            "0.resid_post",
            "1.resid_pre",
            "1.attn_out",
            "1.resid_mid",
            "1.mlp_out",
            "1.resid_post");
  }

  @Test
  void postOfOneBlockIsPreOfTheNext() {
    assertThat(logits(plus("resid_post", 0))).isDeepEqualTo(logits(plus("resid_pre", 1)));
  }

  @Test
  void branchAndSumTakeTheSameVector() {
    double[][][] branch = logits(plus("attn_out", 1));
    double[][][] sum = logits(plus("resid_mid", 1));
    for (int s = 0; s < ONE.width(); s++) {
      assertThat(branch[0][s]).containsExactly(sum[0][s], TINY);
    }
  }

  @Test
  void anEditReachesOnlyLaterPositions() {
    double[][][] plain = logits(Edit.NONE);
    double[][][] edited =
        logits(
            (site, block, value) ->
                site.equals("mlp_out") && block == 0
                    ? new double[][][] {
                      {value[0][0], value[0][1], plusOne(value[0][2]), value[0][3]}
                    }
                    : value);
    assertThat(edited[0][1]).isEqualTo(plain[0][1]);
    assertThat(edited[0][2]).isNotEqualTo(plain[0][2]);
    assertThat(edited[0][3]).isNotEqualTo(plain[0][3]);
  }

  @Test
  void aPaddedRowEqualsTheRowAlone() {
    double[][][] both =
        Gpt2Reference.run(MODEL, Batch.leftPadded(new long[] {7, 7, 7, 7, 7, 7}, ids()), Edit.NONE)
            .logits();
    double[][][] alone = logits(Edit.NONE);
    for (int s = 0; s < ONE.width(); s++) {
      assertThat(both[1][s + 2]).containsExactly(alone[0][s], TINY);
    }
  }

  @Test
  void branchesWeighAsMuchAsTheStream() {
    var run = Gpt2Reference.run(MODEL, ONE, Edit.NONE);
    double stream = norm(run.at(1, "resid_pre"));
    assertThat(norm(run.at(1, "attn_out"))).isBetween(stream / 10, stream * 10);
    assertThat(norm(run.at(1, "mlp_out"))).isBetween(stream / 10, stream * 10);
  }

  private static long[] ids() {
    return ONE.ids()[0];
  }

  private static double[][][] logits(Edit edit) {
    return Gpt2Reference.run(MODEL, ONE, edit).logits();
  }

  private static Edit plus(String site, int block) {
    return Edit.at(block, site, Gpt2ReferenceTest::plusOne);
  }

  private static double[] plusOne(double[] row) {
    double[] out = row.clone();
    out[0] += 1;
    return out;
  }

  private static double norm(double[][][] value) {
    return Math.sqrt(Arrays.stream(value[0]).flatMapToDouble(Arrays::stream).map(v -> v * v).sum());
  }
}
