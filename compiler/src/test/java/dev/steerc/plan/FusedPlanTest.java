package dev.steerc.plan;

import dev.steerc.residual.Decoders;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models whose sums and norms were fused into one operator. */
class FusedPlanTest {
  private static final String MODEL =
      Decoders.text(1)
          .replace(
              "h0.mid = Add(x0, h0.attn)\nh0.n2 = LayerNormalization(h0.mid, g, b)",
              "h0.n2, _, _, h0.mid = com.microsoft.SkipLayerNormalization(x0, h0.attn, g, b, c) {epsilon=1e-5}")
          .replace(
              "x1 = Add(h0.mid, h0.mlp)\nn = LayerNormalization(x1, g, b)",
              "n = com.microsoft.SkipLayerNormalization(h0.mid, h0.mlp, g, b) {epsilon=1e-5}\nweight c float [8]");

  @TempDir Path folder;

  @Test
  void addGoesBeforeTheOperator() {
    check(
        """
        - h0.n2, _, _, h0.mid = com.microsoft.SkipLayerNormalization(x0, h0.attn, g, b, c) {epsilon=1.0E-5}
        + steerc/blocks.0.resid_mid/add/out = Add(x0, steer.blocks.0.resid_mid.add)
        + h0.n2, _, _, h0.mid = com.microsoft.SkipLayerNormalization(steerc/blocks.0.resid_mid/add/out, h0.attn, g, b, c) {epsilon=1.0E-5}
        """,
        "0.resid_mid:add");
  }

  @Test
  void lastSumNeedNotBeATensor() {
    check(
        """
        - n = com.microsoft.SkipLayerNormalization(h0.mid, h0.mlp, g, b) {epsilon=1.0E-5}
        + steerc/blocks.0.resid_post/add/out = Add(h0.mid, steer.blocks.0.resid_post.add)
        + n = com.microsoft.SkipLayerNormalization(steerc/blocks.0.resid_post/add/out, h0.mlp, g, b) {epsilon=1.0E-5}
        """,
        "0.resid_post:add");
  }

  @Test
  void tapMakesTheSumAnOutput() {
    check(
        """
        - n = com.microsoft.SkipLayerNormalization(h0.mid, h0.mlp, g, b) {epsilon=1.0E-5}
        + n, _, _, steerc/blocks.0.resid_post/value = com.microsoft.SkipLayerNormalization(h0.mid, h0.mlp, g, b) {epsilon=1.0E-5}
        + tap.blocks.0.resid_post = Identity(steerc/blocks.0.resid_post/value)
        + output tap.blocks.0.resid_post float [?, ?, 8]
        """,
        "0.resid_post:tap");
  }

  @Test
  void projectNormalisesTheSteeredSumAnew() {
    check(
        """
        - h0.n2, _, _, h0.mid = com.microsoft.SkipLayerNormalization(x0, h0.attn, g, b, c) {epsilon=1.0E-5}
        + steerc/blocks.0.resid_mid/norm_raw, _, _, steerc/blocks.0.resid_mid/raw = com.microsoft.SkipLayerNormalization(x0, h0.attn, g, b, c) {epsilon=1.0E-5}
        + steerc/blocks.0.resid_mid/project/read_out = MatMul(steerc/blocks.0.resid_mid/raw, steer.blocks.0.resid_mid.read)
        + steerc/blocks.0.resid_mid/project/biased = Add(steerc/blocks.0.resid_mid/project/read_out, steer.blocks.0.resid_mid.bias)
        + steerc/blocks.0.resid_mid/project/gained = Mul(steerc/blocks.0.resid_mid/project/biased, steer.blocks.0.resid_mid.gain)
        + steerc/blocks.0.resid_mid/project/change = MatMul(steerc/blocks.0.resid_mid/project/gained, steer.blocks.0.resid_mid.write)
        + h0.n2, _, _, h0.mid = com.microsoft.SkipLayerNormalization(steerc/blocks.0.resid_mid/raw, steerc/blocks.0.resid_mid/project/change, g, b) {epsilon=1.0E-5}
        """,
        "0.resid_mid:project");
  }

  @Test
  void hiddenBiasBelongsToTheBranch() {
    check(
        """
        - h0.n2, _, _, h0.mid = com.microsoft.SkipLayerNormalization(x0, h0.attn, g, b, c) {epsilon=1.0E-5}
        + steerc/blocks.0.attn_out/project/value = Add(h0.attn, c)
        + steerc/blocks.0.attn_out/project/read_out = MatMul(steerc/blocks.0.attn_out/project/value, steer.blocks.0.attn_out.read)
        + steerc/blocks.0.attn_out/project/biased = Add(steerc/blocks.0.attn_out/project/read_out, steer.blocks.0.attn_out.bias)
        + steerc/blocks.0.attn_out/project/gained = Mul(steerc/blocks.0.attn_out/project/biased, steer.blocks.0.attn_out.gain)
        + steerc/blocks.0.attn_out/project/change = MatMul(steerc/blocks.0.attn_out/project/gained, steer.blocks.0.attn_out.write)
        + steerc/blocks.0.attn_out/project/out = Add(h0.attn, steerc/blocks.0.attn_out/project/change)
        + h0.n2, _, _, h0.mid = com.microsoft.SkipLayerNormalization(x0, steerc/blocks.0.attn_out/project/out, g, b, c) {epsilon=1.0E-5}
        """,
        "0.attn_out:project");
  }

  private void check(String difference, String at) {
    new Snapshot(folder, MODEL, InputMode.REQUIRED).checkNodes(difference, at);
  }
}
