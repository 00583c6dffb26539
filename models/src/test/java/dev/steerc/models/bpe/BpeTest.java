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
  private static final int L = 'l' - 32;
  private static final int O = 'o' - 32;
  private static final int W = 'w' - 32;
  private static final int E = 'e' - 32;
  private static final int R = 'r' - 32;

  /** `l o` and `o w` stand 5 times, then ` low` and `e r` 3 times each. */
  private static final List<String> TEXTS = List.of("low low lower", "low low newer never");

  @Test
  void mergesTheMostFrequentPairFirst() {
    Bpe bpe = Bpe.train(TEXTS.stream(), 261);
    assertThat(merges(bpe)).containsExactly("l o", "lo w", "Ġ low", "e r");
  }

  @Test
  void encodesByTheOrderOfTheMerges() {
    Bpe bpe = Bpe.train(TEXTS.stream(), 261);
    assertThat(bpe.encode("low lower")).containsExactly(257, 258, 259);
    assertThat(bpe.encode("loer w")).containsExactly(256, 259, 0, W);
    assertThat(bpe.encode("lwoe")).containsExactly(L, W, O, E);
    assertThat(bpe.encode("rr")).containsExactly(R, R);
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
    assertThat(bpe.encode("aaaaa")).containsExactly(256, 256, 'a' - 32);
  }

  @Test
  void vocabularyStaysSmallWhereNothingIsLeftToMerge() {
    assertThat(Bpe.train(Stream.of("ab"), 2048).size()).isEqualTo(258);
    assertThat(Bpe.train(Stream.of(), 2048).size()).isEqualTo(257);
  }

  @ParameterizedTest
  @ValueSource(strings = {"low", " the thing, été 😀 日本\n\u0000 x  y ", "\t\r\n", "I'll we've"})
  void textComesBack(String text) {
    Bpe bpe = Bpe.train(TEXTS.stream(), 300);
    assertThat(bpe.decode(bpe.encode(text))).isEqualTo(text);
  }

  @Test
  void sameTextsGiveTheSameFile() {
    String json = Bpe.train(TEXTS.stream(), 270).json();
    assertThat(Bpe.train(TEXTS.stream(), 270).json()).isEqualTo(json);
  }

  @Test
  void fileHasTheFormOfTheTestTokenizers() {
    assertThat(Bpe.train(Stream.of(), 257).json()).isEqualTo(TinyTokenizer.json(257));
  }

  private static List<Object> merges(Bpe bpe) {
    Map<?, ?> file = (Map<?, ?>) Json.parse(bpe.json());
    return List.copyOf((List<?>) ((Map<?, ?>) file.get("model")).get("merges"));
  }
}
