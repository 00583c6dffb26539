package dev.steerc.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steerc.onnx.Seed;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  private static final String ALPHABET = "{}[],:\"\\u0-.eEtn ";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "true",
        "[]",
        "{}",
        "\"\"",
        "0",
        "-1",
        "999999999999999999",
        "9223372036854775807",
        "-9223372036854775808",
        "0.5",
        "-1.0E-10",
        "{\"a\":[1,{\"b\":null}],\"c\":\"d\"}",
        "\"\\\"\\\\/\\n\\r\\t\\u0000\\u001f\\u007f\"",
        "\"é日本𝄞\"",
      })
  void documentsGoBothWays(String text) {
    assertThat(Json.write(Json.parse(text))).isEqualTo(text);
  }

  @Test
  void escapesAreRead() {
    assertThat(Json.parse("\"\\b\\f\\/\\u00e9\\uD834\\uDD1E\"")).isEqualTo("\b\f/é𝄞");
  }

  @Test
  void spaceIsSkipped() {
    assertThat(Json.parse(" \t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : { } } "))
        .isEqualTo(Map.of("a", List.of(1L, 2L), "b", Map.of()));
  }

  @Test
  void wholeNumbersAreLongs() {
    assertThat(Json.parse("[7,-7,7.0,7e0]")).isEqualTo(List.of(7L, -7L, 7.0, 7.0));
    assertThat(Json.parse("9999999999999999999")).isEqualTo(1e19);
    assertThat(Json.parse("9223372036854775808")).isEqualTo(0x1p63);
  }

  @Test
  void valuesAreWrittenByKind() {
    assertThat(Json.write(Json.object("a", Optional.empty(), "b", Optional.of(1), "c", Double.NaN)))
        .isEqualTo("{\"a\":null,\"b\":1,\"c\":null}");
    assertThat(Json.write(Arrays.asList(1L, 2.5, null, 'x'))).isEqualTo("[1,2.5,null,\"x\"]");
    assertThat(Json.write(Float.NaN)).isEqualTo("null");
  }

  @Test
  void orderOfKeysIsKept() {
    assertThat(Json.write(Json.parse("{\"z\":1,\"a\":2,\"m\":3}")))
        .isEqualTo("{\"z\":1,\"a\":2,\"m\":3}");
  }

  @Test
  void depthIsBounded() {
    assertThat(Json.parse("[".repeat(64) + "]".repeat(64))).isInstanceOf(List.class);
    refuse("[".repeat(66) + "]".repeat(66), "character 65: nested too deeply");
    refuse("{\"a\":".repeat(1_000_000), "character 325: nested too deeply");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "[",
        "{",
        "]",
        "[1",
        "[1,",
        "[1,]",
        "[,]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "\"",
        "\"\\",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\u+123\"",
        "tru",
        "nul",
        "-",
        "1e",
        ".",
        "--1",
        "1-2",
        "1 1",
        "{}{}",
        "NaN",
        "Infinity",
        "'a'",
      })
  void otherTextIsRefused(String text) {
    assertThatThrownBy(() -> Json.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("(?s)character \\d+: .*");
  }

  /** RFC 8259 allows none of them; a manifest that another tool reads must not have them. */
  @ParameterizedTest
  @ValueSource(strings = {"+1", "01", "-01", "1.", ".5", "+0.5", "\"a\nb\""})
  void lenientFormsAreRefused(String text) {
    assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusalNamesTheCharacter() {
    refuse("{\"a\":1 \"b\"}", "character 7: `,` expected");
    refuse("[1] x", "character 4: something behind the end");
    refuse("\"abc", "character 4: a string that never ends");
  }

  @Test
  void damagedDocumentsAreNoCrash() {
    Random random = Seed.random("damagedDocumentsAreNoCrash");
    String text = "{\"a\":[1,-2.5e3,true,null,\"x\\u00e9\\n\"],\"b\":{\"c\":[[],{}]}}";
    for (int round = 0; round < 20_000; round++) {
      StringBuilder damaged = new StringBuilder(text);
      for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
        char c = ALPHABET.charAt(random.nextInt(ALPHABET.length()));
        damaged.setCharAt(random.nextInt(damaged.length()), c);
      }
      parse(damaged.substring(0, random.nextInt(damaged.length() + 1)));
    }
  }

  private static void parse(String text) {
    try {
      Json.parse(Json.write(Json.parse(text)));
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageMatching("(?s)character \\d+: .*");
    }
  }

  private static void refuse(String text, String message) {
    assertThatThrownBy(() -> Json.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
