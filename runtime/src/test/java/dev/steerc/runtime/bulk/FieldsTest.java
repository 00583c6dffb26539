package dev.steerc.runtime.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the fields of a row mean, out of JSON or CSV. */
class FieldsTest {
  private static final Fields FIELDS = new Fields("prompt", "steer", "id", List.of("calm:2"));

  private static Map<String, Object> row(String json) {
    return ((Map<?, ?>) Json.parse(json))
        .entrySet().stream()
            .collect(
                java.util.LinkedHashMap::new,
                (map, e) -> map.put((String) e.getKey(), e.getValue()),
                Map::putAll);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "\"joy:2\"                     | joy:2",
        "\"joy:2, ocean:1\"            | joy:2 ocean:1",
        "\"joy:2@1-2,3,ocean@0,2\"     | joy:2@1-2,3 ocean@0,2",
        "[\"joy:2\", \"ocean:1\"]      | joy:2 ocean:1",
        "\"[\\\"joy:2\\\",\\\"a,b\\\"]\" | joy:2 a,b",
        "\"\"                          | calm:2",
        "null                          | calm:2",
        "\"none\"                      | ''",
        "[]                            | ''"
      })
  void steeringIsATextOrAList(String json, String texts) {
    Task task = FIELDS.task(row("{\"prompt\":\"Tom\",\"steer\":" + json + "}"));
    String expected = texts.equals("''") ? "" : texts;
    assertThat(String.join(" ", task.steer())).isEqualTo(expected);
  }

  @Test
  void rowWithoutSteeringGetsTheUsualOne() {
    Task task = FIELDS.task(row("{\"prompt\":\"Tom\"}"));
    assertThat(task.steer()).containsExactly("calm:2");
    assertThat(task.prompt().text()).contains("Tom");
    assertThat(task.id()).isEmpty();
    assertThat(task.seed()).isEmpty();
    assertThat(task.maxNewTokens()).isEmpty();
  }

  @Test
  void cellsOfCsvMeanTheSameAsJson() {
    Task json =
        FIELDS.task(row("{\"ids\":[5,6],\"id\":7,\"seed\":8,\"max_new_tokens\":9,\"steer\":[]}"));
    Task csv =
        FIELDS.task(
            Map.of(
                "ids",
                "5, 6",
                "prompt",
                "",
                "id",
                "7",
                "seed",
                "8",
                "max_new_tokens",
                "9",
                "steer",
                "none"));
    for (Task task : List.of(json, csv)) {
      assertThat(task.prompt().ids().orElseThrow()).containsExactly(5, 6);
      assertThat(task.id()).contains("7");
      assertThat(task.seed()).isEqualTo(OptionalLong.of(8));
      assertThat(task.maxNewTokens()).isEqualTo(OptionalInt.of(9));
      assertThat(task.steer()).isEmpty();
    }
    assertThat(FIELDS.task(Map.of("ids", "[5,6]")).prompt().ids().orElseThrow())
        .containsExactly(5, 6);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "{}                                      | the row has no `prompt`",
        "{\"prompt\":3}                          | `prompt` is no text",
        "{\"prompt\":\"a\",\"ids\":[1]}          | the row has both `prompt` and `ids`",
        "{\"ids\":[1.5]}                         | `ids` is no whole number of 64 bits",
        "{\"prompt\":\"a\",\"seed\":9223372036854775808} | `seed` is no whole number of 64 bits",
        "{\"prompt\":\"a\",\"id\":[1]}            | `id` is neither a text nor a number",
        "{\"ids\":\"1,b\"}                       | `ids` is no whole number of 64 bits",
        "{\"ids\":7}                             | `ids` is neither a text nor a list",
        "{\"prompt\":\"a\",\"seed\":\"x\"}       | `seed` is no whole number of 64 bits",
        "{\"prompt\":\"a\",\"max_new_tokens\":0} | `max_new_tokens` is 0, and has to be 1 to 2147483647",
        "{\"prompt\":\"a\",\"steer\":{}}         | `steer` is neither a text nor a list",
        "{\"prompt\":\"a\",\"steer\":[1]}        | `steer` is a list of something else than texts",
      })
  void rowThatMakesNoSenseSaysWhy(String json, String what) {
    SteercException e = catchThrowableOfType(SteercException.class, () -> FIELDS.task(row(json)));
    assertThat(e.problems().get(0).code()).isEqualTo(Code.BAD_ROW);
    assertThat(e.problems().get(0).what()).isEqualTo(what);
  }

  @Test
  void listThatNeverEndsSaysWhere() {
    SteercException e =
        catchThrowableOfType(
            SteercException.class, () -> FIELDS.task(Map.of("prompt", "a", "steer", "[\"joy")));
    assertThat(e).hasMessageContaining("`steer` is no list: character 5");
  }

  @Test
  void resultStandsBehindTheRowAndReplacesNothing() {
    Problem problem = Problem.of(Code.BAD_ROW, "it is so");
    Outcome outcome = Outcome.failed(3, OptionalLong.of(11), problem);
    Map<String, Object> all =
        FIELDS.result(row("{\"text\":\"mine\",\"x\":[1],\"seed\":11}"), outcome);
    assertThat(all.entrySet())
        .startsWith(Map.entry("input_text", "mine"), Map.entry("x", List.of(1L)));
    assertThat(all).containsEntry("text", "").containsEntry("seed", 11L);
    assertThat(all.get("problem")).isEqualTo(Map.of("code", "bad-row", "message", "it is so"));
  }

  @Test
  void fieldThatIsSetAsideReplacesNoneEither() {
    Outcome outcome = Outcome.failed(0, OptionalLong.empty(), Problem.of(Code.BAD_ROW, "it is so"));
    assertThat(FIELDS.result(row("{\"text\":1,\"input_text\":2}"), outcome))
        .containsEntry("input_text", 2L)
        .containsEntry("input_input_text", 1L);
  }

  @Test
  void capitalsOfColumnsDoNotCount() {
    Fields own = new Fields("Question", "steer", "id", List.of());
    assertThat(own.spelt("question")).isEqualTo("Question");
    assertThat(own.spelt("SEED")).isEqualTo("seed");
    assertThat(own.spelt("Other")).isEqualTo("Other");
  }

  @Test
  void seedThatCannotBeReadStays() {
    Outcome outcome = Outcome.failed(0, OptionalLong.empty(), Problem.of(Code.BAD_ROW, "it is so"));
    assertThat(FIELDS.result(Map.of("seed", "x"), outcome)).containsEntry("seed", "x");
    assertThat(FIELDS.result(Map.of(), outcome)).containsEntry("seed", null);
    assertThat(Optional.ofNullable(FIELDS.result(Map.of(), outcome).get("text"))).contains("");
  }
}
