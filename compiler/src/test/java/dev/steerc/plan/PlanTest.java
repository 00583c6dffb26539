package dev.steerc.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.problem.Code;
import dev.steerc.problem.Refusal;
import dev.steerc.residual.Decoders;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanTest {
  private static final String ONE = Decoders.text(1);
  private static final String BRANCHES_FIRST = "both = Add(h0.attn, h0.mlp)\nx1 = Add(both, x0)\n";
  private static final String ONE_BY_ONE = "some = Add(x0, h0.attn)\nx1 = Add(some, h0.mlp)\n";

  @TempDir Path folder;

  @Test
  void addToTheStreamGoesOnTheBranchEdge() {
    snapshot(ONE, InputMode.OPTIONAL)
        .check(
            """
            + input steer.blocks.0.resid_post.add float [steer.blocks.0.resid_post.add.batch, steer.blocks.0.resid_post.add.seq, 8]
            + weight steer.blocks.0.resid_post.add float [1, 1, 8]
            - x1 = Add(h0.mid, h0.mlp)
            + steerc/blocks.0.resid_post/add/out = Add(h0.mlp, steer.blocks.0.resid_post.add)
            + x1 = Add(h0.mid, steerc/blocks.0.resid_post/add/out)
            """,
            "0.resid_post:add");
  }

  @Test
  void requiredPortsHaveNoDefault() {
    snapshot(ONE, InputMode.REQUIRED)
        .check(
            """
            + input steer.blocks.0.resid_post.add float [steer.blocks.0.resid_post.add.batch, steer.blocks.0.resid_post.add.seq, 8]
            - x1 = Add(h0.mid, h0.mlp)
            + steerc/blocks.0.resid_post/add/out = Add(h0.mlp, steer.blocks.0.resid_post.add)
            + x1 = Add(h0.mid, steerc/blocks.0.resid_post/add/out)
            """,
            "0.resid_post:add");
  }

  @Test
  void firstValueIsSteeredBehindItsNode() {
    checkNodes(
        """
        - x0 = Gather(wte, ids)
        + steerc/blocks.0.resid_pre/raw = Gather(wte, ids)
        + x0 = Add(steerc/blocks.0.resid_pre/raw, steer.blocks.0.resid_pre.add)
        """,
        "0.resid_pre:add");
  }

  @Test
  void branchAndSumShareAnEdge() {
    checkNodes(
        """
        - h0.mid = Add(x0, h0.attn)
        + steerc/blocks.0.attn_out/add/out = Add(h0.attn, steer.blocks.0.attn_out.add)
        + steerc/blocks.0.resid_mid/add/out = Add(steerc/blocks.0.attn_out/add/out, steer.blocks.0.resid_mid.add)
        + h0.mid = Add(x0, steerc/blocks.0.resid_mid/add/out)
        """,
        "0.resid_mid:add",
        "0.attn_out:add");
  }

  @Test
  void projectReadsTheSum() {
    snapshot(ONE, InputMode.OPTIONAL)
        .check(
            """
            + input steer.blocks.0.resid_post.read float [steer.blocks.0.resid_post.read.batch, 8, 2]
            + input steer.blocks.0.resid_post.bias float [steer.blocks.0.resid_post.bias.batch, steer.blocks.0.resid_post.bias.seq, 2]
            + input steer.blocks.0.resid_post.gain float [steer.blocks.0.resid_post.gain.batch, steer.blocks.0.resid_post.gain.seq, 2]
            + input steer.blocks.0.resid_post.write float [steer.blocks.0.resid_post.write.batch, 2, 8]
            + weight steer.blocks.0.resid_post.read float [1, 8, 2]
            + weight steer.blocks.0.resid_post.bias float [1, 1, 2]
            + weight steer.blocks.0.resid_post.gain float [1, 1, 2]
            + weight steer.blocks.0.resid_post.write float [1, 2, 8]
            - x1 = Add(h0.mid, h0.mlp)
            + steerc/blocks.0.resid_post/raw = Add(h0.mid, h0.mlp)
            + steerc/blocks.0.resid_post/project/read_out = MatMul(steerc/blocks.0.resid_post/raw, steer.blocks.0.resid_post.read)
            + steerc/blocks.0.resid_post/project/biased = Add(steerc/blocks.0.resid_post/project/read_out, steer.blocks.0.resid_post.bias)
            + steerc/blocks.0.resid_post/project/gained = Mul(steerc/blocks.0.resid_post/project/biased, steer.blocks.0.resid_post.gain)
            + steerc/blocks.0.resid_post/project/change = MatMul(steerc/blocks.0.resid_post/project/gained, steer.blocks.0.resid_post.write)
            + x1 = Add(steerc/blocks.0.resid_post/raw, steerc/blocks.0.resid_post/project/change)
            """,
            "0.resid_post:project@2");
  }

  @Test
  void rankIsFreeUnlessNamed() {
    Plan plan = snapshot(ONE, InputMode.REQUIRED).plan("0.mlp_out:project");
    assertThat(plan.steps().get(0).ports().get(0).dims()).hasToString("[batch|1, 8, rank]");
    assertThat(plan.steps().get(0).ports().get(1).dims()).hasToString("[batch|1, seq|1, rank]");
    assertThat(plan.steps().get(0).ports().get(3).dims()).hasToString("[batch|1, rank, 8]");
  }

  @Test
  void tapChangesNothingOfTheOriginal() {
    checkNodes(
        """
        + tap.blocks.0.mlp_out = Identity(h0.mlp)
        + tap.blocks.0.resid_post = Identity(x1)
        + output tap.blocks.0.mlp_out float [?, ?, 8]
        + output tap.blocks.0.resid_post float [?, ?, 8]
        """,
        "0.resid_post:tap",
        "0.mlp_out:tap");
  }

  @Test
  void operationsAtOneSiteKeepTheirOrder() {
    checkNodes(
        """
        - x1 = Add(h0.mid, h0.mlp)
        + steerc/blocks.0.resid_post/add/out = Add(h0.mlp, steer.blocks.0.resid_post.add)
        + steerc/blocks.0.resid_post/raw = Add(h0.mid, steerc/blocks.0.resid_post/add/out)
        + steerc/blocks.0.resid_post/project/read_out = MatMul(steerc/blocks.0.resid_post/raw, steer.blocks.0.resid_post.read)
        + steerc/blocks.0.resid_post/project/biased = Add(steerc/blocks.0.resid_post/project/read_out, steer.blocks.0.resid_post.bias)
        + steerc/blocks.0.resid_post/project/gained = Mul(steerc/blocks.0.resid_post/project/biased, steer.blocks.0.resid_post.gain)
        + steerc/blocks.0.resid_post/project/change = MatMul(steerc/blocks.0.resid_post/project/gained, steer.blocks.0.resid_post.write)
        + x1 = Add(steerc/blocks.0.resid_post/raw, steerc/blocks.0.resid_post/project/change)
        + tap.blocks.0.resid_post = Identity(x1)
        + output tap.blocks.0.resid_post float [?, ?, 8]
        """,
        "0.resid_post:add",
        "0.resid_post:project",
        "0.resid_post:tap");
  }

  @Test
  void addBehindAProjectStaysBehindIt() {
    checkNodes(
        """
        - x1 = Add(h0.mid, h0.mlp)
        + steerc/blocks.0.resid_post/raw = Add(h0.mid, h0.mlp)
        + steerc/blocks.0.resid_post/project/read_out = MatMul(steerc/blocks.0.resid_post/raw, steer.blocks.0.resid_post.read)
        + steerc/blocks.0.resid_post/project/biased = Add(steerc/blocks.0.resid_post/project/read_out, steer.blocks.0.resid_post.bias)
        + steerc/blocks.0.resid_post/project/gained = Mul(steerc/blocks.0.resid_post/project/biased, steer.blocks.0.resid_post.gain)
        + steerc/blocks.0.resid_post/project/change = MatMul(steerc/blocks.0.resid_post/project/gained, steer.blocks.0.resid_post.write)
        + steerc/blocks.0.resid_post/project/out = Add(steerc/blocks.0.resid_post/raw, steerc/blocks.0.resid_post/project/change)
        + x1 = Add(steerc/blocks.0.resid_post/project/out, steer.blocks.0.resid_post.add)
        """,
        "0.resid_post:project",
        "0.resid_post:add");
  }

  @Test
  void halfPrecisionIsCast() {
    snapshot(ONE.replace(" float [", " float16 ["), InputMode.REQUIRED)
        .checkNodes(
            """
            - h0.mid = Add(x0, h0.attn)
            + steerc/blocks.0.attn_out/project/x = Cast(h0.attn) {to=1}
            + steerc/blocks.0.attn_out/project/read_out = MatMul(steerc/blocks.0.attn_out/project/x, steer.blocks.0.attn_out.read)
            + steerc/blocks.0.attn_out/project/biased = Add(steerc/blocks.0.attn_out/project/read_out, steer.blocks.0.attn_out.bias)
            + steerc/blocks.0.attn_out/project/gained = Mul(steerc/blocks.0.attn_out/project/biased, steer.blocks.0.attn_out.gain)
            + steerc/blocks.0.attn_out/project/change = MatMul(steerc/blocks.0.attn_out/project/gained, steer.blocks.0.attn_out.write)
            + steerc/blocks.0.attn_out/project/change_cast = Cast(steerc/blocks.0.attn_out/project/change) {to=10}
            + steerc/blocks.0.attn_out/project/out = Add(h0.attn, steerc/blocks.0.attn_out/project/change_cast)
            + h0.mid = Add(x0, steerc/blocks.0.attn_out/project/out)
            - x1 = Add(h0.mid, h0.mlp)
            + steerc/blocks.0.resid_post/add/vector = Cast(steer.blocks.0.resid_post.add) {to=10}
            + steerc/blocks.0.resid_post/add/out = Add(h0.mlp, steerc/blocks.0.resid_post/add/vector)
            + x1 = Add(h0.mid, steerc/blocks.0.resid_post/add/out)
            + tap.blocks.0.resid_post = Cast(x1) {to=1}
            + output tap.blocks.0.resid_post float [?, ?, 8]
            """,
            "0.resid_post:add",
            "0.attn_out:project",
            "0.resid_post:tap");
  }

  @Test
  void parallelBlocksKeepBothSpellings() {
    snapshot(Decoders.parallel(BRANCHES_FIRST), InputMode.REQUIRED)
        .checkNodes(
            """
            - x1 = Add(both, x0)
            + steerc/blocks.0.resid_post/add/out = Add(both, steer.blocks.0.resid_post.add)
            + x1 = Add(steerc/blocks.0.resid_post/add/out, x0)
            """,
            "0.resid_post:add");
    snapshot(Decoders.parallel(ONE_BY_ONE), InputMode.REQUIRED)
        .checkNodes(
            """
            - x1 = Add(some, h0.mlp)
            + steerc/blocks.0.resid_post/add/out = Add(h0.mlp, steer.blocks.0.resid_post.add)
            + x1 = Add(some, steerc/blocks.0.resid_post/add/out)
            """,
            "0.resid_post:add");
  }

  @Test
  void irVersionThreeIsRaisedForDefaultsOnly() {
    snapshot("ir 3\n" + ONE, InputMode.OPTIONAL)
        .checkNodes(
            """
            - ir 3
            + ir 4
            + tap.blocks.0.resid_post = Identity(x1)
            + output tap.blocks.0.resid_post float [?, ?, 8]
            """,
            "0.resid_post:tap");
    snapshot("ir 3\n" + ONE, InputMode.REQUIRED)
        .checkNodes(
            """
            - x1 = Add(h0.mid, h0.mlp)
            + steerc/blocks.0.resid_post/add/out = Add(h0.mlp, steer.blocks.0.resid_post.add)
            + x1 = Add(h0.mid, steerc/blocks.0.resid_post/add/out)
            """,
            "0.resid_post:add");
  }

  @Test
  void planIsInCanonicalOrder() {
    Plan plan =
        snapshot(Decoders.text(2), InputMode.OPTIONAL)
            .plan(
                "value:h0.up:tap",
                "1.resid_pre:tap",
                "0.mlp_out:project@3",
                "0.attn_out:add",
                "0.mlp_out:add");
    assertThat(plan.steps().stream().map(s -> s.intervention().text()))
        .containsExactly(
            "0.attn_out:add",
            "0.mlp_out:project@3",
            "0.mlp_out:add",
            "1.resid_pre:tap",
            "value:h0.up:tap");
  }

  @Test
  void patchCountsItsNodes() {
    Plan plan = snapshot(ONE, InputMode.OPTIONAL).plan("0.resid_post:add", "0.attn_out:project");
    assertThat(plan.patch().replacedNodes()).isEqualTo(2);
    assertThat(plan.patch().addedNodes()).isEqualTo(6);
  }

  @Test
  void nothingToDoIsRefused() {
    Refusal.check(Code.NOTHING_TO_DO, () -> snapshot(ONE, InputMode.OPTIONAL).plan());
  }

  @Test
  void layersOutOfRangeAreSaidSo() {
    Refusal.check(
        """
        error[layer-out-of-range]: layer 12 does not exist
          --> model.onnx, graph `g`: 12 layers, 0..11
          help: pass --layers 0..11, or list the sites with `steerc inspect model.onnx`
        """,
        () -> snapshot(Decoders.text(12), InputMode.OPTIONAL).plan("12.resid_post:add"));
  }

  @Test
  void allProblemsAreReportedAtOnce() {
    Refusal.check(
        """
        error[duplicate-intervention]: `add` is asked for twice at 0.resid_post
          help: ask for it once; several vectors at one site are added up before they are fed
        error[layer-out-of-range]: layer 1 does not exist
          --> model.onnx, graph `g`: 1 layers, 0..0
          help: pass --layers 0..0, or list the sites with `steerc inspect model.onnx`
        error[value-not-found]: no node yields a value named `nope`
          --> model.onnx
          help: look the name up, for example in Netron
        """,
        () ->
            snapshot(ONE, InputMode.OPTIONAL)
                .plan("1.mlp_out:add", "0.resid_post:add", "0.resid_post:add", "value:nope:tap"));
  }

  @Test
  void rankDoesNotMakeAnotherIntervention() {
    Refusal.check(
        Code.DUPLICATE_INTERVENTION,
        () -> snapshot(ONE, InputMode.OPTIONAL).plan("0.mlp_out:project@1", "0.mlp_out:project@2"));
  }

  @Test
  void absentSitesAreSaidSo() {
    Refusal.check(
        """
        error[site-not-in-graph]: block 0 has no `resid_mid`
          --> model.onnx, graph `g`
          note: its attention and MLP run in parallel
          help: its sites are resid_pre, attn_out, mlp_out, resid_post
        """,
        () ->
            snapshot(Decoders.parallel(BRANCHES_FIRST), InputMode.OPTIONAL)
                .plan("0.resid_mid:add"));
  }

  @Test
  void takenNamesAreRefused() {
    Refusal.check(
        """
        error[name-taken]: the name `steer.blocks.0.resid_post.add` is taken
          --> model.onnx
          help: rename it in the model, or choose another site
        """,
        () -> refuseTaken("steer.blocks.0.resid_post.add = Relu(x1)\n"));
    Refusal.check(
        Code.NAME_TAKEN, () -> refuseTaken("steerc/blocks.0.resid_post/add/out = Relu(x1)\n"));
    Refusal.check(
        Code.NAME_TAKEN, () -> refuseTaken("z = Relu(x1) @steerc/blocks.0.resid_post/add\n"));
    Refusal.check(
        Code.NAME_TAKEN, () -> refuseTaken("weight steer.blocks.0.resid_post.add float [8]\n"));
    Refusal.check(
        Code.NAME_TAKEN, () -> refuseTaken("input steer.blocks.0.resid_post.add float [8]\n"));
    Refusal.check(
        Code.NAME_TAKEN,
        () ->
            snapshot(ONE + "tap.blocks.0.mlp_out = Relu(x1)\n", InputMode.OPTIONAL)
                .plan("0.mlp_out:tap"));
  }

  private void refuseTaken(String line) {
    snapshot(ONE + line, InputMode.OPTIONAL).plan("0.resid_post:add");
  }

  @Test
  void requestNamesLayersAndSites() {
    Request request =
        new Request(
            List.of(),
            Optional.of(Layers.parse("0-1")),
            List.of(Site.Kind.MLP_OUT, Site.Kind.RESID_POST),
            List.of(AddVector::new, Tap::new),
            List.of(),
            Optional.empty());
    Plan plan = snapshot(Decoders.text(2), InputMode.OPTIONAL).plan("0.resid_pre:tap");
    assertThat(request.interventions(plan.file(), plan.residual()).stream().map(Intervention::text))
        .containsExactly(
            "0.mlp_out:add",
            "0.mlp_out:tap",
            "0.resid_post:add",
            "0.resid_post:tap",
            "1.mlp_out:add",
            "1.mlp_out:tap",
            "1.resid_post:add",
            "1.resid_post:tap");
    Request beyond =
        new Request(
            List.of(),
            Optional.of(Layers.parse("0-2")),
            List.of(Site.Kind.MLP_OUT),
            List.of(AddVector::new),
            List.of(),
            Optional.empty());
    Refusal.check(
        Code.LAYER_OUT_OF_RANGE, () -> beyond.interventions(plan.file(), plan.residual()));
  }

  private Snapshot snapshot(String model, InputMode mode) {
    return new Snapshot(folder, model, mode);
  }

  private void checkNodes(String difference, String... at) {
    snapshot(ONE, InputMode.REQUIRED).checkNodes(difference, at);
  }
}
