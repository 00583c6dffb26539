package dev.steerc.runtime.steering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.steerc.manifest.Manifest;
import dev.steerc.models.Batch;
import dev.steerc.onnx.ModelFile;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Site;
import dev.steerc.runtime.Engine;
import dev.steerc.runtime.Feed;
import dev.steerc.runtime.TestModels;
import dev.steerc.runtime.format.Floats;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever inputs a model has at a site, a steering does the same there: what the tap behind it
 * shows is computed by hand from the tap of the unsteered run.
 */
class FeederTest {
  private static final long SEED = Long.getLong("steerc.seed", 17);
  private static final Site SITE = new Site.InBlock(1, Site.Kind.RESID_POST);
  private static final String TAP = "tap.blocks.1.resid_post";
  private static final int WIDTH = 24;
  private static final int[] LENGTHS = {6, 3, 5, 6};
  private static final int PROMPT = 3;

  @TempDir private Path folder;

  private final Random random = new Random(SEED);

  @BeforeAll
  static void tellTheSeed() {
    System.out.println("FeederTest: -Dsteerc.seed=" + SEED);
  }

  static Stream<Arguments> shapes() {
    List<Arguments> shapes = new ArrayList<>();
    for (InputMode mode : InputMode.values()) {
      for (String ops :
          List.of(
              "project",
              "add project",
              "project add",
              "project@6",
              "project@7",
              "add project@4",
              "project@6 add")) {
        shapes.add(Arguments.of(mode, ops));
      }
    }
    return shapes.stream();
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void allInputsGiveTheSameFunction(InputMode mode, String ops) {
    check(mode, ops, List.of(many(), adds(), Steering.NONE, projections()));
    check(mode, ops, List.of(many(), many(), many(), many()));
    Steering one = many();
    check(mode, ops, List.of(one, one, one, one));
  }

  @Test
  void addAloneAdds() {
    for (InputMode mode : InputMode.values()) {
      check(mode, "add", List.of(adds(), Steering.NONE, adds(), adds()));
    }
  }

  @Test
  void oneFixedDirectionIsEnoughForOne() {
    for (InputMode mode : InputMode.values()) {
      Steering ablation = Steering.of(Term.of(Vector.of("a", new Edit.Ablate(tensor())), 0.7));
      Steering add = Steering.of(Term.of(Vector.of("v", tensor().values()), 1.3));
      check(mode, "project@1", List.of(ablation, add, Steering.NONE, add));
      check(mode, "project@1 add", List.of(ablation, add, Steering.NONE, add));
      check(mode, "add project@1", List.of(ablation, add, ablation.and(add.terms().get(0)), add));
    }
  }

  @Test
  void sameSteeringIsFedAsBefore() {
    Ports ports = ports(model(InputMode.OPTIONAL, "add project"));
    Feeder feeder = new Feeder(ports);
    Steering constant = Steering.of(Vector.of("v", tensor().values()), 2);
    List<Schedule> rows = List.of(new Schedule(PROMPT, ports.bind(constant, false)));
    Map<String, Floats> first = feeder.feeds(rows, new int[] {9}, 1);
    assertThat(feeder.feeds(rows, new int[] {10}, 1)).isSameAs(first);
    rows.get(0).swap(11, ports.bind(adds(), false));
    assertThat(feeder.feeds(rows, new int[] {11}, 1)).isNotSameAs(first);
  }

  @Test
  void nothingIsFedWhereNothingActs() {
    Ports ports = ports(model(InputMode.OPTIONAL, "add project"));
    Term later = Term.of(Vector.of("v", tensor().values()), 2).on(Positions.after(5));
    List<Schedule> rows = List.of(new Schedule(PROMPT, ports.bind(Steering.of(later), false)));
    assertThat(new Feeder(ports).feeds(rows, new int[] {0}, 5)).isEmpty();
    assertThat(new Feeder(ports).feeds(rows, new int[] {0}, 6).keySet())
        .containsExactly("steer.blocks.1.resid_post.add");
    rows =
        List.of(new Schedule(PROMPT, ports.bind(Steering.of(Term.of(later.vector(), 0)), false)));
    assertThat(new Feeder(ports).feeds(rows, new int[] {0}, 6)).isEmpty();
  }

  /** A swap leaves the tokens before it, in a run over all of them. */
  @Test
  void swapActsFromItsTokenOn() {
    Path model = model(InputMode.OPTIONAL, "add project");
    Ports ports = ports(model);
    Steering before = many();
    Steering behind = many();
    List<Schedule> rows = new ArrayList<>();
    for (int i = 0; i < LENGTHS.length; i++) {
      rows.add(new Schedule(PROMPT, ports.bind(before, false)));
      rows.get(i).swap(4, ports.bind(behind, false));
    }
    check(model, ports, rows, (row, position) -> position < 4 ? before : behind);
  }

  /** Two vectors added at different tokens, the second fading. */
  private Steering adds() {
    return Steering.of(
        Term.of(Vector.of("a", tensor().values()), random.nextGaussian()).on(Positions.after(2)),
        Term.of(Vector.of("b", tensor().values()), random.nextGaussian())
            .fading(Decay.halfLife(2)));
  }

  /** Edits of rank 4 in all. */
  private Steering projections() {
    return Steering.of(
        Term.of(Vector.of("c", new Edit.Ablate(tensor())), 1),
        Term.of(Vector.of("d", new Edit.Clamp(tensor(), 2.5)), 0.5).on(Positions.first(4)),
        Term.of(Vector.of("e", new Edit.Rotate(tensor(), tensor(), 40)), 1)
            .on(Positions.GENERATED)
            .fading(Decay.linear(4)));
  }

  private Steering many() {
    List<Term> terms = new ArrayList<>(projections().terms());
    terms.addAll(1, adds().terms());
    return new Steering(terms, Conflict.SUM);
  }

  private interface Acting {
    Steering at(int row, int position);
  }

  private void check(InputMode mode, String ops, List<Steering> steering) {
    Path model = model(mode, ops);
    Ports ports = ports(model);
    List<Schedule> rows =
        steering.stream().map(s -> new Schedule(PROMPT, ports.bind(s, false))).toList();
    check(model, ports, rows, (row, position) -> steering.get(row));
  }

  private void check(Path model, Ports ports, List<Schedule> rows, Acting acting) {
    long[][] ids = new long[LENGTHS.length][];
    int[] first = new int[LENGTHS.length];
    for (int row = 0; row < ids.length; row++) {
      ids[row] = random.longs(LENGTHS[row], 0, 96).toArray();
      first[row] = LENGTHS[row] - 6;
    }
    Batch batch = Batch.leftPadded(ids);
    List<Schedule> none =
        rows.stream().map(r -> new Schedule(PROMPT, ports.bind(Steering.NONE, false))).toList();
    try (Engine engine = Engine.open(model, OptLevel.ALL_OPT)) {
      Floats plain = engine.run(feeds(batch), new Feeder(ports).feeds(none, first, 6)).get(TAP);
      Floats steered = engine.run(feeds(batch), new Feeder(ports).feeds(rows, first, 6)).get(TAP);
      for (int row = 0; row < ids.length; row++) {
        for (int position = 0; position < LENGTHS[row]; position++) {
          int at = row * 6 + position - first[row];
          double[] expected = edited(vector(plain, at), acting.at(row, position), position);
          assertThat(vector(steered, at))
              .as("seed " + SEED + ", row " + row + ", position " + position)
              .containsExactly(expected, within(2e-5));
        }
      }
    }
  }

  /** What a steering is said to do: vectors first, then every edit reads their sum. */
  private static double[] edited(double[] x, Steering steering, int position) {
    double[] sum = x.clone();
    for (Term term : steering.terms()) {
      if (term.vector().placeless().orElseThrow() instanceof Edit.Add add) {
        for (int i = 0; i < sum.length; i++) {
          sum[i] += term.strengthAt(position, PROMPT) * add.vector().values()[i];
        }
      }
    }
    double[] y = sum.clone();
    for (Term term : steering.terms()) {
      double[] change = change(term.vector().placeless().orElseThrow(), sum);
      for (int i = 0; i < y.length; i++) {
        y[i] += term.strengthAt(position, PROMPT) * change[i];
      }
    }
    return y;
  }

  private static double[] change(Edit edit, double[] x) {
    double[] change = new double[x.length];
    if (edit instanceof Edit.Ablate ablate) {
      double[] u = unit(ablate.vector());
      add(change, -dot(x, u), u);
    } else if (edit instanceof Edit.Clamp clamp) {
      double[] u = unit(clamp.vector());
      add(change, clamp.level() - dot(x, u), u);
    } else if (edit instanceof Edit.Rotate turn) {
      double[] u = unit(turn.vector());
      double[] across = unit(turn.towards());
      add(across, -dot(across, u), u);
      double[] w = new double[x.length];
      add(w, 1 / Math.sqrt(dot(across, across)), across);
      double angle = Math.toRadians(turn.degrees());
      double a = dot(x, u);
      double b = dot(x, w);
      add(change, a * Math.cos(angle) - b * Math.sin(angle) - a, u);
      add(change, a * Math.sin(angle) + b * Math.cos(angle) - b, w);
    }
    return change;
  }

  private Path model(InputMode mode, String ops) {
    List<String> targets = new ArrayList<>();
    for (String op : ops.split(" ")) {
      targets.add("1.resid_post:" + op);
    }
    targets.add("1.resid_post:tap");
    Path graph = TestModels.graph("nopast-op17");
    return TestModels.patched(graph, folder, mode, targets.toArray(String[]::new));
  }

  private static Ports ports(Path model) {
    ModelFile file = ModelFile.open(model);
    return Ports.of(file, Manifest.of(file).orElseThrow());
  }

  private static Map<String, Feed> feeds(Batch batch) {
    Map<String, Feed> feeds = new LinkedHashMap<>();
    feeds.put("input_ids", feed(batch.ids()));
    feeds.put("attention_mask", feed(batch.mask()));
    feeds.put("position_ids", feed(batch.positions()));
    return feeds;
  }

  private static Feed feed(long[][] rows) {
    int width = rows[0].length;
    long[] dims = {rows.length, width};
    return Feed.of(OnnxJavaType.INT64, dims, i -> rows[i / width][i % width]);
  }

  private Floats tensor() {
    float[] values = new float[WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new Floats(new long[] {WIDTH}, values);
  }

  private static double[] vector(Floats tensor, int at) {
    double[] vector = new double[WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      vector[i] = tensor.values()[at * WIDTH + i];
    }
    return vector;
  }

  private static double[] unit(Floats vector) {
    double[] values = vector(vector, 0);
    double[] unit = new double[WIDTH];
    add(unit, 1 / Math.sqrt(dot(values, values)), values);
    return unit;
  }

  private static void add(double[] total, double factor, double[] vector) {
    for (int i = 0; i < total.length; i++) {
      total[i] += factor * vector[i];
    }
  }

  private static double dot(double[] a, double[] b) {
    double dot = 0;
    for (int i = 0; i < a.length; i++) {
      dot += a[i] * b[i];
    }
    return dot;
  }
}
