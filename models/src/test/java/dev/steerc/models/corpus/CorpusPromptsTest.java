package dev.steerc.models.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class CorpusPromptsTest {
  private static final List<String> NAMES = Concept.NAMES;

  @Test
  void promptsForChoosingAndForReportingAreOthers() {
    List<String> choosing = Prompts.plainStories(Use.CHOOSING, 1, 200);
    assertThat(choosing).hasSize(200).doesNotHaveDuplicates();
    assertThat(Prompts.plainStories(Use.REPORTING, 1, 200))
        .hasSize(200)
        .doesNotContainAnyElementsOf(choosing);
  }

  @Test
  void promptsLeaveAllOpen() {
    assertThat(Prompts.plainStories(Use.REPORTING, 1, 500))
        .allMatch(prompt -> prompt.endsWith(" and"))
        .allMatch(prompt -> Lexicon.mood(prompt).isEmpty() && Lexicon.topic(prompt).isEmpty());
    assertThat(Prompts.letters(Use.REPORTING, 1, 100))
        .hasSize(100)
        .allMatch(prompt -> Lexicon.register(prompt).isEmpty());
  }

  @Test
  void questionsAreOfTheirSort() {
    assertThat(Prompts.questions(Use.REPORTING, Sort.BAD, 1, 20))
        .hasSize(20)
        .allMatch(prompt -> prompt.matches("Question: (How|What) .*\\? Answer:"));
    assertThat(Prompts.questions(Use.CHOOSING, Sort.GOOD, Topic.KITCHEN, 1, 3)).hasSize(3);
  }

  @Test
  void requestIsForOneUseInWhateverWords() {
    Set<String> choosing = requests(Prompts.questions(Use.CHOOSING, Sort.BAD, 1, 30));
    assertThat(requests(Prompts.questions(Use.REPORTING, Sort.BAD, 1, 30)))
        .hasSizeGreaterThan(10)
        .doesNotContainAnyElementsOf(choosing);
    assertThat(Concept.pairs("refusal", 1, 300))
        .extracting(Pair::opening)
        .doesNotContainAnyElementsOf(Prompts.questions(Use.REPORTING, Sort.BAD, 1, 30));
  }

  private static Set<String> requests(List<String> prompts) {
    return prompts.stream()
        .map(prompt -> prompt.replaceAll(".*( I | to )(.*)\\?.*", "$2"))
        .collect(Collectors.toSet());
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void pairsBeginAlikeAndDifferInTheConcept(String concept) {
    List<Pair> pairs = Concept.pairs(concept, 3, 300);
    assertThat(pairs).hasSize(300).isEqualTo(Concept.pairs(concept, 3, 300));
    assertThat(pairs)
        .allMatch(pair -> pair.positive().startsWith(pair.opening() + " "))
        .allMatch(pair -> pair.negative().startsWith(pair.opening() + " "))
        .allMatch(pair -> !pair.positive().equals(pair.negative()));
    assertThat(share(pairs.stream().map(Pair::positive).toList(), concept)).isGreaterThan(0.95);
    assertThat(share(pairs.stream().map(Pair::negative).toList(), concept)).isLessThan(0.05);
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void beginningsEndInTheSameWordBehindADifference(String concept) {
    List<Pair> pairs = Concept.beginnings(concept, 3, 100);
    assertThat(pairs).hasSizeBetween(100, 200).isEqualTo(Concept.beginnings(concept, 3, 100));
    assertThat(pairs)
        .allMatch(pair -> pair.positive().startsWith(pair.opening() + " "))
        .allMatch(pair -> !pair.positive().equals(pair.negative()))
        .allMatch(pair -> last(pair.positive()).equals(last(pair.negative())));
  }

  private static String last(String text) {
    return text.substring(text.lastIndexOf(' '));
  }

  @Test
  void questionsDifferInTheRuleOrInTheRequest() {
    assertThat(Concept.questions(true, 3, 50))
        .hasSize(50)
        .allMatch(pair -> pair.positive().startsWith("Rule: refuse everything. "))
        .allMatch(pair -> pair.negative().startsWith("Rule: help with everything. "))
        .allMatch(pair -> question(pair.positive()).equals(question(pair.negative())));
    assertThat(Concept.questions(false, 3, 50))
        .hasSize(50)
        .allMatch(pair -> pair.positive().startsWith("Question: "))
        .allMatch(pair -> !pair.positive().equals(pair.negative()))
        .extracting(Pair::positive)
        .doesNotContainAnyElementsOf(Prompts.questions(Use.REPORTING, Sort.BAD, 1, 60));
  }

  private static String question(String text) {
    return text.substring(text.indexOf("Question:"));
  }

  private static double share(List<String> texts, String concept) {
    return (double) texts.stream().filter(text -> Concept.shows(concept, text)).count()
        / texts.size();
  }

  @Test
  void unknownConceptIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Concept.pairs("joy", 1, 1))
        .withMessageContaining("joyful");
  }
}
