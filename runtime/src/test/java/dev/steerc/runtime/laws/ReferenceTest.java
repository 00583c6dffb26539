package dev.steerc.runtime.laws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.models.Batch;
import dev.steerc.models.Gpt2Reference;
import dev.steerc.models.TestGraph;
import dev.steerc.plan.AddVector;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import dev.steerc.runtime.format.Floats;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The committed graphs against a forward pass that looks at no graph (laws 3 and 5). */
class ReferenceTest {
  private static final long SEED = Long.getLong("steerc.seed", 3);
  private static final int FROM = 2;

  @TempDir private Path folder;

  static Stream<ModelUnderTest> models() {
    return ModelUnderTest.committed().stream();
  }

  private static TestGraph graph(ModelUnderTest model) {
    return model.graph().orElseThrow();
  }

  @ParameterizedTest
  @MethodSource("models")
  void addEqualsTheReference(ModelUnderTest model) {
    checkSites(
        model,
        AddVector::new,
        List.of(ReferenceTest::rowVectors, ReferenceTest::vectorFromPosition));
  }

  @ParameterizedTest
  @MethodSource("models")
  void projectEqualsTheReference(ModelUnderTest model) {
    checkSites(
        model,
        Steering::projection,
        List.of(
            ReferenceTest::ablation,
            ReferenceTest::ablationFromPosition,
            ReferenceTest::rowProjections));
  }

  @ParameterizedTest
  @MethodSource("models")
  void manyEditsEqualTheReference(ModelUnderTest model) {
    Inputs inputs = new Inputs(SEED);
    try (Decoders decoders = new Decoders(model, folder)) {
      Batch batch = batch(decoders.original(), model, inputs);
      List<Steering> all = new ArrayList<>();
      for (Site.InBlock site : model.sites()) {
        int choice = site.block() + site.kind().ordinal();
        all.add((choice % 2 == 0 ? adding() : projecting()).of(inputs, site, batch, hidden(model)));
      }
      check(model, decoders.of(all), batch, all);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void tapsEqualTheReference(ModelUnderTest model) {
    List<Intervention> taps = model.sites().stream().map(s -> (Intervention) new Tap(s)).toList();
    try (Decoder decoder = Decoder.patched(model, folder, InputMode.REQUIRED, taps)) {
      Batch batch = batch(decoder, model, new Inputs(SEED));
      Decoder.Step step = decoder.run(batch, List.of());
      var reference = Gpt2Reference.run(graph(model).model(), batch, Gpt2Reference.Edit.NONE);
      for (Site.InBlock site : model.sites()) {
        new Comparison()
            .add(
                reference.at(site.block(), site.kind().label()),
                step.get(new Tap(site).output()),
                batch)
            .within(model, "tap against reference", "seed " + SEED + ", " + site);
      }
    }
  }

  private interface Make {
    Steering of(Inputs inputs, Site.InBlock site, Batch batch, int hidden);
  }

  private static Make adding() {
    return ReferenceTest::rowVectors;
  }

  private static Make projecting() {
    return ReferenceTest::rowProjections;
  }

  private static Steering rowVectors(Inputs inputs, Site.InBlock site, Batch batch, int hidden) {
    return inputs.add(site, hidden, batch.rows(), 1);
  }

  private static Steering vectorFromPosition(
      Inputs inputs, Site.InBlock site, Batch batch, int hidden) {
    return Steering.add(site, Golden.from(inputs.vector(hidden), FROM, batch.width()));
  }

  private static Steering ablation(Inputs inputs, Site.InBlock site, Batch batch, int hidden) {
    return Steering.ablation(site, inputs.unit(hidden), Floats.filled(1, 1, 1, 1));
  }

  private static Steering ablationFromPosition(
      Inputs inputs, Site.InBlock site, Batch batch, int hidden) {
    Floats gain = Golden.from(new float[] {1}, FROM, batch.width());
    return Steering.ablation(site, inputs.unit(hidden), gain);
  }

  private static Steering rowProjections(
      Inputs inputs, Site.InBlock site, Batch batch, int hidden) {
    return inputs.project(site, hidden, batch.rows(), 1);
  }

  private static int hidden(ModelUnderTest model) {
    return graph(model).model().config().hidden();
  }

  /** Every site of every block, one at a time, in a model that has ports at all of them. */
  private void checkSites(
      ModelUnderTest model, Function<Site, Intervention> kind, List<Make> makes) {
    Inputs inputs = new Inputs(SEED);
    assertThat(model.sites()).hasSize(5 * model.residual().blocks());
    try (Decoders decoders = new Decoders(model, folder)) {
      Decoder decoder = decoders.everywhere(kind);
      Batch batch = batch(decoder, model, inputs);
      for (Site.InBlock site : model.sites()) {
        for (Make make : makes) {
          check(model, decoder, batch, List.of(make.of(inputs, site, batch, hidden(model))));
        }
      }
    }
  }

  private static void check(
      ModelUnderTest model, Decoder decoder, Batch batch, List<Steering> steering) {
    TestGraph graph = graph(model);
    var reference = Gpt2Reference.run(graph.model(), batch, Steering.edit(steering));
    Floats measured = decoder.run(batch, steering).get(graph.output());
    int first = graph.lastOnly() ? batch.width() - 1 : 0;
    new Comparison()
        .add(Comparison.floats(graph.output(reference)), measured, batch, first)
        .within(model, "reference", "seed " + SEED + ", " + steering.get(0).site());
  }

  /** Two rows, of different lengths where the graph can tell padding. */
  private static Batch batch(Decoder decoder, ModelUnderTest model, Inputs inputs) {
    return inputs.batch(decoder, model, 7, decoder.takesPadding() ? 5 : 7);
  }
}
