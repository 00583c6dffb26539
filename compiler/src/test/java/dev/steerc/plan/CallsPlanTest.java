package dev.steerc.plan;

import dev.steerc.problem.Code;
import dev.steerc.problem.Refusal;
import dev.steerc.residual.Decoders;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a plan does to a decoder whose blocks are calls of one function. */
class CallsPlanTest {
  private static final String OTHER_OPSET =
      Decoders.calls(2).replace("-> y\nopset 17", "-> y\nopset 18");

  @TempDir Path folder;

  @Test
  void addOnABranchWritesOneCallOut() {
    checkNodes(
        Decoders.calls(3),
        """
        - x2 = local.Block(x1, g, b, wq, wo, w1, w2, causal, low)
        + h1/h.n1 = LayerNormalization(x1, g, b)
        + h1/h.q = MatMul(h1/h.n1, wq)
        + h1/h.k = MatMul(h1/h.n1, wq)
        + h1/h.v = MatMul(h1/h.n1, wq)
        + h1/h.kt = Transpose(h1/h.k) {perm=[0, 2, 1]}
        + h1/h.scores = MatMul(h1/h.q, h1/h.kt)
        + h1/h.masked = Where(causal, h1/h.scores, low)
        + h1/h.weights = Softmax(h1/h.masked)
        + h1/h.mixed = MatMul(h1/h.weights, h1/h.v)
        + h1/h.attn = MatMul(h1/h.mixed, wo)
        + h1/h.mid = Add(x1, h1/h.attn)
        + h1/h.n2 = LayerNormalization(h1/h.mid, g, b)
        + h1/h.up = MatMul(h1/h.n2, w1)
        + h1/h.act = Relu(h1/h.up)
        + h1/h.mlp = MatMul(h1/h.act, w2)
        + steerc/blocks.1.resid_post/add/out = Add(h1/h.mlp, steer.blocks.1.resid_post.add)
        + x2 = Add(h1/h.mid, steerc/blocks.1.resid_post/add/out)
        """,
        "1.resid_post:add");
  }

  @Test
  void tapOfABlockKeepsTheCall() {
    checkNodes(
        Decoders.calls(3),
        """
        + tap.blocks.1.resid_post = Identity(x2)
        + output tap.blocks.1.resid_post float [?, ?, 8]
        """,
        "1.resid_post:tap");
  }

  @Test
  void addBehindACallThatCannotBeWrittenOut() {
    checkNodes(
        OTHER_OPSET,
        """
        - x1 = local.Block(x0, g, b, wq, wo, w1, w2, causal, low)
        + steerc/blocks.0.resid_post/raw = local.Block(x0, g, b, wq, wo, w1, w2, causal, low)
        + x1 = Add(steerc/blocks.0.resid_post/raw, steer.blocks.0.resid_post.add)
        """,
        "0.resid_post:add");
  }

  @Test
  void addInsideACallThatCannotBeWrittenOutIsRefused() {
    Refusal.check(Code.LOCAL_FUNCTION, () -> checkNodes(OTHER_OPSET, "", "0.resid_mid:add"));
  }

  @Test
  void valuesInsideACallAreNamedWithTheCall() {
    checkNodes(
        Decoders.calls(2),
        """
        - x1 = local.Block(x0, g, b, wq, wo, w1, w2, causal, low)
        + h0/h.n1 = LayerNormalization(x0, g, b)
        + h0/h.q = MatMul(h0/h.n1, wq)
        + h0/h.k = MatMul(h0/h.n1, wq)
        + h0/h.v = MatMul(h0/h.n1, wq)
        + h0/h.kt = Transpose(h0/h.k) {perm=[0, 2, 1]}
        + h0/h.scores = MatMul(h0/h.q, h0/h.kt)
        + h0/h.masked = Where(causal, h0/h.scores, low)
        + h0/h.weights = Softmax(h0/h.masked)
        + h0/h.mixed = MatMul(h0/h.weights, h0/h.v)
        + h0/h.attn = MatMul(h0/h.mixed, wo)
        + h0/h.mid = Add(x0, h0/h.attn)
        + h0/h.n2 = LayerNormalization(h0/h.mid, g, b)
        + h0/h.up = MatMul(h0/h.n2, w1)
        + h0/h.act = Relu(h0/h.up)
        + tap.value.h0/h.act = Identity(h0/h.act)
        + h0/h.mlp = MatMul(h0/h.act, w2)
        + x1 = Add(h0/h.mid, h0/h.mlp)
        + output tap.value.h0/h.act float [?, ?, 12]
        """,
        "value:h0/h.act:tap");
  }

  private void checkNodes(String model, String difference, String... at) {
    new Snapshot(folder, model, InputMode.OPTIONAL).checkNodes(difference, at);
  }
}
