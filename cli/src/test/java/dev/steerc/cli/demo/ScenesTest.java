package dev.steerc.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steerc.cli.demo.Played.Shown;
import dev.steerc.models.corpus.Concept;
import dev.steerc.models.demo.DemoFiles;
import dev.steerc.models.demo.DemoModel;
import dev.steerc.plan.Site;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.FinishReason;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.steering.Reading;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The scenes show what they say, on any machine.
 *
 * <p>After the model was trained anew, {@code -Dsteerc.seeds=100} prints for each row which of the
 * seeds 1 to 100 make it show the most, to be written into {@link Scenes}.
 */
class ScenesTest {
  private static final int SEEDS = Integer.getInteger("steerc.seeds", 0);
  private static final int BEST = 3;

  /** The vectors that take a concept away, with it. */
  private static final Map<String, String> AGAINST = Map.of("compliance", "refusal");

  /** What vectors are for whose names are no concept's. */
  private static final Map<String, String> CONCEPTS =
      Map.of("joy", "joyful", "gloom", "gloomy", "anger", "angry");

  /** Far more than sums of floats differ between processors. */
  private static final float NOISE = 1e-4f;

  @TempDir Path home;
  private Stage stage;

  @BeforeEach
  void openTheModel() {
    DemoModel demo = DemoModel.unpack(home.resolve("demo"));
    Stage.patch(demo);
    stage = Stage.open(demo);
  }

  @AfterEach
  void closeTheModel() {
    stage.close();
  }

  @Test
  void noTextHingesOnANearTie() {
    for (Scene scene : Scenes.all()) {
      for (Take take : takes(scene)) {
        Completion text = stage.generate(List.of(take)).get(0).completion();
        assertThat(noisy(take)).as(scene.name() + ": " + take).isEqualTo(text.tokens());
      }
    }
  }

  @Test
  void theScenesShowWhatTheySay() {
    for (Scene scene : Scenes.all()) {
      for (List<Take> row : rows(scene)) {
        for (Shown shown : stage.generate(row)) {
          assertThat(isWhole(shown) && shows(scene, row, shown))
              .as(scene.name() + ": " + shown.take() + shown.text())
              .isTrue();
        }
      }
    }
  }

  @Test
  void theDemoBeginsWithASceneThatCounts() {
    Numbers numbers = Scenes.first().get(0).count(stage).orElseThrow();
    List<Numbers.Line> lines = numbers.lines();
    assertThat(lines).extracting(Numbers.Line::label).startsWith("plain");
    for (int i = 1; i < lines.size(); i++) {
      assertThat(lines.get(i).rates().get(i - 1)).isGreaterThan(lines.get(0).rates().get(i - 1));
    }
  }

  @Test
  void printsTheBestSeeds() {
    assumeTrue(SEEDS > 0, "only asked for with -Dsteerc.seeds");
    for (Scene scene : Scenes.all()) {
      for (List<Take> row : rows(scene)) {
        System.out.println("\n" + scene.name() + ": " + row.get(0).prompt());
        LongStream.rangeClosed(1, SEEDS)
            .mapToObj(seed -> with(row, seed))
            .map(takes -> Map.entry(worth(scene, takes), takes))
            .sorted(Map.Entry.comparingByKey(Comparator.reverseOrder()))
            .limit(BEST)
            .forEach(best -> print(best.getValue()));
      }
    }
  }

  private void print(List<Take> takes) {
    System.out.println("  seed " + takes.get(0).seed());
    stage
        .generate(takes)
        .forEach(shown -> System.out.println("    " + shown.take().label() + ":" + shown.text()));
  }

  /** How much a row shows of what it is to show: texts that end, and words that tell. */
  private long worth(Scene scene, List<Take> row) {
    long worth = 0;
    for (Shown shown : stage.generate(row)) {
      worth += isWhole(shown) ? 0 : -100;
      worth += shows(scene, row, shown) ? 0 : -100;
      for (String mark : scene.marks()) {
        boolean isWanted = wanted(row, shown).equals(Optional.of(mark));
        worth += (isWanted ? 1 : -1) * words(mark, shown.text());
      }
    }
    return worth;
  }

  private static long words(String concept, String text) {
    return Arrays.stream(text.toLowerCase(Locale.ROOT).split("[^a-z']+"))
        .filter(Concept.words(concept)::contains)
        .count();
  }

  /** Whether it ends by itself; too strong a steering need not let it. */
  private static boolean isWhole(Shown shown) {
    boolean isOver = shown.completion().reason().equals(Optional.of(FinishReason.STOP));
    return isOver || shown.take().label().contains(":");
  }

  /** Whether a text has what it is to have; a plain one may have anything. */
  private static boolean shows(Scene scene, List<Take> row, Shown shown) {
    Optional<String> wanted = wanted(row, shown);
    if (wanted.isPresent()) {
      return Concept.shows(wanted.get(), shown.text());
    }
    boolean isSteered = !shown.take().steers().isEmpty();
    return !isSteered || scene.marks().stream().noneMatch(m -> Concept.shows(m, shown.text()));
  }

  /** The concept that a text is to show; none for one that is to show none, or may show any. */
  private static Optional<String> wanted(List<Take> row, Shown shown) {
    String label = shown.take().label();
    boolean acts = shown.completion().readings().stream().allMatch(Reading::acts);
    if (label.equals("plain")) {
      return row.stream()
          .map(take -> vector(take.label()))
          .filter(AGAINST::containsKey)
          .map(AGAINST::get)
          .findFirst();
    }
    String vector = vector(label);
    return Optional.of(CONCEPTS.getOrDefault(vector, vector))
        .filter(concept -> acts && !AGAINST.containsKey(vector));
  }

  private static String vector(String label) {
    return label.replaceFirst(":.*", "");
  }

  /** The tokens of a text when all sums come out a little otherwise. */
  private long[] noisy(Take take) {
    Random random = new Random(take.hashCode());
    float[] noise = new float[DemoFiles.HIDDEN];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = NOISE * (float) random.nextGaussian();
    }
    Prompt prompt = stage.prompt(take);
    Site first = new Site.InBlock(0, Stage.SITE);
    Steering steering = prompt.steering().and(Term.of(Vector.of("noise", noise), 1).at(first));
    return stage.model().generate(prompt.steered(steering)).get(0).orThrow().tokens();
  }

  private static List<List<Take>> rows(Scene scene) {
    if (scene instanceof Comparison comparison) {
      return comparison.rows();
    }
    return takes(scene).stream().map(List::of).toList();
  }

  private static List<Take> takes(Scene scene) {
    if (scene instanceof Comparison comparison) {
      return comparison.rows().stream().flatMap(List::stream).toList();
    }
    return scene instanceof Batch batch ? batch.takes() : List.of(((Swap) scene).take());
  }

  private static List<Take> with(List<Take> row, long seed) {
    return row.stream()
        .map(take -> new Take(take.prompt(), seed, take.steers(), take.when()))
        .toList();
  }
}
