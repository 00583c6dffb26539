package dev.steerc.residual;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.onnx.GraphText;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What blocks are said to be made of, and by what that is said to show. */
class AnatomyTest {
  @TempDir Path folder;

  @Test
  void plainBlockIsTold() {
    Stream stream = stream(Decoders.text(2));
    assertThat(stream.blocks().get(0).anatomy())
        .isEqualTo(
            new Anatomy(
                "LayerNorm",
                "before",
                "spelled out",
                Optional.of(new Heads(1, 0)),
                false,
                "ReLU",
                false,
                "float32",
                false));
    check(
        stream.blocks().get(1).evidence(),
        """
        sum        attention, `h1.attn`, is computed from `x1` and added to it       @ Add -> h1.mid
        sum        the MLP, `h1.mlp`, is computed from `h1.mid` and added to it      @ Add -> x2
        norm       LayerNorm, the operator LayerNormalization  @ LayerNormalization -> h1.n1
        attention  a product weighs values by the softmax of another product  @ MatMul -> h1.mixed
        heads      attention yields 8 channels, of which a head has 8  @ MatMul -> h1.attn
        mlp        the activation is made of Relu  @ Relu -> h1.act
        weights    kept in float32  @ MatMul -> h1.q
        """);
  }

  @Test
  void streamIsExplained() {
    check(
        stream(Decoders.text(1)).evidence(),
        """
        beginning  `x0` is the first that a sum continues; it comes of tables and inputs alone @ Gather -> x0
        vocabulary a table of 16 rows, picked by the input `ids`     @ Gather -> x0
        stream     2 sums, each of which continues the one before    @ Add -> x1
        width      the norms' scales have 8 elements    @ LayerNormalization -> h0.n1
        precision  `x1` is float32                      @ Add -> x1
        final norm LayerNorm, the operator LayerNormalization        @ LayerNormalization -> n
        head       its weights are stored apart from the token table @ MatMul -> logits
        causal     attention is kept from looking at later positions @ MatMul -> h0.mixed
        """);
  }

  @Test
  void parallelBlockIsOneSum() {
    Stream stream = stream(Decoders.parallel("s = Add(h0.mlp, h0.attn)\nx1 = Add(s, x0)\n"));
    Block block = stream.blocks().get(0);
    assertThat(block.anatomy().isParallel()).isTrue();
    assertThat(block.evidence())
        .contains(new Evidence("order", "one sum adds attention and the MLP", "Add -> x1"));
  }

  @Test
  void normBehindABranchIsTold() {
    String behind = "h0.y = SimplifiedLayerNormalization(h0.mlp, g)\nx1 = Add(h0.mid, h0.y)";
    Stream around = stream(Decoders.text(1).replace("x1 = Add(h0.mid, h0.mlp)", behind));
    assertThat(around.blocks().get(0).anatomy().normed()).isEqualTo("around");
    assertThat(around.blocks().get(0).evidence())
        .anyMatch(each -> each.because().equals("a norm is the last before the sum"));
  }

  @ParameterizedTest
  @CsvSource({
    "num_heads=4, 4, 4",
    "'num_heads=4, kv_num_heads=2', 4, 2",
    "'q_num_heads=8, kv_num_heads=1', 8, 1"
  })
  void headsAreWhatTheOperatorIsTold(String attributes, int queries, int own) {
    String decoder =
        Decoders.text(1)
            .replaceAll("h0.kt = (?s:.*)h0.mixed = .*\n", "")
            .replace(
                "h0.attn = MatMul(h0.mixed",
                "h0.mixed = com.microsoft.GroupQueryAttention(h0.q, h0.k, h0.v) {"
                    + attributes
                    + "}\nh0.attn = MatMul(h0.mixed");
    Anatomy block = stream(decoder).blocks().get(0).anatomy();
    assertThat(block.attention()).isEqualTo("GroupQueryAttention");
    assertThat(block.heads()).contains(new Heads(queries, own));
    assertThat(block.isFused()).isTrue();
  }

  @Test
  void headsAreCountedByTheCache() {
    String cached =
        Decoders.text(1)
            .replace("h0.kt = ", "h0.all = Concat(past, h0.k) {axis=2}\nh0.kt = ")
            .replace("Transpose(h0.k)", "Transpose(h0.all)")
            .replace("x0 = ", "input past float [batch, 2, past, 2]\nx0 = ");
    assertThat(stream(cached).blocks().get(0).anatomy().heads()).contains(new Heads(4, 2));
  }

  /** A cache of fixed length has three dimensions that could be the heads. */
  @Test
  void headsAreNotGuessed() {
    String cached =
        Decoders.text(1)
            .replace("h0.kt = ", "h0.all = Concat(past, h0.k) {axis=2}\nh0.kt = ")
            .replace("Transpose(h0.k)", "Transpose(h0.all)")
            .replace("x0 = ", "input past float [batch, 2, 6, 2]\nx0 = ");
    assertThat(stream(cached).blocks().get(0).anatomy().heads()).contains(new Heads(1, 0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "h0.r = com.microsoft.RotaryEmbedding(h0.q, ids, w1, w1)",
        "lo, hi = Split(h0.q) {axis=-1}; c = Neg(hi); h0.r = Concat(c, lo) {axis=-1}",
        "f = Cast(ids) {to=1}; w = Cos(f); u = Unsqueeze(w, low); h0.r = Mul(h0.q, u)"
      })
  void rotationIsSeen(String steps) {
    String decoder =
        Decoders.text(1)
            .replace(
                "h0.scores = MatMul(h0.q", steps.replace("; ", "\n") + "\nh0.scores = MatMul(h0.r");
    assertThat(stream(decoder).blocks().get(0).anatomy().isRotary()).isTrue();
  }

  /** A mere swap or sign is no rotation. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "lo, hi = Split(h0.q) {axis=-1}; h0.r = Concat(hi, lo) {axis=-1}",
        "h0.r = Neg(h0.q)",
        "f = Cast(ids) {to=1}; u = Unsqueeze(f, low); h0.r = Mul(h0.q, u)"
      })
  void whatIsNoRotationIsNotCalledOne(String steps) {
    String decoder =
        Decoders.text(1)
            .replace(
                "h0.scores = MatMul(h0.q", steps.replace("; ", "\n") + "\nh0.scores = MatMul(h0.r");
    assertThat(stream(decoder).blocks().get(0).anatomy().isRotary()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "logits = MatMul(n, head) | separate | false | false",
        "t = Transpose(wte) {perm=[1, 0]}; logits = MatMul(n, t) | tied | false | false",
        "logits = Gemm(n, wte) {transB=1} | tied | false | false",
        "m = MatMul(n, head); logits = Mul(m, low) | separate | true | false",
        "m = MatMul(n, head); d = Div(m, low); t = Tanh(d); logits = Mul(t, low) "
            + "| separate | false | true",
        "logits = Identity(n) | none | false | false"
      })
  void endingsAreTold(String steps, String head, boolean isScaled, boolean isCapped) {
    Stream stream =
        stream(Decoders.text(1).replace("logits = MatMul(n, head)", steps.replace("; ", "\n")));
    assertThat(stream.ending()).isEqualTo(new Ending("LayerNorm", head, isScaled, isCapped));
  }

  private Stream stream(String text) {
    return Residual.find(GraphText.open(folder, text)).streams().get(0);
  }

  /** Compares evidence with lines of what, because and node. */
  private static void check(List<Evidence> evidence, String expected) {
    String found =
        evidence.stream()
            .map(each -> each.what() + " " + each.because() + " @ " + each.node())
            .collect(Collectors.joining("\n"));
    assertThat(found).isEqualTo(expected.strip().replaceAll(" +", " "));
  }
}
