package dev.steerc.plan;

import dev.steerc.problem.Code;
import dev.steerc.problem.Refusal;
import dev.steerc.residual.Decoders;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Steering through the bias of a branch: one input is replaced, and nothing else. */
class BiasPlanTest {
  private static final String PLAIN = Decoders.text(1);

  /** The same with a bias behind the MLP. */
  private static final String BIASED =
      PLAIN
          .replace("weight b float [8]", "weight b float [8]\nweight own float [8]")
          .replaceFirst("h0\\.mlp = (.*)\n", "h0.down = $1\nh0.mlp = Add(h0.down, own)\n");

  @TempDir private Path folder;

  @Test
  void nodeReadsThePortInsteadOfItsBias() {
    String change =
        """
        - h0.mlp = Add(h0.down, own)
        + h0.mlp = Add(h0.down, steer.blocks.0.%s.branch_bias)
        """;
    snapshot(BIASED, InputMode.OPTIONAL).checkNodes(change.formatted("mlp_out"), "0.mlp_out:bias");
    snapshot(BIASED, InputMode.OPTIONAL)
        .checkNodes(change.formatted("resid_post"), "0.resid_post:bias");
  }

  @Test
  void branchWithoutABiasIsRefused() {
    Refusal.check(
        """
        error[no-bias]: no bias can carry a vector at 0.mlp_out
          --> model.onnx
          note: the branch ends in `MatMul` without a bias
          help: add a node instead: --at 0.mlp_out:add
        """,
        () -> snapshot(PLAIN, InputMode.OPTIONAL).plan("0.mlp_out:bias"));
  }

  @Test
  void requiredInputHasNoBiasToBegin() {
    refused(InputMode.REQUIRED, "0.mlp_out:bias");
  }

  @Test
  void valueThatNoBranchEndsInIsRefused() {
    refused(InputMode.OPTIONAL, "0.resid_pre:bias");
    refused(InputMode.OPTIONAL, "value:h0.mlp:bias");
  }

  @Test
  void oneBiasIsOnePort() {
    refused(InputMode.OPTIONAL, "0.mlp_out:bias", "0.resid_post:bias");
  }

  @Test
  void whatReadsTheBranchMustNotSeeTheSumsVector() {
    refused(InputMode.OPTIONAL, "0.resid_post:bias", "0.mlp_out:tap");
    refused(InputMode.OPTIONAL, "0.resid_post:bias", "0.mlp_out:project");
    snapshot(BIASED, InputMode.OPTIONAL).plan("0.mlp_out:tap", "0.mlp_out:bias", "0.mlp_out:add");
  }

  private void refused(InputMode mode, String... at) {
    Refusal.check(Code.NO_BIAS, () -> snapshot(BIASED, mode).plan(at));
  }

  private Snapshot snapshot(String model, InputMode mode) {
    return new Snapshot(folder, model, mode);
  }
}
