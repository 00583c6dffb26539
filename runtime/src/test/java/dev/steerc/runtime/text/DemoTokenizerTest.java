package dev.steerc.runtime.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.models.bpe.Bpe;
import dev.steerc.models.corpus.Corpus;
import dev.steerc.models.corpus.Document;
import dev.steerc.models.demo.DemoFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo model's tokenizer, as Hugging Face's library reads it. */
class DemoTokenizerTest {
  private static final int DOCUMENTS = 2000;
  private static final Bpe BPE = DemoFiles.tokenizer(DOCUMENTS);
  private static final List<String> HELD_OUT =
      Corpus.documents(DemoFiles.SEED + 1, DOCUMENTS).map(Document::text).toList();

  @TempDir Path folder;
  private Tokenizer tokenizer;

  @BeforeEach
  void open() throws IOException {
    DemoFiles.write(folder, BPE);
    tokenizer = Tokenizer.open(folder);
  }

  @AfterEach
  void close() {
    tokenizer.close();
  }

  @Test
  void documentsComeBackBehindASpace() {
    assertThat(HELD_OUT)
        .allSatisfy(
            text -> assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(" " + text));
  }

  @Test
  void idsAreThoseOfTheTrainer() {
    assertThat(HELD_OUT)
        .allSatisfy(
            text ->
                assertThat(tokenizer.encode(text))
                    .containsExactly(IntStream.of(BPE.encode(text)).asLongStream().toArray()));
  }

  @Test
  void documentsFitTheContext() {
    assertThat(HELD_OUT).allMatch(text -> tokenizer.encode(text).length + 1 <= DemoFiles.CONTEXT);
  }

  @Test
  void tokensHaveThreeCharactersAndAHalf() {
    long characters = HELD_OUT.stream().mapToLong(String::length).sum();
    long tokens = HELD_OUT.stream().mapToLong(text -> tokenizer.encode(text).length).sum();
    assertThat((double) characters / tokens).isGreaterThan(3.5);
  }

  @Test
  void endOfTheTextHasTheLastId() {
    assertThat(tokenizer.size()).isEqualTo(DemoFiles.VOCABULARY);
    assertThat(tokenizer.encode("<|endoftext|>")).containsExactly(BPE.endOfText());
  }
}
