package dev.steerc.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.models.corpus.Corpus;
import dev.steerc.models.corpus.Document;
import java.util.List;
import org.junit.jupiter.api.Test;

class CarryTest {
  @Test
  void twoSentencesAreABeginning() {
    assertThat(Carry.beginning("Letter to Mr. Hill. Dear Mr. Hill, hello. Yours, Tom Fox."))
        .contains("Letter to Mr. Hill. Dear Mr. Hill, hello.");
  }

  @Test
  void aTextThatEndsThereHasNone() {
    assertThat(Carry.beginning("Tom ran. He fell.")).isEmpty();
  }

  @Test
  void theCorpusCarriesWhatItBegins() {
    List<Document> documents = Corpus.documents(5, 400).toList();
    assertThat(Carry.own(documents).get("mood").value()).isGreaterThan(0.9);
    assertThat(Carry.own(documents).get("topic").value()).isGreaterThan(0.9);
    assertThat(Carry.own(documents).get("names").value()).isEqualTo(1);
  }
}
