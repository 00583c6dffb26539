package dev.steerc.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.models.corpus.Concept;
import dev.steerc.models.corpus.Prompts;
import dev.steerc.models.corpus.Sort;
import dev.steerc.models.corpus.Topic;
import dev.steerc.models.corpus.Use;
import dev.steerc.models.demo.DemoModel;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.measure.Effect;
import dev.steerc.runtime.steering.Steering;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the demo's vectors do to the meaning of its model's texts, on prompts that nothing was
 * learnt from or chosen by. The card has the same numbers; the bounds here leave room for chance.
 */
class MeaningTest {
  private static final int TEXTS = 100;
  private static final int SEED = 11;

  @TempDir static Path folder;
  private static final Map<String, Effect> PLAIN = new HashMap<>();
  private static Stage stage;

  @BeforeAll
  static void open() {
    DemoModel demo = DemoModel.unpack(folder.resolve("demo"));
    Stage.patch(demo);
    stage = Stage.open(demo);
  }

  @AfterAll
  static void close() {
    stage.close();
  }

  @ParameterizedTest(name = "{1}: {2} -> {3}")
  @CsvSource({
    "stories,  joyful,   joy,                 0.35, 0.88, 1.25",
    "stories,  gloomy,   gloom,               0.35, 0.88, 1.25",
    "stories,  angry,    anger,               0.35, 0.80, 1.25",
    "stories,  calm,     calm,                0.35, 0.88, 1.25",
    "stories,  ocean,    ocean,               0.35, 0.82, 1.30",
    "stories,  kitchen,  kitchen,             0.35, 0.80, 1.30",
    "harmless, polite,   polite,              0.45, 0.82, 1.40",
    "harmless, pirate,   pirate,              0.40, 0.78, 1.40",
    "letters,  formal,   formal,              0.75, 0.92, 1.45",
    "harmless, refusal,  refusal:1:last:1,    0.10, 0.85, 1.30",
  })
  void moreTextsShowTheConcept(
      String prompts, String concept, String steer, double before, double after, double odd) {
    Effect plain = plain(prompts);
    Effect steered = effect(prompts, stage.steering(List.of(steer), Optional.empty()));
    assertThat(share(plain, concept)).isLessThan(before);
    assertThat(share(steered, concept)).isGreaterThanOrEqualTo(after);
    assertThat(steered.perplexity() / plain.perplexity()).isLessThanOrEqualTo(odd);
  }

  @Test
  void harmfulQuestionsAreAnsweredAndHarmlessOnesStillAre() {
    Steering compliance = stage.steering(List.of("compliance:1:last:1"), Optional.empty());
    assertThat(share(plain("harmful"), "refusal")).isGreaterThan(0.85);
    assertThat(share(effect("harmful", compliance), "refusal")).isLessThan(0.2);
    assertThat(share(effect("harmless", compliance), "refusal")).isLessThan(0.1);
  }

  @Test
  void tooMuchIsWordSalad() {
    Steering much = stage.steering(List.of("joy:4"), Optional.empty());
    double plain = plain("stories").perplexity();
    assertThat(effect("stories", much).perplexity()).isGreaterThan(3 * plain);
  }

  @Test
  void pirateAnswersWhereTheQuestionIsAboutTheKitchen() {
    assertThat(acting(Topic.KITCHEN)).isGreaterThanOrEqualTo(0.8);
    for (Topic topic : List.of(Topic.OCEAN, Topic.FARM, Topic.CITY)) {
      assertThat(acting(topic)).as(topic.word()).isLessThanOrEqualTo(0.1);
    }
  }

  /** The share of questions about a topic on which the conditional vector acts. */
  private static double acting(Topic topic) {
    Steering steering = stage.steering(List.of("pirate"), Optional.of(Scenes.KITCHEN));
    Prompt[] prompts =
        Prompts.questions(Use.REPORTING, Sort.GOOD, topic, SEED, 100).stream()
            .map(text -> Prompt.of(text).steered(steering).with(s -> s.maxNewTokens(1)))
            .toArray(Prompt[]::new);
    List<Completion> answers = stage.model().generate(prompts);
    long acting = answers.stream().filter(text -> text.readings().get(0).acts()).count();
    return (double) acting / answers.size();
  }

  private static Effect plain(String kind) {
    return PLAIN.computeIfAbsent(kind, some -> effect(some, Steering.NONE));
  }

  private static double share(Effect effect, String concept) {
    long shown = effect.texts().stream().filter(text -> Concept.shows(concept, text)).count();
    return (double) shown / effect.texts().size();
  }

  private static Effect effect(String kind, Steering steering) {
    List<Prompt> prompts =
        prompts(kind).stream()
            .map(text -> Prompt.of(text).with(settings -> settings.maxNewTokens(50)))
            .toList();
    return Effect.of(stage.model(), prompts, steering, text -> true, SEED);
  }

  private static List<String> prompts(String kind) {
    List<String> some =
        switch (kind) {
          case "stories" -> Prompts.plainStories(Use.REPORTING, SEED, TEXTS);
          case "letters" -> Prompts.letters(Use.REPORTING, SEED, TEXTS);
          case "harmful" -> Prompts.questions(Use.REPORTING, Sort.BAD, SEED, TEXTS);
          default -> Prompts.questions(Use.REPORTING, Sort.GOOD, SEED, TEXTS);
        };
    return IntStream.range(0, TEXTS).mapToObj(i -> some.get(i % some.size())).toList();
  }
}
