package dev.steerc.runtime.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.Steerc;
import dev.steerc.manifest.Description;
import dev.steerc.plan.Layers;
import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.runtime.TestModels;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sites as users name them. */
class SitesTest {
  private static final Description MODEL = Steerc.inspect(TestModels.graph("withpast")).model();

  private static List<Site> sites(String words, String layers) {
    return Sites.of(MODEL, List.of(words.split(";")), Layers.parse(layers));
  }

  @ParameterizedTest
  @CsvSource({
    "resid_post, all, 0.resid_post 1.resid_post 2.resid_post 3.resid_post",
    "resid_post;attn_out, 1-2, 1.attn_out 1.resid_post 2.attn_out 2.resid_post",
    "3.mlp_out;resid_pre, 1, 1.resid_pre 3.mlp_out",
    "3.mlp_out; 0.resid_mid;3.mlp_out, 1, 0.resid_mid 3.mlp_out",
    "all, '0,2', 0.resid_pre 0.attn_out 0.resid_mid 0.mlp_out 0.resid_post"
        + " 2.attn_out 2.resid_mid 2.mlp_out 2.resid_post",
  })
  void wordsStandForSites(String words, String layers, String expected) {
    List<String> texts = sites(words, layers).stream().map(Site::text).toList();
    assertThat(String.join(" ", texts)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "resid_post, 4, LAYER_OUT_OF_RANGE",
    "resid_post, 0-999999999, LAYER_OUT_OF_RANGE",
    "4.resid_post, all, LAYER_OUT_OF_RANGE",
    "middle, all, UNKNOWN_SITE",
    "1.middle, all, UNKNOWN_SITE",
    "'', all, UNKNOWN_SITE",
  })
  void whatThereIsNotIsAProblem(String words, String layers, Code code) {
    CaptureTest.assertProblem(code, () -> sites(words, layers));
  }
}
