package dev.steerc.runtime.algebra;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.TestModels;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.format.Refusal;
import dev.steerc.runtime.learn.Seen;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import dev.steerc.runtime.steering.VectorFormat;
import dev.steerc.runtime.steering.VectorFormat.GgufOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MixtureTest {
  private static final long SEED = Long.getLong("steerc.seed", 31);
  private static final int WIDTH = 24;
  private static final Site FIRST = new Site.InBlock(0, Site.Kind.RESID_POST);
  private static final Site SECOND = new Site.InBlock(1, Site.Kind.RESID_POST);
  private static final Site THIRD = new Site.InBlock(2, Site.Kind.RESID_POST);

  @TempDir Path folder;

  private final Random random = new Random(SEED);
  private final Map<String, VectorFile> files = new LinkedHashMap<>();

  private Floats floats(int width) {
    float[] values = new float[width];
    for (int i = 0; i < width; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new Floats(new long[] {width}, values);
  }

  private void put(String name, String base, Site... sites) {
    Map<Site, Edit> edits = new LinkedHashMap<>();
    Arrays.stream(sites).forEach(site -> edits.put(site, new Edit.Add(floats(WIDTH))));
    put(new Vector(name, edits, Optional.empty(), Optional.ofNullable(base)));
  }

  private void put(Vector vector) {
    files.put(vector.name(), new VectorFile(folder.resolve(vector.name()), vector, Map.of()));
  }

  private VectorFile mixed(String text) {
    return Mixture.of(Mix.parse(text), files::get, folder.resolve("warm.safetensors"));
  }

  @Test
  void sumActsAsItsPartsDo() throws Exception {
    put("joy", null, FIRST, SECOND);
    put("formal", null, SECOND, THIRD);
    put(files.get("formal").vector().at(Set.of(SECOND)));
    VectorFile sum = mixed("0.6*joy - 0.2*formal");
    Path path = folder.resolve("warm.safetensors");
    VectorFormat.SAFETENSORS.write(sum, GgufOptions.DEFAULT, path, List.of());
    Vector warm = VectorFile.read(path);
    assertThat(warm.edits()).containsOnlyKeys(FIRST, SECOND);
    Steering parts =
        Steering.of(
            Term.of(files.get("joy").vector(), 0.6), Term.of(files.get("formal").vector(), -0.2));
    Path model =
        TestModels.patched(
            "withpast", folder, "0.resid_post:add", "1.resid_post:add", "2.resid_post:add");
    Files.writeString(model.resolveSibling("config.json"), "{\"n_positions\": 32}");
    Prompt prompt = Prompt.ofIds(4, 8, 15, 16, 23, 42);
    try (SteeredModel opened = SteeredModel.open(model)) {
      float[] expected = opened.trace(prompt.steered(parts)).get(0).logprobs();
      assertThat(opened.trace(prompt.steered(Steering.of(warm, 1))).get(0).logprobs())
          .as("seed " + SEED)
          .isEqualTo(expected)
          .isNotEqualTo(opened.trace(prompt).get(0).logprobs());
    }
  }

  @Test
  void sumIsRoundedOnce() {
    put("a", null, FIRST);
    put("b", null, FIRST);
    float[] a = ((Edit.Add) files.get("a").vector().edits().get(FIRST)).vector().values();
    float[] b = ((Edit.Add) files.get("b").vector().edits().get(FIRST)).vector().values();
    float[] sum = ((Edit.Add) mixed("0.1*a - 3*b").vector().edits().get(FIRST)).vector().values();
    for (int i = 0; i < WIDTH; i++) {
      assertThat(sum[i]).isEqualTo((float) (0.1 * a[i] - 3.0 * b[i]));
    }
  }

  @Test
  void sumKeepsWhatAllAgreeOn() {
    put("a", "sha256:1", FIRST);
    put("b", null, FIRST);
    Map<String, String> more =
        Map.of("norm.blocks.0.resid_post", "42", "tokenizer", "sha256:2", "pairs", "9");
    files.replaceAll((name, file) -> new VectorFile(file.path(), file.vector(), more));
    VectorFile sum = mixed("a + b");
    assertThat(sum.vector().base()).contains("sha256:1");
    assertThat(sum.norms()).isEqualTo(Map.of(FIRST, 42.0));
    assertThat(sum.metadata())
        .containsEntry("tokenizer", "sha256:2")
        .containsEntry("method", "mix: a + b")
        .doesNotContainKey("pairs");
  }

  /** Else a sweep of the sum would take them for prompts that learning has not seen. */
  @Test
  void sumHasSeenWhatItsPartsHave() {
    put("a", null, FIRST);
    put("b", null, FIRST);
    put("c", null, FIRST);
    say("a", Map.of("seen", Seen.of(List.of("I feel", "Every day")).text()));
    say("b", Map.of("seen", Seen.of(List.of("Once", "I feel")).text()));
    assertThat(mixed("a + b - c").metadata())
        .containsEntry("seen", Seen.of(List.of("I feel", "Every day", "Once")).text());
    assertThat(mixed("c + c").metadata()).doesNotContainKey("seen");
    say("b", Map.of("seen", "AAAA"));
    Refusal.check(Code.BAD_TENSOR_FILE, () -> mixed("a + b"));
  }

  private void say(String name, Map<String, String> metadata) {
    files.computeIfPresent(name, (n, file) -> new VectorFile(file.path(), file.vector(), metadata));
  }

  @Test
  void vectorsOfDifferentModelsAreRefused() {
    put("a", "sha256:1", FIRST);
    put("b", "sha256:2", FIRST);
    assertThat(Refusal.check(Code.VECTORS_DIFFER, () -> mixed("a + b")).notes())
        .containsExactly("the base of `b` is sha256:2", "the base of `a` is sha256:1");
  }

  @Test
  void otherOperationsAreRefused() {
    put("a", null, FIRST);
    put(Vector.at(FIRST, "b", new Edit.Ablate(floats(WIDTH))));
    Refusal.check(Code.NOT_EXPRESSIBLE, () -> mixed("a + b"));
  }

  @Test
  void vectorsWithAndWithoutPlaceAreRefused() {
    put("a", null, FIRST);
    put(Vector.of("b", 1, 2));
    Refusal.check(Code.VECTORS_DIFFER, () -> mixed("a + b"));
    Refusal.check(Code.VECTORS_DIFFER, () -> mixed("b + a"));
    assertThat(mixed("b + 2*b").vector().placeless())
        .hasValueSatisfying(
            edit -> assertThat(((Edit.Add) edit).vector().values()).containsExactly(3, 6));
  }

  @Test
  void widthsHaveToAgree() {
    put("a", null, FIRST);
    put(Vector.at(FIRST, "b", new Edit.Add(floats(3))));
    Refusal.check(Code.VECTOR_WIDTH, () -> mixed("a + b"));
  }

  @Test
  void sumsBeyondFloatsAreRefused() {
    put(Vector.of("a", 1e38f));
    Refusal.check(Code.VECTOR_NOT_FINITE, () -> mixed("10*a"));
  }
}
