package dev.steerc.runtime.algebra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.runtime.algebra.Audit.AtSite;
import dev.steerc.runtime.algebra.Audit.Pair;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.format.Refusal;
import dev.steerc.runtime.learn.Seen;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AuditTest {
  private static final Site SECOND = new Site.InBlock(2, Site.Kind.RESID_POST);
  private static final Site TENTH = new Site.InBlock(10, Site.Kind.RESID_POST);

  private static VectorFile file(String name, Map<Site, float[]> vectors) {
    Map<Site, Edit> edits = new LinkedHashMap<>();
    vectors.forEach(
        (site, values) ->
            edits.put(site, new Edit.Add(new Floats(new long[] {values.length}, values))));
    Vector vector = new Vector(name, edits, Optional.empty(), Optional.empty());
    Map<String, String> measured =
        Map.of("separation.blocks.2.resid_post", "0.9", "kl", "0.1", "effect without", "0.2");
    return new VectorFile(Path.of(name), vector, measured);
  }

  private static VectorFile file(String name, float... values) {
    return file(name, Map.of(SECOND, values));
  }

  @Test
  void cosinesAreThoseOfTheAngles() {
    Audit audit = Audit.of(List.of(file("a", 1, 0), file("b", 1, 1), file("c", -2, 0)));
    AtSite at = audit.shared().get(0);
    assertThat(at.text()).isEqualTo("2.resid_post");
    assertThat(at.names()).containsExactly("a", "b", "c");
    assertThat(at.cosines()[0][1]).isCloseTo(Math.sqrt(0.5), within(1e-12));
    assertThat(at.cosines()[0][2]).isCloseTo(-1, within(1e-12));
    assertThat(at.norms()).containsExactly(1.0, Math.sqrt(2), 2.0);
    assertThat(at.near()).extracting(Pair::first, Pair::second).containsExactly(tuple("a", "c"));
  }

  @Test
  void sitesComeInTheOrderOfTheirBlocks() {
    Map<Site, float[]> both = new LinkedHashMap<>();
    both.put(TENTH, new float[] {1});
    both.put(SECOND, new float[] {1});
    Audit audit = Audit.of(List.of(file("a", both), file("b", both), file("c", 1)));
    assertThat(audit.shared())
        .extracting(AtSite::text)
        .containsExactly("2.resid_post", "10.resid_post");
    assertThat(audit.shared().get(1).names()).containsExactly("a", "b");
  }

  @Test
  void vectorsWithoutCompanyAreNamed() {
    VectorFile alone = file("alone", Map.of(TENTH, new float[] {1}));
    assertThat(Audit.of(List.of(file("a", 1), file("b", 1), alone)).left())
        .containsExactly("alone");
  }

  @Test
  void equalNamesAreToldApartByTheirPaths() {
    VectorFile one = file("joy", 1, 0);
    VectorFile other = new VectorFile(Path.of("x/joy"), file("joy", 0, 1).vector(), Map.of());
    assertThat(Audit.of(List.of(one, other)).shared().get(0).names())
        .containsExactly("joy", Path.of("x/joy").toString());
  }

  @Test
  void widthsHaveToAgree() {
    List<VectorFile> two = List.of(file("a", 1, 0), file("b", 1));
    Refusal.check(Code.VECTOR_WIDTH, () -> Audit.of(two));
  }

  @Test
  void projectionLeavesNothingAlongTheOther() {
    Map<Site, float[]> vectors = new LinkedHashMap<>();
    vectors.put(SECOND, new float[] {3, 4, 5});
    vectors.put(TENTH, new float[] {7, 7, 7});
    VectorFile rest = Audit.without(file("a", vectors), file("b", 0, 2, 0));
    assertThat(((Edit.Add) rest.vector().edits().get(SECOND)).vector().values())
        .containsExactly(3, 0, 5);
    assertThat(((Edit.Add) rest.vector().edits().get(TENTH)).vector().values())
        .containsExactly(7, 7, 7);
    assertThat(rest.metadata())
        .containsOnly(Map.entry("op", "add"), Map.entry("projected out", "b"));
  }

  /** What it was learned from stays; what was measured of it before does not. */
  @Test
  void projectionForgetsWhatWasMeasuredOnly() {
    Map<String, String> said = new LinkedHashMap<>();
    List<String> measured =
        List.of("effect", "effect without", "perplexity", "kl", "told by", "chosen by", "when");
    measured.forEach(key -> said.put(key, "1"));
    said.put("chosen on", "prompt");
    said.put("wrong side.blocks.2.resid_post", "0");
    said.put("factor", "2");
    said.put("norm.blocks.2.resid_post", "42");
    said.put("seen", Seen.of(List.of("mine")).text());
    VectorFile one = new VectorFile(Path.of("a"), file("a", 3, 4).vector(), said);
    Map<String, String> other = Map.of("seen", Seen.of(List.of("theirs")).text());
    VectorFile away = new VectorFile(Path.of("b"), file("b", 0, 1).vector(), other);
    Map<String, String> rest = Audit.without(one, away).metadata();
    assertThat(rest)
        .containsOnlyKeys("op", "factor", "norm.blocks.2.resid_post", "seen", "projected out");
    Seen seen = Seen.parse(rest.get("seen"));
    assertThat(seen.contains("mine") && seen.contains("theirs")).isTrue();
  }

  @Test
  void directionOfAnAblationCountsToo() {
    Vector ablate =
        Vector.at(SECOND, "b", new Edit.Ablate(new Floats(new long[] {2}, new float[] {0, 9})));
    VectorFile other = new VectorFile(Path.of("b"), ablate, Map.of());
    VectorFile rest = Audit.without(file("a", 3, 4), other);
    assertThat(((Edit.Add) rest.vector().edits().get(SECOND)).vector().values())
        .containsExactly(3, 0);
    Refusal.check(Code.NOT_EXPRESSIBLE, () -> Audit.without(other, file("a", 3, 4)));
  }

  @Test
  void nothingLeftAndNothingSharedAreProblems() {
    Refusal.check(
        Code.VECTORS_DIFFER, () -> Audit.without(file("a", 0.1f, 0.7f), file("b", 0.3f, 2.1f)));
    Refusal.check(Code.VECTORS_DIFFER, () -> Audit.without(file("a", 1, 2), file("b", 0, 0)));
    VectorFile elsewhere = file("b", Map.of(TENTH, new float[] {1, 1}));
    Refusal.check(Code.VECTORS_DIFFER, () -> Audit.without(file("a", 1, 2), elsewhere));
  }
}
