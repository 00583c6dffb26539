package dev.steerc.runtime.laws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.models.Batch;
import dev.steerc.models.Gpt2Reference.Edit;
import dev.steerc.models.Gpt2Reference.Run;
import dev.steerc.models.family.Architecture;
import dev.steerc.models.family.Families;
import dev.steerc.models.family.Family;
import dev.steerc.models.family.FamilyReference;
import dev.steerc.plan.AddVector;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.Floats;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every published architecture, found by the compiler as what it is and steered as a forward pass
 * says that looks at no graph (laws 3 and 5).
 */
class FamilyLawTest {
  private static final long SEED = Long.getLong("steerc.seed", 3);
  private static final int FROM = 2;

  @TempDir private Path folder;

  static Stream<ModelUnderTest> models() {
    return ModelUnderTest.families().stream();
  }

  private static Family family(ModelUnderTest model) {
    return Families.all().stream()
        .filter(f -> f.name().equals(model.name()))
        .findFirst()
        .orElseThrow();
  }

  private static Architecture architecture(ModelUnderTest model) {
    return family(model).architecture();
  }

  @ParameterizedTest
  @MethodSource("models")
  void sitesAreThoseOfTheArchitecture(ModelUnderTest model) {
    assertThat(found(model)).isEqualTo(expected(model));
  }

  private static List<String> found(ModelUnderTest model) {
    try {
      return model.sites().stream().map(Site.InBlock::text).toList();
    } catch (SteercException e) {
      return e.problems().stream().map(Object::toString).toList();
    }
  }

  private static List<String> expected(ModelUnderTest model) {
    Architecture architecture = architecture(model);
    return Stream.iterate(0, block -> block + 1)
        .limit(architecture.shape().blocks())
        .flatMap(block -> architecture.sites().stream().map(site -> block + "." + site))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("models")
  void addEqualsTheReference(ModelUnderTest model) {
    checkSites(
        model,
        AddVector::new,
        List.of(
            (inputs, site, hidden, batch) -> inputs.add(site, hidden, batch.rows(), 1),
            (inputs, site, hidden, batch) ->
                Steering.add(site, Golden.from(inputs.vector(hidden), FROM, batch.width()))));
  }

  @ParameterizedTest
  @MethodSource("models")
  void projectEqualsTheReference(ModelUnderTest model) {
    checkSites(
        model,
        Steering::projection,
        List.of(
            (inputs, site, hidden, batch) ->
                Steering.ablation(site, inputs.unit(hidden), Floats.filled(1, 1, 1, 1)),
            (inputs, site, hidden, batch) ->
                inputs.project(site, hidden, batch.rows(), batch.width())));
  }

  private interface Make {
    Steering of(Inputs inputs, Site.InBlock site, int hidden, Batch batch);
  }

  /** Every site, one at a time, in a model that has ports at all of them. */
  private void checkSites(
      ModelUnderTest model, Function<Site, Intervention> kind, List<Make> makes) {
    Inputs inputs = new Inputs(SEED);
    int hidden = architecture(model).shape().hidden();
    try (Decoders decoders = new Decoders(model, folder)) {
      Decoder decoder = decoders.everywhere(kind);
      Batch batch = batch(model, decoder, inputs);
      for (Site.InBlock site : model.sites()) {
        for (Make make : makes) {
          Steering steering = make.of(inputs, site, hidden, batch);
          Run reference = reference(model, batch, Steering.edit(List.of(steering)));
          Floats measured = decoder.run(batch, List.of(steering)).logits();
          new Comparison()
              .add(reference.logits(), measured, batch)
              .within(model, "family", "seed " + SEED + ", " + site.text());
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void tapsEqualTheReference(ModelUnderTest model) {
    List<Intervention> taps = model.sites().stream().map(s -> (Intervention) new Tap(s)).toList();
    try (Decoder decoder = Decoder.patched(model, folder, InputMode.REQUIRED, taps)) {
      Batch batch = batch(model, decoder, new Inputs(SEED));
      Decoder.Step step = decoder.run(batch, List.of());
      Run reference = reference(model, batch, Edit.NONE);
      for (Site.InBlock site : model.sites()) {
        new Comparison()
            .add(
                reference.at(site.block(), site.kind().label()),
                step.get(new Tap(site).output()),
                batch)
            .within(model, "family tap", "seed " + SEED + ", " + site.text());
      }
    }
  }

  private static Run reference(ModelUnderTest model, Batch batch, Edit edit) {
    return FamilyReference.run(architecture(model), batch, edit);
  }

  /** Two rows, of different lengths where the graph can tell padding. */
  private static Batch batch(ModelUnderTest model, Decoder decoder, Inputs inputs) {
    return inputs.batch(decoder, model, 7, family(model).takesPadding() ? 5 : 7);
  }
}
