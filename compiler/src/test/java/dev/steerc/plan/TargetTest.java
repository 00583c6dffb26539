package dev.steerc.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.problem.Code;
import dev.steerc.problem.Refusal;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "6.resid_post:add",
        "0.resid_pre:tap",
        "11.attn_out:project",
        "8.mlp_out:project@2",
        "3.resid_mid:project@64",
        "value:hidden:add",
        "value:/h.0/Add_output_0:tap",
        "value:a:b:project@3",
        "value:value:x:add:add",
      })
  void textGoesBothWays(String text) {
    assertThat(Target.parse(text, OptionalInt.empty()).text()).isEqualTo(text);
  }

  @Test
  void partsAreRead() {
    assertThat(Target.parse("6.resid_post:add", OptionalInt.empty()))
        .isEqualTo(new AddVector(new Site.InBlock(6, Site.Kind.RESID_POST)));
    assertThat(Target.parse("value:a:b:tap", OptionalInt.empty()))
        .isEqualTo(new Tap(new Site.Named("a:b")));
  }

  @Test
  void ownRankWinsOverTheOtherOne() {
    assertThat(Target.parse("1.mlp_out:project", OptionalInt.of(4)).text())
        .isEqualTo("1.mlp_out:project@4");
    assertThat(Target.parse("1.mlp_out:project@2", OptionalInt.of(4)).text())
        .isEqualTo("1.mlp_out:project@2");
    assertThat(Target.parse("1.mlp_out:add", OptionalInt.of(4)).text()).isEqualTo("1.mlp_out:add");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "6",
        "6.resid_post",
        "resid_post:add",
        "-1.resid_post:add",
        "6,resid_post:add",
        "6.resid_post:ADD",
        "6.resid_post:add ",
        "6.resid_post:project@",
        "6.resid_post:project@-1",
        "6.resid_post:project@99999",
        "6..resid_post:add",
        "9999999999.resid_post:add",
        "value:add",
        "value::add",
        "value:",
        "value:a\nb:add",
      })
  void otherFormsAreRefused(String text) {
    Refusal.check(
        "error[bad-at]: `--at "
            + text
            + "` cannot be understood\n  help: pass BLOCK.SITE:OP such as 6.resid_post:add, or value:NAME:OP",
        () -> Target.parse(text, OptionalInt.empty()));
  }

  @ParameterizedTest
  @CsvSource({
    "resid_pos, did you mean `resid_post`? choose",
    "resid_prex, did you mean `resid_pre`? choose",
    "RESID_MID, did you mean `resid_mid`? choose",
    "mlpout, did you mean `mlp_out`? choose",
    "attention, choose",
  })
  void unknownSitesAreCorrected(String site, String help) {
    Refusal.check(
        "error[unknown-site]: there is no site `"
            + site
            + "`\n  help: "
            + help
            + " one of resid_pre, attn_out, resid_mid, mlp_out, resid_post",
        () -> Target.parse("1." + site + ":add", OptionalInt.empty()));
  }

  @ParameterizedTest
  @CsvSource({
    "ad, did you mean `add`? choose",
    "projekt, did you mean `project`? choose",
    "taps, did you mean `tap`? choose",
    "multiply, choose",
  })
  void unknownOperationsAreCorrected(String op, String help) {
    for (String site : new String[] {"1.resid_post:", "value:x:"}) {
      Refusal.check(
          "error[unknown-op]: there is no operation `"
              + op
              + "`\n  help: "
              + help
              + " one of add, bias, project, tap",
          () -> Target.parse(site + op, OptionalInt.empty()));
    }
  }

  @Test
  void rankZeroIsRefused() {
    Refusal.of(() -> Target.parse("1.mlp_out:project@0", OptionalInt.empty()));
  }

  @Test
  void rankOfAnAddIsRefused() {
    Refusal.of(() -> Target.parse("1.mlp_out:add@2", OptionalInt.empty()));
    Refusal.of(() -> Target.parse("1.mlp_out:tap@2", OptionalInt.empty()));
  }

  @Test
  void unknownSiteAloneIsRefused() {
    Refusal.check(Code.UNKNOWN_SITE, () -> Target.site("nowhere"));
  }
}
