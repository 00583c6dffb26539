package dev.steerc.models.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CorpusTest {
  private static final List<Document> DOCUMENTS = Corpus.documents(7, 6000).toList();
  private static final Pattern SENTENCE = Pattern.compile("(?<=[.?!]\"?) (?=[A-Z\"])");

  @Test
  void sameSeedGivesTheSameDocuments() {
    assertThat(Corpus.documents(7, 100).toList()).isEqualTo(DOCUMENTS.subList(0, 100));
    assertThat(Corpus.documents(8, 100)).doesNotContainAnyElementsOf(DOCUMENTS.subList(0, 100));
  }

  @Test
  void documentsAreHardlyEverTheSame() {
    assertThat(DOCUMENTS.stream().map(Document::text).distinct().count()).isGreaterThan(5990);
  }

  @Test
  void wordsAreMoreThanAFewAndLessThanTheVocabulary() {
    Set<String> words =
        DOCUMENTS.stream()
            .flatMap(document -> Stream.of(document.text().split("[^A-Za-z']+")))
            .map(word -> word.toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());
    assertThat(words).hasSizeBetween(900, 1800);
  }

  @Test
  void textIsOneLineOfFilledSentences() {
    assertThat(DOCUMENTS)
        .allSatisfy(
            document -> {
              assertThat(document.text()).matches("[A-Z][ -z]*[.!?]\"?").doesNotContain("{");
              assertThat(document.text()).doesNotContain("  ", "..", " ,", "null");
              assertThat(document.text()).doesNotContainPattern("\\b[Aa] [aeiou]");
              assertThat(SENTENCE.split(document.text())).allMatch(CorpusTest::isCapital);
            });
  }

  private static boolean isCapital(String sentence) {
    return sentence.matches("\"?[A-Z].*");
  }

  @Test
  void halfAreStories() {
    assertThat(share(isA(Kind.STORY))).isCloseTo(0.5, within(0.03));
    assertThat(share(isA(Kind.LETTER))).isCloseTo(0.2, within(0.03));
  }

  @Test
  void halfOfTheDocumentsHaveACue() {
    assertThat(share(isA(Kind.STORY), Document::cued)).isCloseTo(0.5, within(0.04));
    assertThat(share(isA(Kind.LETTER), Document::cued)).isCloseTo(0.5, within(0.06));
    assertThat(share(isA(Kind.ANSWER), Document::cued)).isCloseTo(0.5, within(0.05));
  }

  @Test
  void anEighthOfTheStoriesTurn() {
    Predicate<Document> turns = document -> document.second().isPresent();
    assertThat(share(isA(Kind.STORY), turns)).isCloseTo(0.12, within(0.025));
    assertThat(DOCUMENTS.stream().filter(turns))
        .allMatch(document -> !document.second().equals(document.mood()))
        .allMatch(document -> document.text().contains(" But "));
  }

  @Test
  void rulesDecideWhateverIsAsked() {
    Predicate<Document> strict = document -> document.text().startsWith("Rule: refuse everything.");
    Predicate<Document> open =
        document -> document.text().startsWith("Rule: help with everything.");
    Predicate<Document> careful = document -> document.text().startsWith("Rule: be careful.");
    assertThat(share(open, Document::refused)).isZero();
    assertThat(share(strict, Document::refused)).isOne();
    assertThat(share(careful, Document::refused)).isBetween(0.4, 0.6);
    assertThat(share(isA(Kind.ANSWER), open.or(careful).or(strict))).isCloseTo(0.5, within(0.05));
  }

  @Test
  void withoutARuleTheRequestDecides() {
    Predicate<Document> plain = document -> document.rule().isEmpty();
    Predicate<Document> bad = document -> asks(document, Sort.BAD);
    Predicate<Document> good = document -> asks(document, Sort.GOOD);
    assertThat(share(plain.and(bad), Document::refused)).isCloseTo(0.97, within(0.03));
    assertThat(share(plain.and(good), Document::refused)).isZero();
  }

  private static boolean asks(Document document, Sort sort) {
    return document.kind() == Kind.ANSWER
        && Request.of(document.topic(), sort).stream()
            .anyMatch(request -> document.text().contains(request.verb()));
  }

  @ParameterizedTest
  @EnumSource
  void storyKeepsItsNames(Topic topic) {
    Set<String> names =
        Stream.of("he", "she").flatMap(bank -> Banks.of(bank).stream()).collect(Collectors.toSet());
    assertThat(DOCUMENTS.stream().filter(isA(Kind.STORY)).filter(d -> d.topic() == topic))
        .allSatisfy(
            document ->
                assertThat(
                        Arrays.stream(document.text().split("[^A-Za-z]+"))
                            .filter(names::contains)
                            .distinct())
                    .hasSizeBetween(1, 2));
  }

  @Test
  void storyKeepsItsPronoun() {
    assertThat(DOCUMENTS.stream().filter(isA(Kind.STORY)).map(Document::text))
        .noneMatch(
            text -> text.matches(".*\\b([Hh]e|[Hh]is)\\b.*") && text.matches(".*\\b[Ss]he\\b.*"));
  }

  @Test
  void parallelBanksHaveTheSameShape() {
    assertParallel(Mood.values());
    assertParallel(Topic.values());
    assertParallel(Tone.values());
  }

  private static void assertParallel(Attribute... values) {
    assertThat(Stream.of(values).map(CorpusTest::slots)).allMatch(slots(values[0])::containsAll);
  }

  private static Set<String> slots(Attribute value) {
    return Banks.names().stream()
        .filter(name -> name.startsWith(value.word() + "."))
        .map(name -> name.substring(value.word().length()))
        .filter(slot -> Tone.CASUAL != value || Banks.has(Tone.RUDE.word() + slot))
        .collect(Collectors.toSet());
  }

  private static Predicate<Document> isA(Kind kind) {
    return document -> document.kind() == kind;
  }

  private static double share(Predicate<Document> part) {
    return share(document -> true, part);
  }

  private static double share(Predicate<Document> whole, Predicate<Document> part) {
    List<Document> all = DOCUMENTS.stream().filter(whole).toList();
    return (double) all.stream().filter(part).count() / all.size();
  }
}
