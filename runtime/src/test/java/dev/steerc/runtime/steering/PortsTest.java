package dev.steerc.runtime.steering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.steerc.Steerc;
import dev.steerc.manifest.Manifest;
import dev.steerc.onnx.ModelFile;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.plan.Target;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.TestModels;
import dev.steerc.runtime.format.Floats;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What fits a model and what does not. */
class PortsTest {
  private static final int WIDTH = 24;
  private static final Pattern COMMAND =
      Pattern.compile("`steerc patch (\\S+) --at ([^ `]+)`", Pattern.DOTALL);

  @TempDir private Path folder;

  private final Random random = new Random(7);

  @Test
  void oneSiteNeedsNoName() {
    Ports ports = ports("withpast", "2.resid_post:add");
    Bound bound = ports.bind(Steering.of(vector("joy"), 2), false);
    assertThat(bound.edits().keySet()).containsExactly(site(2, Site.Kind.RESID_POST));
  }

  @Test
  void severalSitesNeedOne() {
    Ports ports = ports("withpast", "1.resid_post:add", "2.resid_post:add");
    Term term = Term.of(vector("joy"), 2).on(Positions.after(3));
    Problem problem = check(ports, Steering.of(term), Code.SITE_NOT_NAMED);
    assertThat(problem.notes()).anyMatch(note -> note.contains("1.resid_post, 2.resid_post"));
    String advised = problem.help().replaceAll(".*--steer ", "");
    Term again = SteerText.parse(advised).term(term.vector());
    assertThatCode(() -> ports.bind(Steering.of(again), false)).doesNotThrowAnyException();
    assertThat(again.positions()).isEqualTo(term.positions());
  }

  @Test
  void unpatchedModelHasNoPorts() {
    Ports none = Ports.none(4, "sha256:0", "some.onnx");
    Problem problem = check(none, Steering.of(vector("joy"), 2), Code.PORT_MISSING);
    assertThat(problem.help()).contains("steerc patch some.onnx --layers");
    check(none, Steering.of(Term.of(vector("joy"), 2).at(1)), Code.PORT_MISSING);
    assertThatCode(() -> none.bind(Steering.NONE, false)).doesNotThrowAnyException();
  }

  @Test
  void widthIsTheStreams() {
    Ports ports = ports("withpast", "2.resid_post:add");
    Problem problem =
        check(ports, Steering.of(Vector.of("wide", new float[25]), 1), Code.VECTOR_WIDTH);
    assertThat(problem.what()).contains("25").contains("24");
  }

  @Test
  void elementsAreFinite() {
    Ports ports = ports("withpast", "2.resid_post:add");
    Vector bad = Vector.of("bad", new float[] {1, Float.NaN});
    SteercException all = problems(ports, Steering.of(bad, 1));
    assertThat(all.problems())
        .extracting(Problem::code)
        .containsExactlyInAnyOrder(Code.VECTOR_NOT_FINITE, Code.VECTOR_WIDTH);
  }

  @Test
  void strengthsAreFinite() {
    for (double strength : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatExceptionOfType(SteercException.class)
          .isThrownBy(() -> Steering.of(vector("joy"), strength))
          .satisfies(e -> assertThat(e.problems().get(0).code()).isEqualTo(Code.BAD_STRENGTH));
    }
  }

  @Test
  void missingPortNamesThePatchThatAddsIt() {
    Path model = TestModels.patched("withpast", folder, "2.resid_post:add");
    checkAdvice(model, Steering.of(Term.of(vector("joy"), 2).at(1)));
    checkAdvice(model, Steering.of(Term.of(ablation("rude"), 1).at(2)));
    checkAdvice(model, Steering.of(Term.of(vector("joy"), 2).at(site(0, Site.Kind.ATTN_OUT))));
  }

  @Test
  void missingTapNamesThePatchThatAddsIt() {
    Path model = TestModels.patched("withpast", folder, "2.resid_post:add");
    Condition when = Condition.above(site(1, Site.Kind.RESID_MID), tensor(WIDTH), 0.1);
    checkAdvice(model, Steering.of(Term.of(vector("joy"), 2).when(when)));
  }

  /** Runs the very command of the help text, and binds to what it writes. */
  private void checkAdvice(Path model, Steering steering) {
    Problem problem = problems(ports(model), steering).problems().get(0);
    assertThat(problem.code()).isIn(Code.PORT_MISSING, Code.TAP_MISSING);
    Matcher command = COMMAND.matcher(problem.help());
    assertThat(command.find()).as(problem.help()).isTrue();
    assertThat(Path.of(command.group(1)).toAbsolutePath()).isEqualTo(model.toAbsolutePath());
    Request request =
        new Request(
            List.of(),
            Optional.empty(),
            List.of(),
            List.of(),
            List.of(Target.parse(command.group(2), OptionalInt.empty())),
            Optional.empty());
    Path output = folder.resolve("advised.onnx");
    Steerc.patch(Path.of(command.group(1)), request, output);
    assertThatCode(() -> ports(output).bind(steering, false)).doesNotThrowAnyException();
  }

  @Test
  void layersAreThoseOfTheModel() {
    Ports ports = ports("withpast", "2.resid_post:add");
    Problem problem =
        check(ports, Steering.of(Term.of(vector("joy"), 1).at(4)), Code.LAYER_OUT_OF_RANGE);
    assertThat(problem.what()).contains("layer 4");
    assertThat(problem.help()).contains("2.resid_post");
  }

  @Test
  @Timeout(10)
  void hugeRangesAreRefusedAtOnce() {
    Ports ports = ports("withpast", "2.resid_post:add");
    for (Vector vector : List.of(vector("joy"), placed("joy"))) {
      Term term = SteerText.parse("joy:1@0-999999999").term(vector);
      org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
          Duration.ofSeconds(5), () -> check(ports, Steering.of(term), Code.LAYER_OUT_OF_RANGE));
    }
  }

  /** A model whose blocks are not proven has none, and `all` of none would steer nothing. */
  @Test
  void allBlocksAreAtLeastOne() {
    Site named = new Site.Named("hidden");
    Ports.SitePorts here =
        new Ports.SitePorts(
            WIDTH,
            Optional.of("steer.value.hidden.add"),
            Optional.empty(),
            Optional.empty(),
            0,
            true);
    Ports ports = new Ports(Map.of(named, here), Map.of(), false, 0, "sha256:0", "some.onnx");
    check(ports, Steering.of(SteerText.parse("joy@all").term(vector("joy"))), Code.SITE_NOT_NAMED);
    check(ports, Steering.of(Term.of(vector("joy"), 1).at(0)), Code.LAYER_OUT_OF_RANGE);
    assertThatCode(() -> ports.bind(Steering.of(vector("joy"), 1), false))
        .doesNotThrowAnyException();
  }

  @Test
  void vectorsOwnSitesAreChosenFrom() {
    Ports ports = ports("withpast", "1.resid_post:add", "1.attn_out:add", "2.resid_post:add");
    Vector placed = placed("joy");
    assertThat(ports.bind(Steering.of(placed, 1), false).edits()).hasSize(3);
    assertThat(bound(ports, "joy@1", placed)).hasSize(2);
    assertThat(bound(ports, "joy@1.attn_out", placed)).hasSize(1);
    assertThat(bound(ports, "joy@2", placed)).hasSize(1);
    Term elsewhere = SteerText.parse("joy@3").term(placed);
    check(ports, Steering.of(elsewhere), Code.SITE_NOT_NAMED);
  }

  private static Map<Site, List<Bound.Part>> bound(Ports ports, String text, Vector vector) {
    return ports.bind(Steering.of(SteerText.parse(text).term(vector)), false).edits();
  }

  @Test
  void baseIsTheModels() {
    Ports ports = ports("withpast", "2.resid_post:add");
    Vector other = based("sha256:other");
    check(ports, Steering.of(other, 1), Code.WRONG_BASE_MODEL);
    assertThatCode(() -> ports.bind(Steering.of(other, 1), true)).doesNotThrowAnyException();
    assertThatCode(() -> ports.bind(Steering.of(based(ports.base()), 1), false))
        .doesNotThrowAnyException();
  }

  private Vector based(String base) {
    Vector vector = vector("joy");
    return new Vector(vector.name(), vector.edits(), vector.placeless(), Optional.of(base));
  }

  @Test
  void fixedRankLimitsTheEdits() {
    Term one = Term.of(ablation("a"), 1);
    Term two = Term.of(ablation("b"), 1);
    Ports narrow = ports("withpast", "2.resid_post:project@1");
    assertThatCode(() -> narrow.bind(Steering.of(one), false)).doesNotThrowAnyException();
    Problem problem = check(narrow, Steering.of(one, two), Code.RANK_FIXED);
    assertThat(problem.what()).contains("rank 2");
    check(narrow, Steering.of(one, Term.of(vector("v"), 1)), Code.RANK_FIXED);
    Ports apart = ports("withpast", "2.resid_post:add", "2.resid_post:project@1");
    assertThatCode(() -> apart.bind(Steering.of(one, Term.of(vector("v"), 1)), false))
        .doesNotThrowAnyException();
  }

  @Test
  void vectorsThatMeetMayBeAnError() {
    Ports ports = ports("withpast", "1.resid_post:add", "2.resid_post:add");
    Steering meeting = Steering.of(Term.of(vector("a"), 1).at(2), Term.of(vector("b"), 1).at(2));
    Problem problem = check(ports, meeting.resolving(Conflict.ERROR), Code.VECTORS_CONFLICT);
    assertThat(problem.what()).contains("`a` and `b`").contains("2.resid_post");
    Steering apart = Steering.of(Term.of(vector("a"), 1).at(1), Term.of(vector("b"), 1).at(2));
    assertThatCode(() -> ports.bind(apart.resolving(Conflict.ERROR), false))
        .doesNotThrowAnyException();
  }

  @Test
  void orthogonalVectorsAddNothingTwice() {
    Ports ports = ports("withpast", "2.resid_post:add");
    float[] a = tensor(WIDTH).values();
    float[] b = tensor(WIDTH).values();
    float[] c = tensor(WIDTH).values();
    List<float[]> parts = orthogonal(ports, a, b, c);
    assertThat(parts.get(0)).isEqualTo(a);
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < i; j++) {
        assertThat(Math.abs(dot(parts.get(i), parts.get(j)))).isLessThan(1e-4);
      }
    }
    assertThat(dot(parts.get(2), c)).isPositive();
  }

  /** The rest of a parallel vector is rounding, which must not take from those behind it. */
  @Test
  void parallelVectorsLeaveTheOthersAlone() {
    Ports ports = ports("withpast", "2.resid_post:add");
    float[] a = tensor(WIDTH).values();
    float[] longer = a.clone();
    for (int i = 0; i < longer.length; i++) {
      longer[i] *= 1.7f;
    }
    float[] c = tensor(WIDTH).values();
    List<float[]> three = orthogonal(ports, a, longer, c);
    assertThat(three.get(1)).containsOnly(0);
    assertThat(three.get(2)).isEqualTo(orthogonal(ports, a, c).get(1));
  }

  private static List<float[]> orthogonal(Ports ports, float[]... vectors) {
    Steering steering = Steering.NONE.resolving(Conflict.ORTHOGONALISE);
    for (float[] vector : vectors) {
      steering = steering.and(Term.of(Vector.of("v", vector), 1));
    }
    return ports.bind(steering, false).edits().get(site(2, Site.Kind.RESID_POST)).stream()
        .map(Bound.Part::added)
        .toList();
  }

  @Test
  void conditionsHaveTheWidthOfTheStream() {
    Ports ports = ports("withpast", "2.resid_post:add", "1.resid_post:tap");
    Condition wide = Condition.above(site(1, Site.Kind.RESID_POST), tensor(WIDTH * 2), 0.1);
    check(ports, Steering.of(Term.of(vector("joy"), 2).when(wide)), Code.VECTOR_WIDTH);
    Floats nan = Floats.filled(Float.NaN, WIDTH);
    Condition bad = Condition.above(site(1, Site.Kind.RESID_POST), nan, 0.1);
    check(ports, Steering.of(Term.of(vector("joy"), 2).when(bad)), Code.VECTOR_NOT_FINITE);
  }

  @Test
  void allProblemsAreTold() {
    Ports ports = ports("withpast", "2.resid_post:add");
    Steering steering =
        Steering.of(
            Term.of(vector("a"), 1).at(1),
            Term.of(vector("b"), 1).at(9),
            Term.of(Vector.of("c", new float[3]), 1).at(2),
            Term.of(based("sha256:other"), 1));
    assertThat(problems(ports, steering).problems())
        .extracting(Problem::code)
        .containsExactly(
            Code.PORT_MISSING, Code.LAYER_OUT_OF_RANGE, Code.VECTOR_WIDTH, Code.WRONG_BASE_MODEL);
  }

  @Test
  void equalEffectsHaveEqualFingerprints() {
    float[] values = tensor(WIDTH).values();
    Term term = Term.of(Vector.of("joy", values), 2);
    assertThat(Steering.of(Term.of(Vector.of("other name", values.clone()), 2)).fingerprint())
        .isEqualTo(Steering.of(term).fingerprint());
    assertThat(Steering.of().fingerprint()).isEqualTo(Steering.NONE.fingerprint());
  }

  @Test
  void otherEffectsHaveOtherFingerprints() {
    float[] values = tensor(WIDTH).values();
    float[] others = values.clone();
    others[23] = Math.nextUp(others[23]);
    Term term = Term.of(Vector.of("joy", values), 2).at(2);
    Floats tensor = new Floats(new long[] {WIDTH}, values);
    Condition when = Condition.above(site(1, Site.Kind.RESID_POST), tensor, 0.1);
    Condition unless = Condition.below(site(1, Site.Kind.RESID_POST), tensor, 0.1);
    Map<String, Steering> all = new LinkedHashMap<>();
    all.put("none", Steering.NONE);
    all.put("term", Steering.of(term));
    all.put("twice", Steering.of(term, term));
    all.put("strength", Steering.of(Term.of(term.vector(), 2.0000001).at(2)));
    all.put("values", Steering.of(Term.of(Vector.of("joy", others), 2).at(2)));
    all.put("block", Steering.of(term.at(1)));
    all.put("kind", Steering.of(term.at(site(2, Site.Kind.ATTN_OUT))));
    all.put("named", Steering.of(term.at(new Site.Named("2"))));
    all.put("op", Steering.of(Term.of(Vector.of("joy", new Edit.Ablate(tensor)), 2).at(2)));
    all.put("level 1", Steering.of(Term.of(Vector.of("joy", new Edit.Clamp(tensor, 1)), 2).at(2)));
    all.put("level 2", Steering.of(Term.of(Vector.of("joy", new Edit.Clamp(tensor, 2)), 2).at(2)));
    all.put("positions", Steering.of(term.on(Positions.PROMPT)));
    all.put("first", Steering.of(term.on(Positions.first(1))));
    all.put("last", Steering.of(term.on(Positions.last(1))));
    all.put("decay", Steering.of(term.fading(Decay.linear(3))));
    all.put("half-life", Steering.of(term.fading(Decay.halfLife(3))));
    all.put("when", Steering.of(term.when(when)));
    all.put("unless", Steering.of(term.when(unless)));
    all.put("when last", Steering.of(term.when(when.atLastToken())));
    all.put("order", Steering.of(term, term).resolving(Conflict.ORTHOGONALISE));
    List<String> prints = all.values().stream().map(Steering::fingerprint).toList();
    assertThat(prints).doesNotHaveDuplicates();
  }

  /** The same words for a place, in one case of one site and in the other of all in the block. */
  @Test
  void onePlaceIsNotAllOfABlock() {
    Ports ports = ports("withpast", "1.resid_post:add", "1.attn_out:add", "2.resid_post:add");
    Steering one = Steering.of(Term.of(placed("joy"), 1).at(1));
    Steering all = Steering.of(SteerText.parse("joy:1@1").term(placed("joy")));
    assertThat(ports.bind(one, false).edits()).hasSize(1);
    assertThat(ports.bind(all, false).edits()).hasSize(2);
    assertThat(one.fingerprint()).isNotEqualTo(all.fingerprint());
  }

  private static Problem check(Ports ports, Steering steering, Code code) {
    SteercException all = problems(ports, steering);
    assertThat(all.problems()).extracting(Problem::code).containsExactly(code);
    return all.problems().get(0);
  }

  private static SteercException problems(Ports ports, Steering steering) {
    return assertThatExceptionOfType(SteercException.class)
        .isThrownBy(() -> ports.bind(steering, false))
        .actual();
  }

  private Ports ports(String name, String... targets) {
    return ports(TestModels.patched(name, folder, targets));
  }

  private static Ports ports(Path patched) {
    ModelFile file = ModelFile.open(patched);
    return Ports.of(file, Manifest.of(file).orElseThrow());
  }

  @Test
  void requiredInputsAreKnownAsSuch() {
    Path model =
        TestModels.patched(
            TestModels.graph("withpast"), folder, InputMode.REQUIRED, "2.resid_post:add");
    assertThat(ports(model).required()).isTrue();
    assertThat(ports("withpast", "2.resid_post:add").required()).isFalse();
  }

  private Vector vector(String name) {
    return Vector.of(name, new float[WIDTH]);
  }

  private Vector ablation(String name) {
    return Vector.of(name, new Edit.Ablate(tensor(WIDTH)));
  }

  /** A vector that was learned at three sites. */
  private static Vector placed(String name) {
    Map<Site, Edit> edits = new LinkedHashMap<>();
    Edit edit = new Edit.Add(Floats.filled(1, WIDTH));
    edits.put(site(1, Site.Kind.RESID_POST), edit);
    edits.put(site(1, Site.Kind.ATTN_OUT), edit);
    edits.put(site(2, Site.Kind.RESID_POST), edit);
    return new Vector(name, edits, Optional.empty(), Optional.empty());
  }

  private Floats tensor(int width) {
    float[] values = new float[width];
    for (int i = 0; i < width; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new Floats(new long[] {width}, values);
  }

  private static double dot(float[] a, float[] b) {
    double dot = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
    }
    return dot;
  }

  private static Site site(int block, Site.Kind kind) {
    return new Site.InBlock(block, kind);
  }
}
