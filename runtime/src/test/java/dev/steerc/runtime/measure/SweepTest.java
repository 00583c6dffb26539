package dev.steerc.runtime.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.models.TestData;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import dev.steerc.problem.Code;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.Settings;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.TestModels;
import dev.steerc.runtime.Trace;
import dev.steerc.runtime.Twin;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Condition;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Positions;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Trying points and choosing one. */
class SweepTest {
  private static final Site ZERO = new Site.InBlock(0, Site.Kind.RESID_POST);
  private static final Site TWO = new Site.InBlock(2, Site.Kind.RESID_POST);

  @TempDir private Path folder;

  private final Random random = new Random(3);

  private Floats floats(long... dims) {
    Floats floats = Floats.filled(0, dims);
    for (int i = 0; i < floats.values().length; i++) {
      floats.values()[i] = (float) random.nextGaussian();
    }
    return floats;
  }

  private Vector vector(Edit zero, Edit two) {
    Map<Site, Edit> edits = new LinkedHashMap<>();
    edits.put(ZERO, zero);
    edits.put(TWO, two);
    return new Vector("v", edits, Optional.empty(), Optional.empty());
  }

  private Vector added() {
    return vector(new Edit.Add(floats(24)), new Edit.Add(floats(24)));
  }

  private static Point point(Place place, double strength, double effect, double ppl, double kl) {
    Said said = new Said("p", "p", "t");
    Measurement measured =
        new Measurement(List.of(new Measurement.Sample(said, effect)), ppl, kl, 1);
    return new Point(place, strength, Optional.of(measured));
  }

  private static final Place A = new Place("a", Set.of(ZERO), 0.1);
  private static final Place B = new Place("b", Set.of(TWO), 0.1);
  private static final Measurement PLAIN = point(A, 0, 0.3, 10, 0).measured().orElseThrow();
  private static final List<Point> POINTS =
      List.of(
          point(A, 1, 0.5, 11, 0.1),
          point(A, 2, 0.7, 11.9, 0.3),
          point(A, 4, 0.9, 12.1, 0.45),
          new Point(A, 8, Optional.empty()),
          point(B, 1, 0.7, 11, 0.2),
          point(B, 2, 0.2, 10, 0.5),
          point(B, 4, 0.99, 90, 3));

  @Test
  void bestKeepsTheLimitOfPerplexity() {
    assertThat(Rule.best(1.2).choose(POINTS, PLAIN)).contains(POINTS.get(4)); // cheaper than a x 2
    assertThat(Rule.best(1.25).choose(POINTS, PLAIN)).contains(POINTS.get(2));
    assertThat(Rule.best(10).choose(POINTS, PLAIN)).contains(POINTS.get(6));
    assertThat(Rule.best(1.2).minimising(true).choose(POINTS, PLAIN)).contains(POINTS.get(5));
  }

  @Test
  void isoKlComparesTheStrongestOfEachPlace() {
    assertThat(Rule.isoKl(0.5).choose(POINTS, PLAIN)).contains(POINTS.get(2));
    assertThat(Rule.isoKl(0.35).choose(POINTS, PLAIN)).contains(POINTS.get(4));
    assertThat(Rule.isoKl(0.1).choose(POINTS, PLAIN)).contains(POINTS.get(0));
    assertThat(Rule.isoKl(0.5).minimising(true).choose(POINTS, PLAIN)).contains(POINTS.get(5));
  }

  /** Else the order of the strengths would decide which way counts. */
  @Test
  void isoKlTakesEachDirectionOfAPlaceByItself() {
    Point against = point(A, -2, 0.1, 11, 0.3);
    Point along = point(A, 2, 0.7, 11, 0.3);
    assertThat(Rule.isoKl(0.5).choose(List.of(against, along), PLAIN)).contains(along);
    assertThat(Rule.isoKl(0.5).choose(List.of(along, against), PLAIN)).contains(along);
    Point further = point(A, -4, 0, 11, 0.4);
    assertThat(Rule.isoKl(0.5).choose(List.of(along, further), PLAIN)).contains(along);
  }

  @Test
  void nothingIsChosenThatDoesNoMoreOrCostsTooMuch() {
    Rule strict = Rule.best(0.5);
    assertThat(strict.choose(POINTS, PLAIN)).isEmpty();
    assertThat(strict.nearest(POINTS, PLAIN)).contains(POINTS.get(5));
    Rule less = Rule.best(1.05).minimising(false);
    assertThat(less.choose(POINTS, PLAIN)).isEmpty();
    assertThat(less.nearest(POINTS, PLAIN)).contains(POINTS.get(5));
    assertThat(strict.nearest(List.of(POINTS.get(3)), PLAIN)).isEmpty();
  }

  @Test
  void halvesShareNothingAndKnowNoOrder() {
    List<String> prompts = IntStream.range(0, 101).mapToObj(i -> "prompt " + i).toList();
    Halves halves = Halves.of(prompts);
    assertThat(halves.choosing()).hasSize(51).doesNotContainAnyElementsOf(halves.reporting());
    assertThat(halves.reporting()).hasSize(50);
    List<String> shuffled = new ArrayList<>(prompts);
    Collections.shuffle(shuffled, random);
    assertThat(Set.copyOf(Halves.of(shuffled).choosing())).isEqualTo(Set.copyOf(halves.choosing()));
    assertThat(halves.choosing())
        .isSortedAccordingTo((a, b) -> prompts.indexOf(a) - prompts.indexOf(b));
    Refused.check(Code.BAD_PROMPTS, "two prompts at least", () -> Halves.of(List.of("one")));
  }

  @Test
  void placesAreTheVectorsOrTheRowsThatAreAskedFor() {
    Vector vector = added();
    Map<Site, Double> norms = Map.of(ZERO, 10.0, TWO, 20.0);
    List<Place> own = Grid.places(vector, List.of(), norms, 4);
    assertThat(own).extracting(Place::label).containsExactly("0", "2");
    double length = length(vector, ZERO);
    assertThat(own.get(0).share()).isCloseTo(length / 10, within(1e-6));
    List<Place> asked = Grid.places(vector, List.of("2", "0-3"), norms, 4);
    assertThat(asked.get(1).sites()).containsExactly(ZERO, TWO);
    assertThat(asked.get(1).share())
        .isCloseTo((length / 10 + length(vector, TWO) / 20) / 2, within(1e-6));
    Refused.check(
        Code.SITE_NOT_NAMED, "layers 1,3", () -> Grid.places(vector, List.of("1,3"), norms, 4));
    Grid fractions =
        new Grid(vector, own, List.of(0.2, 0.05), true, Positions.ALL, Optional.empty());
    assertThat(fractions.amounts()).containsExactly(0.05, 0.2);
    assertThat(fractions.strength(own.get(0), 0.2) * own.get(0).share())
        .isCloseTo(0.2, within(1e-9));
    List<Place> twice = List.of(own.get(0), own.get(1), own.get(0));
    assertThat(new Grid(vector, twice, List.of(1.0), false, Positions.ALL, Optional.empty()).size())
        .isEqualTo(2);
    List<Place> unknown = Grid.places(vector, List.of(), Map.of(), 4);
    Refused.check(
        Code.NORM_MISSING,
        "layers 0",
        () -> new Grid(vector, unknown, List.of(0.1), true, Positions.ALL, Optional.empty()));
    Vector ablation = vector(new Edit.Ablate(floats(24)), new Edit.Ablate(floats(24)));
    List<Place> reading = Grid.places(ablation, List.of(), norms, 4);
    Refused.check(
        Code.NORM_MISSING,
        "vector that is added",
        () -> new Grid(ablation, reading, List.of(0.1), true, Positions.ALL, Optional.empty()));
  }

  private static double length(Vector vector, Site site) {
    double squares = 0;
    for (float x : ((Edit.Add) vector.edits().get(site)).vector().values()) {
      squares += x * x;
    }
    return Math.sqrt(squares);
  }

  private Edit edit(String op) {
    return switch (op) {
      case "add" -> new Edit.Add(floats(24));
      case "ablate" -> new Edit.Ablate(floats(24));
      case "clamp" -> new Edit.Clamp(floats(24), 1.5);
      case "reflect" -> new Edit.Reflect(floats(24));
      case "rotate" -> new Edit.Rotate(floats(24), floats(24), 30);
      default -> new Edit.LowRank(floats(24, 3), floats(3), floats(3, 24));
    };
  }

  @Test
  void conditionIsThatOfEveryPoint() {
    Vector vector = added();
    Condition when = Condition.above(TWO, Floats.filled(1, vector.edits().get(TWO).width()), 0.1);
    List<Place> places = Grid.places(vector, List.of("0-2"), Map.of(), 4);
    Grid grid = new Grid(vector, places, List.of(2.0), false, Positions.last(1), Optional.of(when));
    assertThat(grid.steering(places.get(0), 2).terms())
        .singleElement()
        .satisfies(term -> assertThat(term.condition()).contains(when))
        .satisfies(term -> assertThat(term.positions()).isEqualTo(Positions.last(1)));
    assertThat(Grid.needs(vector, Optional.of(when))).contains(new Tap(TWO));
  }

  /** A vector the other way round has other cosines, and what became low-rank has none. */
  @ParameterizedTest
  @CsvSource({
    "add, 2, true, true",
    "add, -2, false, false",
    "ablate, 1, true, true",
    "ablate, 0.5, false, true"
  })
  void whatIsNoLongerTrueIsNotWritten(String op, double strength, boolean when, boolean judged) {
    Vector vector = vector(edit(op), edit(op));
    Path file = folder.resolve("v.safetensors");
    Map<String, String> before =
        Map.of(
            "when", "@2>0.1",
            "separation.blocks.2.resid_post", "0.9",
            "chosen on", "prompt",
            "method", "pca");
    OperatingPoint.write(chosen(vector, strength), new VectorFile(file, vector, before), file);
    Map<String, String> written = VectorFile.open(file).metadata();
    assertThat(written).containsEntry("method", "pca").doesNotContainKey("chosen on");
    assertThat(written.containsKey("when")).isEqualTo(when);
    assertThat(written.containsKey("separation.blocks.2.resid_post")).isEqualTo(judged);
  }

  private static Swept chosen(Vector vector, double strength) {
    Grid grid =
        new Grid(
            vector,
            Grid.places(vector, List.of("2"), Map.of(), 4),
            List.of(strength),
            false,
            Positions.ALL,
            Optional.empty());
    Point chosen = point(grid.places().get(0), strength, 1, 10, 0);
    return new Swept(
        grid,
        Rule.best(1.2),
        new Swept.Baselines(PLAIN, Optional.empty()),
        List.of(chosen),
        Optional.of(chosen),
        Optional.empty());
  }

  /** The file at strength 1 is the vector at the chosen strength and place, to the last bits. */
  @ParameterizedTest
  @ValueSource(strings = {"add", "ablate", "clamp", "reflect", "rotate", "low-rank"})
  void writtenPointIsTheChosenOne(String op) {
    Vector vector = vector(edit(op), edit(op));
    Path file = folder.resolve("v.safetensors");
    for (double strength : new double[] {1, 0.37, -2}) {
      Swept swept = chosen(vector, strength);
      Map<String, String> before =
          Map.of(
              "factor", "3", "method", "pca", "op", op, "level", "9", "at", "blocks.0.resid_post");
      OperatingPoint.write(swept, new VectorFile(file, vector, before), file);
      VectorFile written = VectorFile.open(file);
      assertThat(written.metadata())
          .containsEntry("method", "pca")
          .containsEntry("at", "blocks.2.resid_post")
          .containsEntry("op", op.equals("add") || strength == 1 ? op : "low-rank");
      double factor = Double.parseDouble(written.metadata().get("factor"));
      assertThat(factor).isEqualTo(3 * strength, within(1e-9));
      assertThat(written.metadata().get("chosen by")).contains("best");
      assertThat(written.vector().edits()).containsOnlyKeys(ZERO, TWO);
      try (Twin twin =
          Twin.open(
              TestModels.graph("withpast"),
              model -> Grid.needs(vector, Optional.empty()),
              ModelOptions.DEFAULT.threads(1))) {
        Trace expected = trace(twin.model(), Steering.of(Term.of(vector, strength).at(TWO)));
        Trace there = trace(twin.model(), Steering.of(written.vector(), 1));
        assertThat(there.logprobs()).containsExactly(expected.logprobs(), within(1e-4f));
        if (op.equals("add")) {
          assertThat(there.logprobs()).isEqualTo(expected.logprobs());
        }
        assertThat(there.logprobs()).isNotEqualTo(trace(twin.model(), Steering.NONE).logprobs());
      }
    }
  }

  private static Trace trace(SteeredModel model, Steering steering) {
    return model.trace(Prompt.ofIds(4, 8, 15, 16, 23).steered(steering)).get(0);
  }

  /** Whatever the strengths do, the grid is whole, and stops where texts have fallen apart. */
  @Test
  void ruinedPlacesAreNotTriedAnyFurther() throws IOException {
    Vector vector = added();
    try (Twin twin = twin(vector);
        Scorer scorer = letters()) {
      List<Integer> done = new ArrayList<>();
      Swept swept =
          sweep(twin.model(), vector, scorer, 6)
              .run(
                  (what, texts, all) -> {
                    assertThat(all).isEqualTo(3 * (8 + 2) + 3 * 3);
                    done.add(texts);
                  });
      assertThat(swept.points()).hasSize(8);
      assertThat(swept.points()).extracting(Point::strength).startsWith(0.001, -0.001, 1e36, 2e36);
      assertThat(swept.points().get(0).measured()).isPresent();
      assertThat(swept.points().get(1).measured()).isPresent();
      assertThat(swept.points().get(3).measured()).isEmpty();
      assertThat(done).isSorted();
      assertThat(done.get(done.size() - 1)).isEqualTo(swept.chosen().isPresent() ? 39 : 30);
    }
  }

  /** Else machines that hold them beside each other would find something else. */
  @Test
  void sittingsMayBeHeldInAnyOrder() throws IOException {
    Vector vector = added();
    try (Twin twin = twin(vector);
        Scorer scorer = letters()) {
      Sweep sweep = sweep(twin.model(), vector, scorer, 70);
      List<Integer> waves = new ArrayList<>();
      Swept elsewhere =
          sweep.run(
              (sittings, progress) -> {
                waves.add(sittings.size());
                return shuffled(sittings, sweep);
              },
              Sweep.Progress.NONE);
      assertThat(elsewhere).isEqualTo(sweep.run(Sweep.Progress.NONE));
      // three parts each: two baselines, two ways at two places, one way at those, and the report
      assertThat(waves.subList(0, 3)).containsExactly(6, 12, 6);
    }
  }

  private List<Tally> shuffled(List<Sitting> sittings, Sweep sweep) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, sittings.size()).boxed().toList());
    Collections.shuffle(order, random);
    Tally[] tallies = new Tally[sittings.size()];
    for (int i : order) {
      Sitting one = sittings.get(i);
      Steering steering =
          one.place()
              .map(place -> sweep.grid().steering(place, one.strength()))
              .orElse(Steering.NONE);
      tallies[i] = sweep.choosing().candidate().take(one.part(), steering);
    }
    return List.of(tallies);
  }

  private Twin twin(Vector vector) throws IOException {
    Path path = folder.resolve("model.onnx");
    Files.copy(TestModels.graph("withpast"), path);
    Files.copy(
        TestData.root().resolve("testdata/tokenizer/tokenizer.json"),
        folder.resolve("tokenizer.json"));
    return Twin.open(
        path, model -> Grid.needs(vector, Optional.empty()), ModelOptions.DEFAULT.threads(1));
  }

  private Scorer letters() throws IOException {
    return WordScorer.open(Files.writeString(folder.resolve("w"), "/[a-m]/"));
  }

  private Sweep sweep(SteeredModel model, Vector vector, Scorer scorer, int prompts) {
    Halves halves = Halves.of(IntStream.range(0, prompts).mapToObj(i -> "Go " + i).toList());
    Grid grid =
        new Grid(
            vector,
            Grid.places(vector, List.of(), Map.of(), 4),
            List.of(0.001, 1e36, 2e36, -0.001),
            false,
            Positions.ALL,
            Optional.empty());
    return new Sweep(
        grid,
        Rule.best(1.5),
        Optional.of("Now: "),
        new Exam(model, halves.choosing(), SweepTest::few, scorer, 5),
        new Exam(model, halves.reporting(), SweepTest::few, scorer, 5));
  }

  private static Settings few(Settings settings) {
    return settings.greedy().maxNewTokens(4);
  }
}
