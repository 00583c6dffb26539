package dev.steerc.models.bpe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.manifest.Json;
import dev.steerc.models.TinyTokenizer;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BpeTest {
  private static final int O = 'o' - 32;
  private static final int W = 'w' - 32;
  private static final int E = 'e' - 32;
  private static final int R = 'r' - 32;

  /**
   * ` l`, `l o` and `o w` stand 5 times, with the space that is read before a text, `e r` 3 times.
   */
  private static final List<String> TEXTS = List.of("low low lower", "low low newer never");

  @Test
  void mergesTheMostFrequentPairFirst() {
    Bpe bpe = Bpe.train(TEXTS.stream(), 261);
    assertThat(merges(bpe)).containsExactly("Ġ l", "o w", "Ġl ow", "e r");
  }

  @Test
  void encodesByTheOrderOfTheMerges() {
    Bpe bpe = Bpe.train(TEXTS.stream(), 261);
    assertThat(bpe.encode("low lower")).containsExactly(258, 258, 259);
    assertThat(bpe.encode("loer w")).containsExactly(256, O, 259, 0, W);
    assertThat(bpe.encode("lwoe")).containsExactly(256, W, O, E);
    assertThat(bpe.encode("rr")).containsExactly(0, R, R);
    assertThat(bpe.encode("")).isEmpty();
    assertThat(bpe.endOfText()).isEqualTo(260);
  }

  @Test
  void tokensStayInsideWords() {
    Bpe bpe = Bpe.train(Stream.of("a.a.a.a. don't don't 12 12"), 400);
    assertThat(bpe.encode("a.")).hasSize(2);
    assertThat(bpe.encode(" don't")).hasSize(2);
  }

  @Test
  void pairOfTheSameTokenIsJoinedFromTheLeft() {
    Bpe bpe = Bpe.train(Stream.of("aaa aaa"), 258);
    assertThat(bpe.encode("aaaaa")).containsExactly(0, 256, 256, 'a' - 32);
  }

  @Test
  void vocabularyStaysSmallWhereNothingIsLeftToMerge() {
    assertThat(Bpe.train(Stream.of("ab"), 2048).size()).isEqualTo(259);
    assertThat(Bpe.train(Stream.of(), 2048).size()).isEqualTo(257);
  }

  @ParameterizedTest
  @ValueSource(strings = {"low", " the thing, été 😀 日本\n\u0000 x  y ", "\t\r\n", "I'll we've"})
  void textComesBack(String text) {
    Bpe bpe = Bpe.train(TEXTS.stream(), 300);
    assertThat(bpe.decode(bpe.encode(text))).isEqualTo(text.startsWith(" ") ? text : " " + text);
  }

  @Test
  void wordHasTheSameTokenAtTheBeginningAsElsewhere() {
    Bpe bpe = Bpe.train(TEXTS.stream(), 261);
    assertThat(bpe.encode("low")).isEqualTo(bpe.encode(" low")).containsExactly(258);
  }

  @Test
  void sameTextsGiveTheSameFile() {
    String json = Bpe.train(TEXTS.stream(), 270).json();
    assertThat(Bpe.train(TEXTS.stream(), 270).json()).isEqualTo(json);
  }

  @Test
  void fileHasTheFormOfTheTestTokenizers() {
    assertThat(Bpe.train(Stream.of(), 257).json())
        .isEqualTo(
            TinyTokenizer.json(257)
                .replaceFirst("add_prefix_space\":false", "add_prefix_space\":true"));
  }

  private static List<Object> merges(Bpe bpe) {
    Map<?, ?> file = (Map<?, ?>) Json.parse(bpe.json());
    return List.copyOf((List<?>) ((Map<?, ?>) file.get("model")).get("merges"));
  }
}
