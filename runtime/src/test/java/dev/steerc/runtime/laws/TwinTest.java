package dev.steerc.runtime.laws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.models.Batch;
import dev.steerc.models.TestGraph;
import dev.steerc.models.Trait;
import dev.steerc.plan.AddVector;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Spellings of one model are steered alike, within their precision (law 7). */
class TwinTest {
  private static final long SEED = Long.getLong("steerc.seed", 3);
  private static final int NEW_TOKENS = 8;

  @TempDir private static Path folder;

  /** Loaded once, as many twins are compared with each of them. */
  private static final Map<ModelUnderTest, Decoders> PLAIN = new HashMap<>();

  @AfterAll
  static void closePlain() {
    PLAIN.values().forEach(Decoders::close);
    PLAIN.clear();
  }

  /** A spelling beside the plainest one of the same model. */
  record Pair(ModelUnderTest plain, ModelUnderTest twin) {
    boolean isExact() {
      return twin.kind() == ModelUnderTest.Kind.FLOAT32;
    }

    @Override
    public String toString() {
      return twin + " beside " + plain;
    }
  }

  static Stream<Pair> pairs() {
    Stream<Pair> committed =
        ModelUnderTest.committed().stream()
            .filter(m -> !graph(m).dialect().has(Trait.NO_HEAD))
            .map(m -> new Pair(plain(m), m));
    Stream<Pair> shared =
        ModelUnderTest.shared().stream()
            .filter(m -> m.name().startsWith("gpt2a-"))
            .map(m -> new Pair(exported(), m));
    return Stream.concat(committed, shared).filter(pair -> !pair.plain.equals(pair.twin));
  }

  /** Where the continuations have to be the same, token by token. */
  static Stream<Pair> exactPairs() {
    return pairs().filter(Pair::isExact).filter(pair -> !pair.twin.name().contains("static"));
  }

  private static TestGraph graph(ModelUnderTest model) {
    return model.graph().orElseThrow();
  }

  private static ModelUnderTest plain(ModelUnderTest twin) {
    return ModelUnderTest.committed().stream()
        .filter(m -> graph(m).model() == graph(twin).model())
        .findFirst()
        .orElseThrow();
  }

  private static ModelUnderTest exported() {
    return ModelUnderTest.shared().stream()
        .filter(m -> m.name().equals("gpt2a-optimum-withpast"))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void twinsMoveAlike(Pair pair) {
    Inputs inputs = new Inputs(SEED);
    Decoders plain = PLAIN.computeIfAbsent(pair.plain, model -> new Decoders(model, folder));
    try (Decoders twin = new Decoders(pair.twin, folder)) {
      Batch batch = inputs.batch(twin.original(), pair.twin, 5, 5);
      int hidden = pair.plain.residual().hidden();
      Comparison unsteered = compare(plain.original(), twin.original(), batch, List.of());
      for (Site.InBlock site : outermost(pair.twin)) {
        check(pair, plain, twin, batch, inputs.add(site, hidden, 2, 1), unsteered);
        check(pair, plain, twin, batch, inputs.project(site, hidden, 2, 1), unsteered);
      }
    }
  }

  /**
   * The sites of the first and the last block; every one is compared with a reference elsewhere.
   */
  private static List<Site.InBlock> outermost(ModelUnderTest twin) {
    int last = twin.residual().blocks() - 1;
    return twin.sites().stream().filter(site -> site.block() == 0 || site.block() == last).toList();
  }

  private static void check(
      Pair pair, Decoders plain, Decoders twin, Batch batch, Steering one, Comparison unsteered) {
    Function<Site, Intervention> kind = one.isAdd() ? AddVector::new : Steering::projection;
    List<Steering> steering = List.of(one);
    Comparison steered = compare(plain.everywhere(kind), twin.everywhere(kind), batch, steering);
    if (pair.isExact()) {
      steered.within(pair.twin, "twin", "seed " + SEED + ", " + one.site());
    }
    Comparison.Change change = steered.changeFrom(unsteered);
    String operation = one.isAdd() ? "added" : "projected";
    Comparison.report("1 - cosine of " + pair + ", " + operation, 1 - change.cosine());
    Comparison.report("size of " + pair + ", " + operation, change.size());
    assertThat(change.cosine())
        .as("%s at %s, seed %d", pair, one.site(), SEED)
        .isGreaterThanOrEqualTo(bound(pair.twin.kind().cosine(), one.isAdd()));
  }

  /** These projections move the logits half as far, so the same noise turns them further. */
  private static double bound(double cosine, boolean isAdd) {
    return isAdd ? cosine : 1 - 2 * (1 - cosine);
  }

  /** The logits of all columns that the twin gives. */
  private static Comparison compare(
      Decoder plain, Decoder twin, Batch batch, List<Steering> steering) {
    Floats expected = plain.run(batch, steering).get("logits");
    Floats measured = twin.run(batch, steering).get("logits");
    int first = batch.width() - (int) measured.dims()[1];
    return new Comparison().add(expected, measured, batch, first);
  }

  @ParameterizedTest
  @MethodSource("exactPairs")
  void twinsGoOnAlike(Pair pair) throws IOException {
    Inputs inputs = new Inputs(SEED);
    int blocks = pair.plain.residual().blocks();
    for (int block = 0; block < blocks; block += Math.max(1, blocks - 1)) {
      Site.InBlock site = new Site.InBlock(block, Site.Kind.RESID_POST);
      float[] vector = inputs.vector(pair.plain.residual().hidden());
      assertThat(continuation(pair.twin, site, vector))
          .as("%s at %s, seed %d", pair, site, SEED)
          .isEqualTo(continuation(pair.plain, site, vector));
    }
  }

  private long[] continuation(ModelUnderTest model, Site.InBlock site, float[] vector)
      throws IOException {
    Edit edit = new Edit.Add(new Floats(new long[] {vector.length}, vector));
    Term term = Term.of(Vector.of("v", edit), 1).at(site);
    Path patched =
        model.patched(folder, Request.of(List.of(new AddVector(site)), InputMode.OPTIONAL));
    try (SteeredModel steered = SteeredModel.open(patched)) {
      Prompt prompt =
          Prompt.ofIds(3, 41, 7, 65, 12)
              .steered(dev.steerc.runtime.steering.Steering.of(term))
              .with(s -> s.greedy().maxNewTokens(NEW_TOKENS).endTokens(Set.of()));
      return steered.generate(prompt).get(0).tokens();
    }
  }
}
