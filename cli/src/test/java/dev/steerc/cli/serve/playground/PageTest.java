package dev.steerc.cli.serve.playground;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What can be told of the page without a browser. */
class PageTest {
  private final Page page = Page.load();

  private List<String> found(String pattern) {
    Matcher matcher = Pattern.compile(pattern, Pattern.DOTALL).matcher(page.html());
    return matcher.results().map(result -> result.group(result.groupCount())).toList();
  }

  @Test
  void policyLetsItsOwnScriptAndStyleRunAndNothingElse() throws Exception {
    for (String element : List.of("script", "style")) {
      List<String> contents = found("<" + element + "\\b[^>]*>(.*?)</" + element + ">");
      assertThat(contents).hasSize(1);
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(contents.get(0).getBytes(StandardCharsets.UTF_8));
      assertThat(page.policy())
          .contains(element + "-src 'sha256-" + Base64.getEncoder().encodeToString(hash) + "';");
    }
    assertThat(page.policy()).startsWith("default-src 'none'").doesNotContain("unsafe", "*");
  }

  @Test
  void loadsNothingAndMakesNoMarkupOfTexts() {
    assertThat(found("https?://[^'\"\\s)]*"))
        .allMatch(url -> url.equals("http://www.w3.org/2000/svg"));
    assertThat(found("(innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\()"))
        .isEmpty();
    assertThat(found("<[^>]* (style|on[a-z]+)=")).isEmpty();
  }
}
