package dev.steerc.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.models.corpus.Corpus;
import dev.steerc.models.corpus.Document;
import dev.steerc.models.corpus.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpeningsTest {
  private static final List<Document> DOCUMENTS = Corpus.documents(5, 400).toList();

  @Test
  void everyKindHasAThird() {
    List<Kind> kinds = Openings.of(DOCUMENTS, 21).stream().map(OpeningsTest::kind).toList();
    for (Kind kind : Kind.values()) {
      assertThat(kinds).filteredOn(kind::equals).hasSize(7);
    }
  }

  @Test
  void noneIsTakenTwice() {
    Document story =
        DOCUMENTS.stream().filter(document -> document.kind() == Kind.STORY).findFirst().get();
    assertThat(Openings.of(List.of(story, story), 20)).hasSize(1);
  }

  private static Kind kind(String opening) {
    return DOCUMENTS.stream()
        .filter(document -> document.text().startsWith(opening))
        .findFirst()
        .orElseThrow()
        .kind();
  }
}
