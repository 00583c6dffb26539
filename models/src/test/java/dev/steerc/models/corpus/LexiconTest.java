package dev.steerc.models.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class LexiconTest {
  private static final List<Document> DOCUMENTS = Corpus.documents(11, 6000).toList();

  @Test
  void recognisesTheMoodOfAStory() {
    assertMostly(
        Kind.STORY,
        document ->
            document.second().isPresent()
                || Lexicon.mood(document.text()).equals(document.mood().filter(this::isFelt)));
  }

  private boolean isFelt(Mood mood) {
    return mood != Mood.NEUTRAL;
  }

  @Test
  void recognisesTheTopic() {
    for (Kind kind : Kind.values()) {
      assertMostly(
          kind, document -> Lexicon.topic(document.text()).equals(Optional.of(document.topic())));
    }
  }

  @Test
  void recognisesTheRegisterOfALetter() {
    assertMostly(
        Kind.LETTER, document -> Lexicon.register(document.text()).equals(document.register()));
  }

  @Test
  void recognisesTheToneAndTheRefusalBehindTheQuestion() {
    assertMostly(Kind.ANSWER, document -> Lexicon.tone(answer(document)).equals(document.tone()));
    assertMostly(Kind.ANSWER, document -> Lexicon.refuses(answer(document)) == document.refused());
  }

  private static String answer(Document document) {
    return document.text().split(" Answer: ")[1];
  }

  @Test
  void textWithoutListedWordsIsUndecided() {
    assertThat(Lexicon.mood("Anna walked into the garden and")).isEmpty();
    assertThat(Lexicon.mood("Anna laughed and wept.")).isEmpty();
    assertThat(Lexicon.mood("Anna laughed happily and wept.")).contains(Mood.JOYFUL);
  }

  @Test
  void eachValueHasManyWordsOfItsOwn() {
    for (Attribute value : Attribute.all()) {
      assertThat(Lexicon.words(value)).as(value.word()).hasSizeGreaterThan(30);
      value.siblings().stream()
          .filter(other -> other != value)
          .forEach(
              other ->
                  assertThat(Collections.disjoint(Lexicon.words(value), Lexicon.words(other)))
                      .isTrue());
    }
  }

  private static void assertMostly(Kind kind, Predicate<Document> isRight) {
    List<Document> all = DOCUMENTS.stream().filter(document -> document.kind() == kind).toList();
    double share = (double) all.stream().filter(isRight).count() / all.size();
    assertThat(share).isGreaterThan(0.95);
  }
}
