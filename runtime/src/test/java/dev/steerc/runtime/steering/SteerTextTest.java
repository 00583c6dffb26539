package dev.steerc.runtime.steering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SteerTextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      nullValues = "-",
      value = {
        "joy - joy 1 - all constant",
        "joy:4 - joy 4 - all constant",
        "joy:-1.5 - joy -1.5 - all constant",
        "joy:+.5 - joy 0.5 - all constant",
        "joy:0 - joy 0 - all constant",
        "joy:1e-3 - joy 0.001 - all constant",
        "v.npy:1.5@2:after:5 - v.npy 1.5 2 after:5 constant",
        "joy:-1e-1@4-8,10.attn_out:last:2:linear:20 - joy -0.1 4-8,10.attn_out last:2 linear:20",
        "joy@all - joy 1 all all constant",
        "joy:4@0..3:prompt - joy 4 0-3 prompt constant",
        "joy:generated - joy 1 - generated constant",
        "joy:first:1:half-life:8 - joy 1 - first:1 half-life:8",
        "joy:half-life:8:first:1 - joy 1 - first:1 half-life:8",
        "joy:all:constant - joy 1 - all constant",
        "ablate=x.npy:1@2 ablate x.npy 1 2 all constant",
        "clamp=x.npy:3@1 clamp x.npy 3 1 all constant",
        "reflect=x reflect x 1 - all constant",
        "add=x:2 add x 2 - all constant",
        "/a/b.c/v-1.5.safetensors:2@6 - /a/b.c/v-1.5.safetensors 2 6 all constant",
        "../v.gguf:2@6.resid_mid - ../v.gguf 2 6.resid_mid all constant",
        "v:1@value=hidden - v 1 value=hidden all constant",
        "v:1@value=/h.0/mlp/Add_output_0 - v 1 value=/h.0/mlp/Add_output_0 all constant",
        "v:1@value=model/add:0:after:3 - v 1 value=model/add:0 after:3 constant"
      })
  void readsEveryPart(
      String text,
      String op,
      String source,
      double number,
      String places,
      String positions,
      String decay) {
    SteerText read = SteerText.parse(text);
    assertThat(read.op()).isEqualTo(Optional.ofNullable(op));
    assertThat(read.source()).isEqualTo(source);
    assertThat(read.number()).isEqualTo(number);
    assertThat(read.places()).hasToString(places == null ? "" : places);
    assertThat(read.positions()).hasToString(positions);
    assertThat(read.decay()).hasToString(decay);
  }

  @Test
  void pathsMayHaveSpaces() {
    SteerText read = SteerText.parse("my vectors/so glad.npy:2@1");
    assertThat(read.source()).isEqualTo("my vectors/so glad.npy");
    assertThat(read.number()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"inf", "-inf", "+Infinity", "nan", "NaN", "-nan", "1e999", "-1e999"})
  void strengthsAreFinite(String strength) {
    for (String text : new String[] {"joy:" + strength, "joy:" + strength + "@2:after:5"}) {
      check(Code.BAD_STRENGTH, text);
    }
    check(Code.BAD_STRENGTH, "clamp=joy:" + strength);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        ":4",
        "@2",
        "joy:",
        "joy:4:",
        "joy::4",
        "joy:much",
        "joy:4x",
        "joy:4f",
        "joy:1d",
        "joy:0x1p3",
        "joy:1,5",
        "joy:--4",
        "joy:4:5",
        "joy:4@",
        "joy:4@x",
        "joy:4@8-4",
        "joy:4@-1",
        "joy:4@1.5",
        "joy:4@6.nowhere",
        "joy:4@6.resid_post.attn_out",
        "joy:4@6@7",
        "joy:4@value=",
        "joy@2:4",
        "joy:4:after",
        "joy:4:after:",
        "joy:4:after:-1",
        "joy:4:after:x",
        "joy:4:sometimes",
        "joy:4:prompt:3",
        "ablate=",
        "ablate=:1",
        "=joy"
      })
  void whatIsNoSteeringIsAProblem(String text) {
    assertThat(check(Code.BAD_STEER, text).what()).contains("`--steer " + text + "`");
  }

  /** Rules that look right and would otherwise be left out without a word. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "joy:4:linear:0",
        "joy:4:half-life:0",
        "joy:4:after:12345678901",
        "joy:4:prompt:generated",
        "joy:4:first:2:last:2",
        "joy:4:linear:2:half-life:2"
      })
  void noRuleIsLeftOutSilently(String text) {
    check(Code.BAD_STEER, text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "joy:4",
        "joy:-0.1@4-8,10.attn_out:last:2:linear:20",
        "joy:1.5@2:after:5",
        "joy:4@2.resid_post",
        "joy:4@all:prompt",
        "joy:0@0:first:3:half-life:8",
        "joy:1@value=/h.0/Add",
        "ablate=joy:1@2",
        "ablate=joy:0.5",
        "reflect=joy:1:generated",
        "clamp=joy:3@1",
        "clamp=joy:-2.5@1"
      })
  void termsAreWrittenAsTheyAreRead(String text) {
    Term term = SteerText.parse(text).term(Vector.of("joy", 1, 2, 3));
    assertThat(term).hasToString(text);
  }

  @Test
  void writtenPlacesMeanTheSame() {
    for (Site site : new Site[] {site(Site.Kind.RESID_POST), site(Site.Kind.ATTN_OUT)}) {
      assertThat(Places.parse(Places.at(site).toString())).contains(Places.at(site));
    }
    assertThat(Places.parse("2")).isNotEqualTo(Optional.of(Places.block(2)));
  }

  @Test
  void numberOfAClampIsItsLevel() {
    Term term = SteerText.parse("clamp=joy:3").term(Vector.of("joy", 1, 2));
    assertThat(term.strength()).isEqualTo(1);
    assertThat(term.vector().placeless()).hasValueSatisfying(e -> checkLevel(e, 3));
  }

  private static void checkLevel(Edit edit, double level) {
    assertThat(edit).isInstanceOf(Edit.Clamp.class);
    assertThat(((Edit.Clamp) edit).level()).isEqualTo(level);
  }

  private static Site site(Site.Kind kind) {
    return new Site.InBlock(2, kind);
  }

  private static Problem check(Code code, String text) {
    SteercException problem =
        assertThatExceptionOfType(SteercException.class)
            .as(text)
            .isThrownBy(() -> SteerText.parse(text))
            .actual();
    assertThat(problem.problems()).extracting(Problem::code).as(text).containsExactly(code);
    return problem.problems().get(0);
  }
}
