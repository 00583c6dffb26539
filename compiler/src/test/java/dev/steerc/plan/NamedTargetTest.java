package dev.steerc.plan;

import static org.assertj.core.api.Assertions.assertThatCode;

import dev.steerc.problem.Code;
import dev.steerc.problem.Refusal;
import dev.steerc.residual.Decoders;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that the user names, with {@code --at value:NAME:OP}. */
class NamedTargetTest {
  private static final String BRANCHES =
      """
      input flag bool []
      input x float [batch, seq, 8]
      weight g float [8]
      y = If(flag) then
        h = Mul(x, g)
        t = Abs(h)
        output t float [batch, seq, 8]
      else
        h = Mul(g, x)
        only = Neg(h)
        output only float [batch, seq, 8]
      end
      output y float [batch, seq, 8]
      """;

  @TempDir Path folder;

  @Test
  void namedValueIsIntercepted() {
    check(
        Decoders.text(1),
        """
        - h0.up = MatMul(h0.n2, w1)
        + steerc/value.h0.up/raw = MatMul(h0.n2, w1)
        + h0.up = Add(steerc/value.h0.up/raw, steer.value.h0.up.add)
        """,
        "value:h0.up:add");
  }

  @Test
  void modelNeedsNoStream() {
    check(
        "input x float [b, s, 4]\ny = Relu(x)\noutput y float [b, s, 4]",
        """
        - y = Relu(x)
        + steerc/value.y/raw = Relu(x)
        + y = Add(steerc/value.y/raw, steer.value.y.add)
        """,
        "value:y:add");
  }

  @Test
  void bothBranchesAreSteered() {
    check(
        BRANCHES,
        """
        - y = If(flag)
        + y, tap.value.h = If(flag)
        -   h = Mul(x, g)
        +   steerc/value.h/raw = Mul(x, g)
        +   h = Add(steerc/value.h/raw, steer.value.h.add)
        +   tap.value.h = Identity(h)
        +   output tap.value.h float [?, ?, 8]
        -   h = Mul(g, x)
        +   steerc/value.h/raw = Mul(g, x)
        +   h = Add(steerc/value.h/raw, steer.value.h.add)
        +   tap.value.h = Identity(h)
        +   output tap.value.h float [?, ?, 8]
        + output tap.value.h float [?, ?, 8]
        """,
        "value:h:add",
        "value:h:tap");
  }

  @Test
  void valueOfOneBranchMayBeSteeredThere() {
    check(
        BRANCHES,
        """
        -   only = Neg(h)
        +   steerc/value.only/raw = Neg(h)
        +   only = Add(steerc/value.only/raw, steer.value.only.add)
        """,
        "value:only:add");
  }

  @Test
  void valueOfOneBranchCannotBeTapped() {
    Refusal.check(
        """
        error[value-not-steerable]: `value:only` cannot be tapped
          --> model.onnx, node `If -> y`
          note: only one branch of the `If` computes it
          help: tap a value that both branches compute
        """,
        () -> plan(BRANCHES, "value:only:tap"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"value:nope:add", "value:ids:add", "value:wte:add", "value:X0:add"})
  void valuesThatNoNodeYieldsAreRefused(String at) {
    Refusal.check(Code.VALUE_NOT_FOUND, () -> plan(Decoders.text(1), at));
  }

  @Test
  void otherRanksAreRefused() {
    Refusal.check(
        """
        error[value-not-steerable]: `y` cannot be steered
          --> model.onnx
          note: it has 2 dimensions, and a port has three
          help: name the value before it is reshaped or converted, or after
        """,
        () -> plan("input x float [b, 4]\ny = Relu(x)\noutput y float [b, 4]", "value:y:add"));
    refuse("input x float [b, h, s, 4]\ny = Relu(x)");
    refuse("input x float []\ny = Relu(x)");
  }

  @Test
  void integersAreRefused() {
    refuse("input x int64 [b, s, 4]\ny = Relu(x)");
    refuse("input x float [b, s, 4]\ny = Cast(x) {to=9}");
  }

  @Test
  void unknownWidthsAreRefused() {
    refuse("input x float [b, s, w]\ny = Relu(x)");
    refuse("input x float [b, s, 0]\ny = Relu(x)");
    refuse("input x float [b, s, 4]\ny = Whatever(x)");
  }

  /** A vector cannot tell the rank of what it is broadcast to. */
  @Test
  void unknownRanksAreNotGuessed() {
    assertThatCode(
            () ->
                plan(
                    "input x float\nweight g float [8]\nu = Whatever(x)\ny = Mul(u, g)\nvalue u float",
                    "value:y:add"))
        .doesNotThrowAnyException();
  }

  /** Such a default would not fit into the file. */
  @ParameterizedTest
  @ValueSource(strings = {"2147483648", "2147483647", "536870913", "4611686018427387904"})
  void widthsBeyondAllModelsAreRefused(String width) {
    refuse("input x float [b, s, W]\ny = Relu(x)".replace("W", width));
  }

  @Test
  void branchesOfDifferentWidthAreRefused() {
    String model =
        BRANCHES
            .replace("h = Mul(g, x)", "h = Relu(z)")
            .replace("weight g", "input z float [b, s, 4]\nweight g");
    Refusal.check(Code.VALUE_NOT_STEERABLE, () -> plan(model, "value:h:add"));
  }

  @Test
  void namesMayHoldColonsAndSlashes() {
    check(
        "input x float [b, s, 4]\n/a:b/y:0 = Relu(x)",
        """
        - /a:b/y:0 = Relu(x)
        + steerc/value./a:b/y:0/raw = Relu(x)
        + /a:b/y:0 = Add(steerc/value./a:b/y:0/raw, steer.value./a:b/y:0.add)
        """,
        "value:/a:b/y:0:add");
  }

  private void refuse(String model) {
    Refusal.check(Code.VALUE_NOT_STEERABLE, () -> plan(model, "value:y:add"));
  }

  private void plan(String model, String at) {
    new Snapshot(folder, model, InputMode.OPTIONAL).plan(at).patch();
  }

  private void check(String model, String difference, String... at) {
    new Snapshot(folder, model, InputMode.REQUIRED).checkNodes(difference, at);
  }
}
