package dev.steerc.runtime.laws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steerc.models.Batch;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Twin;
import dev.steerc.runtime.capture.Activations;
import dev.steerc.runtime.capture.Capture;
import dev.steerc.runtime.capture.Pooling;
import dev.steerc.runtime.capture.Progress;
import dev.steerc.runtime.capture.Texts;
import dev.steerc.runtime.capture.Tokens;
import dev.steerc.runtime.format.Floats;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a capture has on disk is what PyTorch's forward hooks saw (law 3). */
class CaptureLawTest {
  private static final double CLOSE = 1e-4;

  /** The ones that there are golden numbers of. */
  private static final Set<Site.Kind> KINDS =
      Set.of(Site.Kind.RESID_POST, Site.Kind.ATTN_OUT, Site.Kind.MLP_OUT);

  @TempDir private Path folder;

  @BeforeAll
  static void numbersAreThere() {
    assumeTrue(ModelUnderTest.isSharedThere(), "no ../shared/graphs");
  }

  static Stream<ModelUnderTest> models() {
    return GenerationLawTest.models()
        .filter(Golden::isThereFor)
        .filter(model -> model.kind() == ModelUnderTest.Kind.FLOAT32);
  }

  @ParameterizedTest
  @MethodSource("models")
  void activationsOnDiskEqualPyTorch(ModelUnderTest model) {
    Golden golden = Golden.of(model);
    Set<Site> sites = new LinkedHashSet<>();
    try (Twin twin = Twin.open(model.path(), m -> taps(m.sites().keySet(), sites), one())) {
      Batch single = golden.input("single");
      int most = twin.model().context().orElse(single.width());
      long[] ids = Arrays.copyOf(single.ids()[0], Math.min(single.width(), most));
      Texts texts = Texts.of(List.of(Tokens.of(4), Tokens.of(ids), Tokens.of(7, 9)));
      Path there = folder.resolve("acts");
      Capture.of(twin.model(), sites, Pooling.ALL).into(there, texts, Progress.NONE);
      check(golden, Activations.open(there), sites, ids.length);
    }
  }

  private static List<Intervention> taps(Set<Site.InBlock> all, Set<Site> sites) {
    List<Intervention> taps = new ArrayList<>();
    for (Site.InBlock site : all) {
      if (KINDS.contains(site.kind())) {
        sites.add(site);
        taps.add(new Tap(site));
      }
    }
    return taps;
  }

  private static ModelOptions one() {
    return ModelOptions.DEFAULT.threads(1);
  }

  private static void check(Golden golden, Activations there, Set<Site> sites, int tokens) {
    assertThat(there.texts().toArray()).hasSize(tokens + 3).startsWith(0, 1).endsWith(2, 2);
    assertThat(sites).hasSizeGreaterThanOrEqualTo(2);
    for (Site site : sites) {
      Floats expected = golden.value((Site.InBlock) site);
      List<float[]> rows = new ArrayList<>();
      there.rows(site).forEach((index, values) -> rows.add(values.clone()));
      assertThat(rows).hasSize(tokens + 3);
      double worst = 0;
      for (int token = 0; token < tokens; token++) {
        for (int i = 0; i < expected.width(); i++) {
          double wanted = expected.values()[token * expected.width() + i];
          worst = Math.max(worst, Math.abs(rows.get(token + 1)[i] - wanted));
        }
      }
      assertThat(worst).as(site.text()).isLessThanOrEqualTo(CLOSE);
    }
  }
}
