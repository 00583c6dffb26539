package dev.steerc.residual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.steerc.onnx.GraphText;
import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Refusal;
import dev.steerc.problem.SteercException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What real graphs disguise the stream with, one disguise at a time. */
class StreamSearchTest {
  private static final String TWO =
      """
      x0 h0.attn h0.mid h0.mlp x1
      x1 h1.attn h1.mid h1.mlp x2
      """;

  @TempDir Path folder;

  @Test
  void plainDecoderIsFound() {
    Residual residual = check(Decoders.text(2), TWO);
    assertThat(residual.hidden()).isEqualTo(8);
    assertThat(residual.vocabulary()).hasValue(16);
    assertThat(residual.ids()).isEqualTo("ids");
    assertThat(residual.cache().isPresent()).isFalse();
  }

  @Test
  void operandsOfTheSumMayBeSwapped() {
    check(
        Decoders.text(2)
            .replace("Add(x0, h0.attn)", "Add(h0.attn, x0)")
            .replace("Add(h1.mid, h1.mlp)", "Add(h1.mlp, h1.mid)"),
        TWO);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Identity(x0)", "Dropout(x0)", "Cast(x0) {to=1}"})
  void passesOnTheStreamAreSeenThrough(String pass) {
    check(
        Decoders.text(2)
            .replace("Add(x0, h0.attn)", "Add(p, h0.attn)")
            .replace("h0.n1 = ", "p = " + pass + "\nh0.n1 = "),
        TWO);
  }

  @Test
  void castsBeforeNormAndSumAreSeenThrough() {
    check(
        Decoders.text(2)
            .replace(
                "h1.n1 = LayerNormalization(x1",
                "c = Cast(x1) {to=1}\nh1.n1 = LayerNormalization(c")
            .replace("Add(x1, h1.attn)", "Add(c, h1.attn)"),
        TWO);
  }

  @Test
  void dropoutOnABranchBelongsToIt() {
    check(
        Decoders.text(1)
            .replace("h0.mid = Add(x0, h0.attn)", "d = Dropout(h0.attn)\nh0.mid = Add(x0, d)"),
        "x0 d h0.mid h0.mlp x1");
  }

  @Test
  void biasesAreNoSums() {
    check(
        Decoders.text(1)
            .replace("h0.q = MatMul(h0.n1, wq)", "h0.q0 = MatMul(h0.n1, wq)\nh0.q = Add(b, h0.q0)")
            .replace(
                "h0.mlp = MatMul(h0.act, w2)",
                "h0.m0 = MatMul(h0.act, w2)\nh0.mlp = Add(h0.m0, b)"),
        "x0 h0.attn h0.mid h0.mlp x1");
  }

  @Test
  void rotaryEmbeddingsAreNoSums() {
    check(
        Decoders.text(1)
            .replace(
                "h0.kt = ",
                """
                cos = Cos(h0.pos)
                sin = Sin(h0.pos)
                h0.kc = Mul(h0.k, cos)
                h0.half = Neg(h0.k)
                h0.ks = Mul(h0.half, sin)
                h0.rot = Add(h0.kc, h0.ks)
                h0.kt =\s""")
            .replace("Transpose(h0.k)", "Transpose(h0.rot)")
            .replace("h0.n1 = ", "h0.pos = Cast(ids) {to=1}\nh0.n1 = "),
        "x0 h0.attn h0.mid h0.mlp x1");
  }

  @Test
  void geluSpelledOutIsNoSum() {
    check(
        Decoders.text(1)
            .replace(
                "h0.act = Relu(h0.up)",
                """
                h0.cube = Pow(h0.up, three)
                h0.scaled = Mul(h0.cube, three)
                h0.inner = Add(h0.up, h0.scaled)
                h0.tanh = Tanh(h0.inner)
                h0.one = Add(h0.tanh, three)
                h0.act = Mul(h0.up, h0.one)
                weight three float [1] = 3"""),
        "x0 h0.attn h0.mid h0.mlp x1");
  }

  @Test
  void masksAreNoSums() {
    check(
        Decoders.text(1)
            .replace(
                "h0.masked = Where(causal, h0.scores, low)",
                "input mask float [batch, 1, seq]\nh0.masked = Add(h0.scores, mask)"),
        "x0 h0.attn h0.mid h0.mlp x1");
  }

  @Test
  void normSpelledOutIsANorm() {
    check(
        Decoders.text(1)
            .replace(
                "h0.n1 = LayerNormalization(x0, g, b)",
                """
                h0.mean = ReduceMean(x0) {axes=[-1]}
                h0.centred = Sub(x0, h0.mean)
                h0.square = Mul(h0.centred, h0.centred)
                h0.variance = ReduceMean(h0.square) {axes=[-1]}
                h0.safe = Add(h0.variance, epsilon)
                h0.deviation = Sqrt(h0.safe)
                h0.normed = Div(h0.centred, h0.deviation)
                h0.gained = Mul(h0.normed, g)
                h0.n1 = Add(h0.gained, b)
                weight epsilon float [1] = 1e-5"""),
        "x0 h0.attn h0.mid h0.mlp x1");
  }

  @Test
  void embeddingMayBeASumOfTables() {
    check(
        Decoders.text(1)
            .replace(
                "x0 = Gather(wte, ids)",
                """
                input positions int64 [batch, seq]
                weight wpe float [32, 8]
                tokens = Gather(wte, ids)
                places = Gather(wpe, positions)
                x0 = Add(tokens, places)"""),
        "x0 h0.attn h0.mid h0.mlp x1");
  }

  @Test
  void equalWidthsTellNothingAndNeedNot() {
    Residual residual =
        check(
            Decoders.text(2)
                .replace("[16, 8]", "[8, 8]")
                .replace("[8, 16]", "[8, 8]")
                .replace("[8, 12]", "[8, 8]")
                .replace("[12, 8]", "[8, 8]")
                .replace("[batch, seq, 16]", "[batch, seq, 8]"),
            TWO);
    assertThat(residual.hidden()).isEqualTo(8);
    assertThat(residual.vocabulary()).hasValue(8);
  }

  /** As exporters write a loop over experts: each adds to the rows of the tokens that chose it. */
  @Test
  void expertsMayScatterTheirTokens() {
    check(
        Decoders.text(1)
            .replace(
                "h0.mlp = MatMul(h0.act, w2)",
                """
                h0.router = MatMul(h0.n2, w1)
                h0.odds = Softmax(h0.router)
                h0.top, h0.chosen = TopK(h0.odds, two)
                h0.where = NonZero(h0.chosen)
                h0.all = Mul(h0.act, none)
                h0.base = MatMul(h0.all, w2)
                h0.mine = Gather(h0.n2, h0.where)
                h0.e1 = MatMul(h0.mine, w1)
                h0.e2 = MatMul(h0.e1, w2)
                h0.part = Mul(h0.e2, h0.top)
                h0.mlp = ScatterND(h0.base, h0.where, h0.part) {reduction="add"}
                weight two int64 [1] = 2
                weight none float [1] = 0"""),
        "x0 h0.attn h0.mid h0.mlp x1");
  }

  /** Experts whose results are weighed by a product: a router's softmax is no attention. */
  @Test
  void weighedExpertsAreNoAttention() {
    check(
        Decoders.text(1)
            .replace(
                "h0.mlp = MatMul(h0.act, w2)",
                """
                h0.router = MatMul(h0.n2, w1)
                h0.odds = Softmax(h0.router)
                h0.experts = MatMul(h0.act, w2)
                h0.mlp = MatMul(h0.odds, h0.experts)"""),
        "x0 h0.attn h0.mid h0.mlp x1");
  }

  @Test
  void expertsThatAreAddedUpAreOneBranch() {
    check(
        Decoders.text(1)
            .replace(
                "h0.mlp = MatMul(h0.act, w2)",
                """
                h0.e1 = MatMul(h0.act, w2)
                h0.gate = Sigmoid(h0.act)
                h0.e2 = MatMul(h0.gate, w2)
                h0.e3 = MatMul(h0.up, w2)
                h0.some = Add(h0.e1, h0.e2)
                h0.mlp = Add(h0.some, h0.e3)"""),
        "x0 h0.attn h0.mid h0.mlp x1");
  }

  @Test
  void parallelBlockAddsBranchesFirst() {
    check(
        Decoders.parallel("both = Add(h0.attn, h0.mlp)\nx1 = Add(both, x0)\n"),
        "x0 h0.attn - h0.mlp x1");
  }

  @Test
  void parallelBlockAddsOneByOne() {
    check(
        Decoders.parallel("some = Add(x0, h0.attn)\nx1 = Add(some, h0.mlp)\n"),
        "x0 h0.attn - h0.mlp x1");
    check(
        Decoders.parallel("some = Add(h0.mlp, x0)\nx1 = Add(h0.attn, some)\n"),
        "x0 h0.attn - h0.mlp x1");
  }

  @Test
  void orderOfNodesDoesNotMatter() {
    List<String> lines = Arrays.asList(Decoders.text(2).split("\n"));
    for (int seed = 0; seed < 20; seed++) {
      Collections.shuffle(lines, new Random(seed));
      check(String.join("\n", lines), TWO);
    }
  }

  @Test
  void namesAreNotLookedAt() {
    String text = Decoders.text(2);
    List<String> names =
        List.of(
            "h0.attn h0.mid h0.mlp h0.n1 h0.n2 h0.q h0.kt h0.k h0.v h0.scores h0.weights h0.mixed h0.up"
                .split(" "));
    for (String name : names) {
      String number = String.valueOf(100 + names.indexOf(name));
      text = text.replaceAll("\\b" + name.replace(".", "\\.") + "\\b", number);
    }
    text =
        text.replaceAll("\\bx1\\b", "7").replaceAll("\\bx0\\b", "8").replaceAll("\\bids\\b", "1");
    check(text, "8 100 101 102 7\n7 h1.attn h1.mid h1.mlp x2");
  }

  @Test
  void streamThatIsAnOutputIsFound() {
    check(
        Decoders.text(2) + "output x1 float [batch, seq, 8]\noutput h0.mid float [batch, seq, 8]\n",
        TWO);
  }

  @Test
  void vectorsFromOutsideHaveNoSiteBeforeTheFirstBlock() {
    String text =
        Decoders.text(1).replace("x0 = Gather(wte, ids)", "input x0 float [batch, seq, 8]");
    check(text, "- h0.attn h0.mid h0.mlp x1");
  }

  @Test
  void blocksThatDifferAreRefused() {
    refuse(Code.NOT_RESIDUAL, Decoders.text(2).replace("Add(x1, h1.attn)", "Add(x0, h1.attn)"));
    refuse(
        Code.NOT_RESIDUAL,
        Decoders.text(2).replace("h1.mid = Add(x1, h1.attn)", "h1.mid = Relu(h1.attn)"));
    refuse(Code.NOT_RESIDUAL, Decoders.text(1).replace("MatMul(h0.n1, wq)", "MatMul(x0, wq)"));
  }

  /** Adding a sum to itself scales the stream; it adds no branch. */
  @Test
  void doubledStreamIsRefused() {
    refuse(
        Code.NOT_RESIDUAL,
        Decoders.text(2)
            .replace(
                "x1 = Add(h0.mid, h0.mlp)", "half = Add(h0.mid, h0.mlp)\nx1 = Add(half, half)"));
  }

  @Test
  void conditionsInGreatNumbersAreLookedIntoFast() {
    String condition =
        "cN = If(flag) then\n  tN = Relu(x0)\n  output tN float [b, s, 8]\n"
            + "else\n  uN = Neg(x0)\n  output uN float [b, s, 8]\nend\n";
    String conditions =
        IntStream.range(0, 3000)
            .mapToObj(i -> condition.replace("N", "" + i))
            .collect(Collectors.joining());
    String text = "weight flag bool []\n" + Decoders.text(0) + conditions;
    assertTimeoutPreemptively(Duration.ofSeconds(20), () -> refuse(Code.NO_RESIDUAL_STREAM, text));
  }

  @Test
  void idsWithTheSequenceFirstAreRefused() {
    String text =
        Decoders.text(1)
            .replace("x0 = Gather(wte, ids)", "t = Transpose(ids)\nx0 = Gather(wte, t)");
    refuse(Code.NO_RESIDUAL_STREAM, text);
  }

  @Test
  void valueOfFourDimensionsIsEditedWhereItHasThree() {
    check(
        Decoders.text(1)
            .replace(
                "x1 = Add(h0.mid, h0.mlp)",
                "up = Unsqueeze(h0.mid, axis)\nside = Unsqueeze(h0.mlp, axis)\n"
                    + "four = Add(up, side)\nx1 = Squeeze(four, axis)")
            .replace("input ids", "weight axis int64 [1] = 1\ninput ids"),
        "x0 h0.attn h0.mid - x1\n");
  }

  @Test
  void squeezedValueIsStillKnownToBeFlat() {
    Residual residual =
        check(
            Decoders.text(1)
                .replace(
                    "x1 = Add(h0.mid, h0.mlp)",
                    "up = Reshape(h0.mid, rows)\nside = Reshape(h0.mlp, rows)\n"
                        + "flat = Add(up, side)\nfour = Unsqueeze(flat, axis)\n"
                        + "x1 = Squeeze(four, axis)")
                .replace(
                    "input ids",
                    "weight axis int64 [1] = 1\nweight rows int64 [2] = -1 8\ninput ids"),
            "x0 h0.attn h0.mid side flat\n");
    assertThat(residual.streams().get(0).blocks().get(0).residPost().orElseThrow().flat())
        .isPresent();
  }

  @Test
  void keysAndValuesMayBeOfAnOlderBlock() {
    check(
        Decoders.text(2)
            .replace("Transpose(h1.k)", "Transpose(h0.k)")
            .replace("MatMul(h1.weights, h1.v)", "MatMul(h1.weights, h0.v)"),
        TWO);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "h1.up = MatMul(h0.n2, w1)\nh1.m = Mul(h1.up, h1.n2)",
        "h1.up = MatMul(h1.n2, w1)\nh1.m = Mul(h1.up, h0.up)",
        "h1.c = Concat(h1.n2, h0.attn)\nh1.m = MatMul(h1.c, w1)"
      })
  void branchesThatAlsoReadAnOlderValueAreRefused(String reads) {
    refuse(
        Code.NOT_RESIDUAL,
        Decoders.text(2)
            .replace("h1.up = MatMul(h1.n2, w1)", reads)
            .replace("Relu(h1.up)", "Relu(h1.m)"));
  }

  @Test
  void headsThatAlsoReadAnOlderValueAreRefused() {
    refuse(
        Code.NOT_RESIDUAL,
        Decoders.text(2).replace("MatMul(n, head)", "MatMul(o, head)\no = Mul(n, h0.n2)"));
  }

  @Test
  void blockWhoseSumIsNoneIsRefused() {
    refuse(
        Code.NOT_RESIDUAL,
        Decoders.text(2)
            .replace("h1.mid = Add(x1, h1.attn)\n", "")
            .replace("LayerNormalization(h1.mid,", "LayerNormalization(x1,")
            .replace("x2 = Add(h1.mid, h1.mlp)", "t = Add(x1, h0.mlp)\nx2 = Add(t, h1.mlp)"));
  }

  /** A last block whose sums are both gone would be taken for a part of the head. */
  @Test
  void attentionBehindTheStreamIsRefused() {
    refuse(
        Code.NOT_RESIDUAL,
        Decoders.text(2)
            .replace("h1.mid = Add(x1, h1.attn)", "h1.mid = Identity(h1.attn)")
            .replace("x2 = Add(h1.mid, h1.mlp)", "x2 = Identity(h1.mlp)"));
  }

  @Test
  void normsOfDifferentWidthAreRefused() {
    refuse(
        Code.NOT_RESIDUAL,
        Decoders.text(1).replace("(x0, g, b)", "(x0, odd, b)") + "weight odd float [9]\n");
  }

  /** A default of that width would fill the disk. */
  @ParameterizedTest
  @ValueSource(strings = {"2147483656", "4294967304", "1073741824", "4611686018427387904"})
  void widthsBeyondAllModelsAreRefused(String width) {
    String scale = "external g float [W] in w.bin from 0 to 8".replace("W", width);
    refuse(
        Code.NOT_RESIDUAL,
        Decoders.text(1).replace("weight g float [8]", scale).replace(", g, b)", ", g)"));
  }

  @Test
  void decoderWithoutBlocksIsRefused() {
    refuse(Code.NO_RESIDUAL_STREAM, Decoders.text(0));
    refuse(Code.NO_RESIDUAL_STREAM, "input x float [2]\ny = Relu(x)\noutput y float [2]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x0 = Identity(x0)",
        "x0 = Identity(y)\ny = Identity(x0)",
        "x0 = Add(x0, x0)",
        "x0 = Gather(wte, i)\ni = Unsqueeze(i)",
        "x0 = Gather(wte, i)\ni = Identity(i)",
        "x0 = Identity(x1)",
        "x0 = Add(x1, h0.mid)",
      })
  void cyclesDoNotHang(String cycle) {
    String text = Decoders.text(1).replace("x0 = Gather(wte, ids)", cycle);
    assertTimeoutPreemptively(Duration.ofSeconds(10), () -> tryToFind(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "h0.mid = Add(x0, h0.attn)|x1 = Add(x0, h0.attn)",
        "h0.mid = Add(x0, h0.attn)|h0.mid = Add(h0.mid, h0.attn)",
        "x1 = Add(h0.mid, h0.mlp)|h0.mid = Add(h0.mid, h0.mlp)",
        "x1 = Add(h0.mid, h0.mlp)|x0 = Add(h0.mid, h0.mlp)",
        "h0.n1 = LayerNormalization(x0, g, b)|x0 = LayerNormalization(x0, g, b)",
      })
  void namesThatAreYieldedTwiceDoNotHang(String change) {
    String[] parts = change.split("\\|");
    String text = Decoders.text(1).replace(parts[0], parts[1]);
    assertTimeoutPreemptively(Duration.ofSeconds(10), () -> tryToFind(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Add(x0, h0.attn)|Add(x0)",
        "Add(x0, h0.attn)|Add()",
        "Add(x0, h0.attn)|Add(x0, h0.attn, b)",
        "LayerNormalization(x0, g, b)|LayerNormalization(x0)",
        "LayerNormalization(x0, g, b)|LayerNormalization()",
        "Gather(wte, ids)|Gather()",
        "Gather(wte, ids)|Concat()",
        "Gather(wte, ids)|Reshape()",
        "Gather(wte, ids)|com.microsoft.EmbedLayerNormalization()",
        "h0.mid = Add(x0|= Add(x0",
        "h0.n1 = Layer|= Layer",
        "h0.attn = MatMul|= MatMul",
        "h0.up = |h0.up = Relu(h0.n2)\n= Identity(x0)\nq = ",
        "x1 = Add(h0.mid, h0.mlp)|x1 = com.microsoft.SkipLayerNormalization()",
      })
  void missingOperandsAreNoCrash(String change) {
    String[] parts = change.split("\\|");
    String text = Decoders.text(1).replace(parts[0], parts[1]);
    tryToFind(text);
  }

  /** A refusal or a stream: what is wrong otherwise is a crash. */
  private Optional<Residual> tryToFind(String text) {
    try {
      return Optional.of(Residual.find(GraphText.open(folder, text)));
    } catch (SteercException e) {
      return Optional.empty();
    }
  }

  private void refuse(Code code, String text) {
    Refusal.check(code, () -> Residual.find(GraphText.open(folder, text)));
  }

  /** Finds the stream and compares its sites, one block a line, absent ones as a dash. */
  private Residual check(String text, String sites) {
    Residual residual = Residual.find(GraphText.open(folder, text));
    String found =
        residual.streams().get(0).blocks().stream()
            .map(StreamSearchTest::line)
            .collect(Collectors.joining("\n"));
    assertThat(found).isEqualTo(sites.strip());
    return residual;
  }

  private static String line(Block block) {
    return Arrays.stream(Site.Kind.values())
        .map(kind -> kind.in(block).map(Place::value).orElse("-"))
        .collect(Collectors.joining(" "));
  }
}
