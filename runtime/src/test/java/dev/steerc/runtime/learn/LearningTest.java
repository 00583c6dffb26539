package dev.steerc.runtime.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.models.TestData;
import dev.steerc.models.corpus.Concept;
import dev.steerc.models.corpus.Pair;
import dev.steerc.models.corpus.Prompts;
import dev.steerc.models.corpus.Use;
import dev.steerc.plan.AddVector;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import dev.steerc.problem.Code;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.TestModels;
import dev.steerc.runtime.Twin;
import dev.steerc.runtime.capture.Capture;
import dev.steerc.runtime.capture.Passage;
import dev.steerc.runtime.capture.Pooling;
import dev.steerc.runtime.capture.Progress;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.format.Safetensors;
import dev.steerc.runtime.measure.Effect;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import dev.steerc.runtime.steering.VectorStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** From pairs of texts to a vector's file, on a model that was trained. */
class LearningTest {
  private static final Path DEMO = TestData.root().resolve("models/demo/model.onnx");
  private static final int BLOCKS = 4;
  private static final int TEXTS = 60;

  @TempDir private Path folder;

  private static Twin twin;

  @BeforeAll
  static void open() {
    twin =
        Twin.open(
            DEMO,
            model -> {
              List<Intervention> all = new ArrayList<>();
              for (Site site : sites()) {
                all.add(new Tap(site));
                all.add(new AddVector(site));
              }
              return all;
            },
            ModelOptions.DEFAULT.threads(1));
  }

  @AfterAll
  static void close() {
    twin.close();
  }

  private static List<Site> sites() {
    List<Site> sites = new ArrayList<>();
    for (int block = 0; block < BLOCKS; block++) {
      sites.add(new Site.InBlock(block, Site.Kind.RESID_MID));
    }
    return sites;
  }

  private static List<Contrast> pairs(int count) {
    return Concept.pairs("joyful", 1, count).stream()
        .map(pair -> new Contrast(pair.positive(), pair.negative()))
        .toList();
  }

  private static Capture capture(Pooling pooling) {
    return Capture.of(twin.model(), Set.copyOf(sites()), pooling);
  }

  private static Learning learn(List<Contrast> pairs, Lesson lesson) {
    return Learning.of(capture(Pooling.MEAN), Examples.ofPairs(pairs), lesson, Progress.NONE);
  }

  @Test
  void joyIsLearnedAndSteersWhereItIsAdvised() {
    Learning learning = learn(pairs(200), Lesson.of(Method.DIFFMEAN));
    assertThat(learning.learned().values())
        .anyMatch(learned -> learned.diagnosis().separation() > 0.9);
    Vector joy = learning.vector("joy");
    assertThat(joy.chosen()).containsExactly(learning.advice().site());
    double plain = joyful(Steering.NONE);
    double steered = joyful(Steering.of(Term.of(joy, 1)));
    System.out.printf(
        "joyful texts: %.2f plain, %.2f steered at %s%n", plain, steered, joy.chosen());
    assertThat(steered).isGreaterThan(plain + 0.2);
  }

  private static double joyful(Steering steering) {
    List<Prompt> prompts =
        Prompts.plainStories(Use.REPORTING, 11, TEXTS).stream()
            .map(text -> Prompt.of(text).with(settings -> settings.maxNewTokens(50)))
            .toList();
    return Effect.of(twin.model(), prompts, steering, text -> Concept.shows("joyful", text), 11)
        .rate();
  }

  /** Of the pairs that are not held out, told in other words than the library's. */
  @ParameterizedTest
  @EnumSource(names = {"MEAN", "LAST"})
  void vectorIsTheDifferenceOfTheMeans(Pooling pooling) {
    List<Contrast> pairs = pairs(20);
    Lesson lesson = new Lesson(Method.DIFFMEAN, Form.ADD, 0.3, 5);
    Learning learning =
        Learning.of(capture(pooling), Examples.ofPairs(pairs), lesson, Progress.NONE);
    assertThat(learning.material().heldOut()).isBetween(1, 19);
    assertThat(learning.material().count() + learning.material().heldOut()).isEqualTo(20);
    List<String> keys =
        pairs.stream().map(pair -> pair.positive() + "\0" + pair.negative()).toList();
    var heldOut = Split.of(keys, 0.3, 5);
    for (Site site : sites()) {
      double[] expected = new double[128];
      double lengths = 0;
      int tokens = 0;
      for (int p = 0; p < 20; p++) {
        Contrast pair = pairs.get(p);
        for (int sign : new int[] {1, -1}) {
          String text = sign > 0 ? pair.positive() : pair.negative();
          String other = sign > 0 ? pair.negative() : pair.positive();
          long[] ids = twin.model().tokenizer().orElseThrow().encode(text);
          int from = pooling == Pooling.LAST ? ids.length - 1 : different(text, other, ids);
          Floats values =
              twin.model()
                  .trace(List.of(Prompt.of(text)), Set.of(site))
                  .get(0)
                  .activations()
                  .get(site);
          for (int token = from; token < ids.length; token++) {
            double squares = 0;
            for (int i = 0; i < 128; i++) {
              double x = values.values()[token * 128 + i];
              squares += x * x;
              if (!heldOut.get(p)) {
                expected[i] += sign * x / (ids.length - from) / learning.material().count();
              }
            }
            lengths += Math.sqrt(squares);
            tokens++;
          }
        }
      }
      Learned learned = learning.learned().get(site);
      float[] vector = ((Edit.Add) learned.edit()).vector().values();
      for (int i = 0; i < 128; i++) {
        assertThat((double) vector[i]).isCloseTo(expected[i], within(2e-3));
      }
      double typical = lengths / tokens;
      assertThat(learned.diagnosis().typical()).isCloseTo(typical, within(1e-4 * typical));
    }
  }

  /** The first token that differs from those of what both texts begin with. */
  private static int different(String text, String other, long[] ids) {
    int same = 0;
    while (text.charAt(same) == other.charAt(same)) {
      same++;
    }
    long[] beginning = twin.model().tokenizer().orElseThrow().encode(text.substring(0, same));
    int from = 0;
    while (from < beginning.length && beginning[from] == ids[from]) {
      from++;
    }
    return from;
  }

  @Test
  void sameTextsAndSeedGiveTheSameFile() throws IOException {
    Capture capture = capture(Pooling.MEAN);
    Examples examples = Examples.ofPairs(pairs(30));
    Lesson lesson = Lesson.of(Method.PCA);
    Path kept = folder.resolve("acts");
    Learning first = Learning.of(capture, kept, examples, lesson, Progress.NONE);
    Learning again = Learning.of(capture, kept, examples, lesson, Progress.NONE);
    assertThat(first.material().captured().found()).isZero();
    assertThat(again.material().captured().found()).isEqualTo(60);
    Learning anew = Learning.of(capture, examples, lesson, Progress.NONE);
    byte[] bytes = bytes(first);
    assertThat(bytes(again)).isEqualTo(bytes);
    assertThat(bytes(anew)).isEqualTo(bytes);
    Lesson other = new Lesson(Method.PCA, Form.ADD, 0.2, 2);
    assertThat(bytes(Learning.of(capture, kept, examples, other, Progress.NONE)))
        .isNotEqualTo(bytes);
  }

  private byte[] bytes(Learning learning) throws IOException {
    Path file = folder.resolve("v.safetensors");
    learning.write(file);
    return Files.readAllBytes(file);
  }

  @Test
  void fileSaysHowItWasLearned() {
    List<Contrast> pairs =
        Concept.pairs("joyful", 3, 25).stream().map(LearningTest::prompted).toList();
    Learning learning = learn(pairs, Lesson.of(Method.DIFFMEAN));
    Path file = folder.resolve("joy.safetensors");
    learning.write(file);
    Map<String, String> said = Safetensors.read(file).metadata();
    String counts =
        learning.material().count()
            + " learned from, "
            + learning.material().heldOut()
            + " held out";
    assertThat(said)
        .containsEntry("op", "add")
        .containsEntry("base", twin.model().ports().base())
        .containsEntry("at", learning.advice().site().path())
        .containsEntry("producer", "steerc 0.1.0")
        .containsEntry("method", "diffmean")
        .containsEntry("positions", "mean")
        .containsEntry("pairs", counts)
        .containsEntry("seed", "1")
        .containsEntry("held out", "0.2");
    assertThat(said.get("tokenizer")).startsWith("sha256:").hasSize(71);
    assertThat(said.get("template")).startsWith("sha256:").hasSize(71);
    for (Site site : sites()) {
      double norm = Double.parseDouble(said.get("norm." + site.path()));
      double typical = learning.learned().get(site).diagnosis().typical();
      assertThat(norm).isCloseTo(typical, within(1e-3 * typical));
      assertThat(said)
          .containsKeys(
              "separation." + site.path(), "agreement." + site.path(), "wrong side." + site.path());
    }
    checkSeen(pairs, Seen.parse(said.get("seen")));
    assertThat(VectorFile.read(file).acting()).containsOnlyKeys(learning.advice().site());
    assertThat(VectorFile.read(file).edits()).containsOnlyKeys(sites().toArray(Site[]::new));
  }

  private static Contrast prompted(Pair pair) {
    int opening = pair.opening().length();
    return new Contrast(
        pair.opening(), pair.positive().substring(opening), pair.negative().substring(opening));
  }

  /** Prompts of pairs that are held out are not seen, unless another pair has the same one. */
  private static void checkSeen(List<Contrast> pairs, Seen seen) {
    var heldOut = Examples.ofPairs(pairs).heldOut(0.2, 1);
    List<String> learned = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      (heldOut.get(i) ? others : learned).add(pairs.get(i).prompt());
    }
    others.removeAll(learned);
    assertThat(learned).isNotEmpty().allMatch(seen::contains);
    assertThat(others).isNotEmpty().noneMatch(seen::contains);
  }

  /** An affine edit has no one direction that a condition could look along. */
  @ParameterizedTest
  @EnumSource
  void conditionIsWrittenWhereItCanBeUsed(Form form) {
    List<Labelled> texts = new ArrayList<>();
    for (String mood : List.of("gloomy", "joyful")) {
      Concept.pairs(mood, 4, 20)
          .forEach(pair -> texts.add(new Labelled(new Passage("", pair.positive()), mood)));
    }
    Lesson lesson = new Lesson(Method.DIFFMEAN, form, 0.2, 1);
    Learning learning =
        Learning.of(capture(Pooling.MEAN), Examples.ofLabelled(texts), lesson, Progress.NONE);
    learning.write(folder.resolve("v.safetensors"));
    assertThat(learning.gate().isPresent()).isEqualTo(form != Form.SET);
    if (form != Form.SET) {
      assertThat(VectorStore.open(folder).condition("v").site())
          .isEqualTo(learning.gate().orElseThrow().site());
    }
  }

  @Test
  void threeClassesAreErased() {
    List<Labelled> texts = new ArrayList<>();
    for (String mood : List.of("joyful", "gloomy", "calm")) {
      Concept.pairs(mood, 4, 20)
          .forEach(pair -> texts.add(new Labelled(new Passage("", pair.positive()), mood)));
    }
    Capture capture = capture(Pooling.MEAN);
    Examples examples = Examples.ofLabelled(texts);
    Learning learning = Learning.of(capture, examples, Lesson.of(Method.LEACE), Progress.NONE);
    assertThat(learning.learned().values())
        .allMatch(
            learned -> learned.edit() instanceof Edit.LowRank erase && erase.bias().width() == 2);
    Path file = folder.resolve("erase.safetensors");
    learning.write(file);
    assertThat(Safetensors.read(file).metadata())
        .containsEntry("op", "low-rank")
        .containsKey("texts")
        .doesNotContainKey("pairs");
    assertThatExceptionOfType(SteercException.class)
        .isThrownBy(
            () -> Learning.of(capture, examples, Lesson.of(Method.DIFFMEAN), Progress.NONE));
  }

  @Test
  void textsNeedATokenizer() throws IOException {
    Path mute = TestModels.patched("withpast", folder, "1.resid_mid:tap");
    try (SteeredModel model = SteeredModel.open(mute)) {
      Capture capture =
          Capture.of(model, Set.of(new Site.InBlock(1, Site.Kind.RESID_MID)), Pooling.LAST);
      Examples examples = Examples.ofPairs(pairs(2));
      assertThatExceptionOfType(SteercException.class)
          .isThrownBy(
              () -> Learning.of(capture, examples, Lesson.of(Method.DIFFMEAN), Progress.NONE))
          .satisfies(e -> assertThat(e.problems().get(0).code()).isEqualTo(Code.NO_TOKENIZER));
    }
  }

  @Test
  void settingsAreChecked() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Lesson(Method.PCA, Form.ADD, 1, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Lesson(Method.PCA, Form.ADD, -0.1, 1));
    Examples examples = Examples.ofPairs(pairs(2));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Learning.of(capture(Pooling.ALL), examples, Lesson.of(Method.PCA), Progress.NONE));
  }
}
