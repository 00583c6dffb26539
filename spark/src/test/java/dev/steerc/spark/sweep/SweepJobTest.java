package dev.steerc.spark.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.steerc.models.corpus.Concept;
import dev.steerc.models.corpus.Prompts;
import dev.steerc.models.corpus.Use;
import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Provider;
import dev.steerc.runtime.Settings;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.Twin;
import dev.steerc.runtime.measure.ContinuationScorer;
import dev.steerc.runtime.measure.ContinuationScorer.Choice;
import dev.steerc.runtime.measure.Exam;
import dev.steerc.runtime.measure.Grid;
import dev.steerc.runtime.measure.Halves;
import dev.steerc.runtime.measure.Point;
import dev.steerc.runtime.measure.Rule;
import dev.steerc.runtime.measure.Scorer;
import dev.steerc.runtime.measure.Sweep;
import dev.steerc.runtime.measure.Swept;
import dev.steerc.runtime.measure.WordScorer;
import dev.steerc.runtime.steering.Condition;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Positions;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import dev.steerc.spark.LocalCluster;
import dev.steerc.spark.cost.Costs;
import dev.steerc.spark.ship.Location;
import dev.steerc.spark.ship.Shipment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A sweep on two executors against the same one on this machine. */
@ExtendWith(LocalCluster.class)
class SweepJobTest {
  private static final Path DEMO = LocalCluster.root().resolve("models/demo");
  private static final Path MODEL = DEMO.resolve("model.onnx");
  private static final Site ONE = new Site.InBlock(1, Site.Kind.RESID_MID);
  private static final Site TWO = new Site.InBlock(2, Site.Kind.RESID_MID);
  private static final List<Double> STRENGTHS = List.of(0.5, 0.8, 400.0, 800.0);

  @TempDir private Path folder;

  private final JavaSparkContext spark =
      JavaSparkContext.fromSparkContext(LocalCluster.session().sparkContext());
  private final Costs costs = Costs.of(spark.sc(), "test");
  private final List<String> said = new ArrayList<>();
  private VectorFile vector;
  private Twin twin;

  @BeforeEach
  void twoPlaces() {
    Vector joy = VectorFile.read(DEMO.resolve("vectors/joy.safetensors"));
    Map<Site, Edit> edits = new LinkedHashMap<>();
    edits.put(ONE, joy.edits().get(ONE));
    edits.put(TWO, joy.edits().get(ONE));
    Path file = folder.resolve("joys.safetensors");
    VectorFile.write(
        new Vector("joys", edits, Optional.empty(), joy.base()), Map.of("method", "made up"), file);
    vector = VectorFile.open(file);
  }

  @AfterEach
  void close() {
    Optional.ofNullable(twin).ifPresent(Twin::close);
  }

  /** With the very inputs that executors open it with: others round otherwise. */
  private SteeredModel model(Optional<Condition> when) {
    twin =
        Twin.open(
            MODEL, found -> Grid.needs(vector.vector(), when), ModelOptions.DEFAULT.threads(1));
    return twin.model();
  }

  private Condition condition() {
    Edit.Add add = (Edit.Add) vector.vector().edits().get(ONE);
    return Condition.above(ONE, add.vector(), 0.01);
  }

  private Scorer words() throws Exception {
    return WordScorer.open(Files.write(folder.resolve("words"), Concept.words("joyful")));
  }

  private static List<String> prompts() {
    return Prompts.plainStories(Use.CHOOSING, 1, 40);
  }

  private Sweep sweep(Scorer scorer, List<String> prompts, Optional<Condition> when) {
    SteeredModel model = model(when);
    Halves halves = Halves.of(prompts);
    return new Sweep(
        new Grid(
            vector.vector(),
            Grid.places(vector.vector(), List.of(), Map.of(), model.ports().blocks()),
            STRENGTHS,
            false,
            Positions.after(1),
            when),
        Rule.best(3),
        Optional.of("A joyful story. "),
        new Exam(model, halves.choosing(), SweepJobTest::few, scorer, 5),
        new Exam(model, halves.reporting(), SweepJobTest::few, scorer, 5));
  }

  private static Settings few(Settings settings) {
    return settings.maxNewTokens(8);
  }

  private SweepJob job(boolean anyBase) {
    Shipment shipment = Shipment.of(Location.parse(MODEL.toString()), folder);
    return new SweepJob(spark, shipment, Provider.CPU, anyBase, costs, said::add);
  }

  /** To the last bit: the same parts are run alike, wherever. */
  private Swept check(Sweep sweep) {
    Swept here = sweep.run(Sweep.Progress.NONE);
    assertThat(job(false).run(sweep, vector)).isEqualTo(here);
    return here;
  }

  @Test
  void sweepIsTheOneOfASingleMachine() throws Exception {
    Swept swept = check(sweep(words(), prompts(), Optional.empty()));
    assertThat(swept.chosen()).isPresent();
    assertThat(swept.points().stream().map(Point::measured).filter(Optional::isEmpty)).isNotEmpty();
    assertThat(said.get(0)).isEqualTo("wave 1: plain and 1 more, 40 texts; 0 of 260 are done");
    int skipped = (int) swept.points().stream().filter(p -> p.measured().isEmpty()).count();
    assertThat(costs.total().rows()).isEqualTo(20 * (2 + 8 - skipped) + 60);
    assertThat(costs.value()).hasSize(2);
  }

  @Test
  void executorsAskTheModelWhichContinuationIsLikelier() {
    Map<String, List<Choice>> choices = new LinkedHashMap<>();
    for (String prompt : prompts()) {
      choices.put(prompt, List.of(new Choice(" smiled and laughed.", " wept alone.")));
    }
    Scorer scorer = new ContinuationScorer(Path.of("choices"), choices);
    Swept swept = check(sweep(scorer, prompts(), Optional.of(condition())));
    assertThat(swept.baselines().plain().effect()).isBetween(1e-6, 0.999);
  }

  @Test
  void nothingIsLostWithAnExecutor() throws Exception {
    Sweep sweep = sweep(words(), prompts(), Optional.empty());
    Path marker = folder.resolve("fallen");
    Fall fall = new Fall(job(false).task(sweep, vector), marker.toString());
    Swept there = sweep.run(new SparkHall(spark, sweep.grid(), fall), Sweep.Progress.NONE);
    assertThat(marker).exists();
    assertThat(there).isEqualTo(sweep.run(Sweep.Progress.NONE));
  }

  @Test
  void whatDoesNotFitIsSaidBeforeAnythingRuns() throws Exception {
    Vector other =
        new Vector("joys", vector.vector().edits(), Optional.empty(), Optional.of("sha256:other"));
    vector = vector.with(other);
    Sweep sweep = sweep(words(), prompts(), Optional.empty());
    SteercException problem =
        catchThrowableOfType(SteercException.class, () -> job(false).run(sweep, vector));
    assertThat(problem.problems().get(0).code()).isEqualTo(Code.WRONG_BASE_MODEL);
    assertThat(said).isEmpty();
  }
}
