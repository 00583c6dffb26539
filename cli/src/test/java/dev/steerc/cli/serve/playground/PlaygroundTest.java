package dev.steerc.cli.serve.playground;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.cli.serve.ServeOptions;
import dev.steerc.cli.serve.TestServer;
import dev.steerc.cli.serve.TestServer.Answer;
import dev.steerc.manifest.Json;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.VectorFile;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The playground in a real browser. It skips, and says so, where there is none. */
class PlaygroundTest {
  private static final String PROMPT = "Anna came home and";
  private static final String HOSTILE = "<img src=x onerror=hacked=1>";
  private static final String DONE =
      "document.querySelector('#stop').disabled"
          + " && document.querySelector('#plain footer').textContent.includes(' s')";
  private static final Path PICTURES = Path.of("target", "playground");
  private static final int ENTER = 13;
  private static final int ESCAPE = 27;
  private static final int RIGHT = 39;

  @TempDir static Path folder;
  private static TestServer server;
  private static Browser browser;

  @BeforeAll
  static void start() throws IOException {
    Optional<Path> program = Browser.find();
    if (program.isEmpty()) {
      System.err.println("PlaygroundTest is skipped: this machine has no chromium");
    }
    Assumptions.assumeTrue(program.isPresent(), "no chromium on this machine");
    Path demo = folder.resolve("demo");
    TestServer.patched(demo);
    Files.writeString(
        demo.resolve("chat_template.jinja"),
        "Question: {% for message in messages %}{{ message.content }}{% endfor %} Answer:");
    Path vectors = demo.resolve("vectors");
    VectorFile joy = VectorFile.open(vectors.resolve("joy.safetensors"));
    VectorFile.write(
        joy.vector(),
        Map.of("concept", HOSTILE, "positions", HOSTILE),
        vectors.resolve("hostile.safetensors"));
    Files.writeString(vectors.resolve("broken.safetensors"), HOSTILE);
    server = TestServer.start(demo);
    browser = Browser.start(program.get(), folder.resolve("profile"));
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      browser.close();
      server.close();
    }
  }

  @BeforeEach
  void anOrdinaryWindow() {
    browser.size(1280, 900, false);
    browser.dark(false);
  }

  @AfterEach
  void nothingElseIsAskedForAndNothingComplains() {
    assertThat(browser.requests())
        .isNotEmpty()
        .allMatch(url -> url.startsWith(server.at("/").toString()) || url.startsWith("data:"));
    assertThat(browser.complaints()).isEmpty();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static void open(String fragment) {
    browser.open(server.at("/" + fragment));
    browser.until("typeof state === 'object' && state.about && document.querySelector('.vector')");
  }

  private static void openDone(String fragment) {
    open(fragment);
    browser.until(DONE);
  }

  /** What a text shows behind its prompt. */
  private static String shown(String side) {
    return (String) browser.eval("state.texts." + side + ".text");
  }

  private static String alone(String prompt, Steering steering) {
    return server
        .model()
        .generate(
            Prompt.of(prompt)
                .steered(steering)
                .with(s -> s.seed(7).maxNewTokens(24).sampling(c -> c.temperature(0.8))))
        .get(0)
        .orThrow()
        .text();
  }

  private static Steering joy(double strength) {
    Path file = server.vectors().resolve("joy.safetensors");
    return Steering.of(VectorFile.read(file), strength);
  }

  private static void slide(String vector, int steps) {
    browser.focus("[data-vector=" + vector + "] input[type=range]");
    for (int i = 0; i < steps; i++) {
      browser.press("ArrowRight", RIGHT, 0);
    }
  }

  @Test
  void writesBothTextsSideBySide() {
    open("#n=24&seed=7&live=0");
    browser.focus("#prompt");
    browser.type(PROMPT);
    slide("joy", 10);
    browser.press("Enter", ENTER, 2);
    browser.until(DONE);
    assertThat(shown("plain")).isEqualTo(alone(PROMPT, Steering.NONE));
    assertThat(shown("steered")).isEqualTo(alone(PROMPT, joy(1)));
    assertThat(browser.text("#plain .body")).isEqualTo(PROMPT + shown("plain"));
    assertThat(browser.text("#steered .body")).isEqualTo(PROMPT + shown("steered"));
    assertThat(browser.eval("document.querySelectorAll('#steered .only').length")).isNotEqualTo(0L);
    browser.picture(PICTURES.resolve("light.png"));
  }

  @Test
  void aSliderChangesTheSteeredTextOnly() {
    openDone("#n=24&seed=7&v=joy%3A1&p=" + encoded(PROMPT));
    String plain = shown("plain");
    slide("joy", 5);
    String expected = alone(PROMPT, joy(1.5));
    assertThat(expected).isNotEqualTo(alone(PROMPT, joy(1)));
    browser.until(DONE + " && state.texts.steered.text === " + Json.write(expected));
    assertThat(shown("plain")).isEqualTo(plain);
    assertThat((String) browser.eval("location.hash")).contains("v=joy%3A1.5");
  }

  @Test
  void theShownCommandGivesTheSameTexts() throws Exception {
    String prompt = "It's \"so\" $HOME `id` \\ !\n" + PROMPT;
    openDone("#n=24&seed=7&v=joy%3A1&p=" + encoded(prompt));
    List<String> words = words(browser.text("#curl"));
    assertThat(words.get(1)).isEqualTo(server.at("/v1/completions").toString());
    assertThat(words).contains("Content-Type: application/json");
    Map<?, ?> body = (Map<?, ?>) Json.parse(words.get(words.indexOf("-d") + 1));
    assertThat(body.get("prompt")).isEqualTo(prompt);
    Answer answer = TestServer.send(server.json("/v1/completions", body));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    List<Object> texts = new ArrayList<>();
    for (Object choice : (List<?>) answer.json().get("choices")) {
      texts.add(((Map<?, ?>) choice).get("text"));
    }
    assertThat(texts).containsExactly(shown("plain"), shown("steered"));
  }

  /** The words of a command, as a shell takes it apart. */
  private static List<String> words(String command) throws Exception {
    Process bash =
        new ProcessBuilder("bash", "-c", "curl() { printf '%s\\0' \"$@\"; }\n" + command).start();
    String out = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor()).isZero();
    return List.of(out.split("\0"));
  }

  @Test
  void tokensHaveTheColoursOfTheirCosines() {
    openDone("#n=24&seed=7&v=joy%3A1&by=kitchen-question&p=" + encoded(PROMPT));
    browser.until("document.querySelector('#steered .token')");
    for (String side : List.of("plain", "steered")) {
      Answer probe =
          server.post(
              "/v1/probe",
              "token_ids",
              browser.eval(
                  "[...state.texts.SIDE.promptIds, ...state.texts.SIDE.ids]".replace("SIDE", side)),
              "vector",
              "kitchen-question");
      List<?> cosines =
          ((List<?>) probe.json().get("tokens"))
              .stream()
                  .map(token -> (Map<?, ?>) token)
                  .filter(token -> !"".equals(token.get("text")))
                  .map(token -> token.get("cosine"))
                  .toList();
      assertThat((List<?>) browser.eval(tokens(side) + "map(t => Number(t.dataset.cosine))"))
          .isEqualTo(cosines);
      assertThat(
              browser.eval(
                  tokens(side) + "every(t => t.matches('.away') === (t.dataset.cosine < 0))"))
          .isEqualTo(true);
      assertThat(
              (Long)
                  browser.eval(
                      "new Set("
                          + tokens(side)
                          + "map(t => getComputedStyle(t).backgroundColor)).size"))
          .isGreaterThan(5L);
    }
    browser.focus("#plain .token");
    browser.press("ArrowRight", RIGHT, 0);
    assertThat(browser.text("#readout")).startsWith("“came” in the plain text: ");
    browser.picture(PICTURES.resolve("tokens.png"));
  }

  private static String tokens(String side) {
    return "[...document.querySelectorAll('#" + side + " .token')].";
  }

  @Test
  void hostileTextsStayTexts() {
    openDone("#n=24&seed=7&v=hostile%3A1&p=" + encoded("<script>hacked=1</script>" + HOSTILE));
    assertThat(browser.text("[data-vector=hostile] .about")).contains(HOSTILE);
    assertThat(browser.text("[data-vector=broken] .why")).isNotBlank();
    assertThat(browser.text("#plain .body")).startsWith("<script>hacked=1</script>" + HOSTILE);
    assertThat(browser.eval("document.querySelectorAll('img, main script').length")).isEqualTo(0L);
    assertThat(browser.eval("typeof hacked")).isEqualTo("undefined");
  }

  @Test
  void nothingCanBePutInAsMarkup() {
    open("");
    assertThat(
            (String)
                browser.eval(
                    "(() => { try { document.body.innerHTML = '<b>x</b>'; return 'done'; }"
                        + " catch (e) { return e.name; } })()"))
        .isEqualTo("TypeError");
    // the browser reports what it refused; that is what was to be seen
    assertThat(browser.complaints()).allMatch(text -> text.contains("TrustedHTML"));
    open("");
  }

  @Test
  void fitsAPhone() {
    browser.size(360, 740, true);
    openDone("#n=24&seed=7&v=joy%3A1&p=" + encoded(PROMPT));
    assertThat(browser.eval("document.documentElement.scrollWidth")).isEqualTo(360L);
    browser.picture(PICTURES.resolve("phone.png"));
    browser.dark(true);
    openDone("#n=24&seed=7&v=joy%3A1&by=joy&p=" + encoded(PROMPT));
    browser.until("document.querySelector('#steered .token')");
    assertThat(browser.eval("document.documentElement.scrollWidth")).isEqualTo(360L);
    browser.picture(PICTURES.resolve("phone-dark.png"));
  }

  @Test
  void answersMessagesWhereTheModelHasATemplate() {
    openDone("#chat=1&n=24&seed=7&v=joy%3A1&p=" + encoded("How do I bake bread?"));
    String prompt = "Question: How do I bake bread? Answer:";
    assertThat(shown("plain")).isEqualTo(alone(prompt, Steering.NONE));
    assertThat(shown("steered")).isEqualTo(alone(prompt, joy(1)));
  }

  @Test
  void asksForTheKeyOfTheServer() throws IOException {
    String key = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
    Path keys = Files.writeString(folder.resolve("keys"), "use " + key + "\n");
    try (TestServer locked = TestServer.start(folder.resolve("demo"), o -> with(o, keys))) {
      browser.open(locked.at("/#n=24&seed=7&p=" + encoded(PROMPT)));
      browser.until("document.querySelector('#key-dialog').open");
      browser.picture(PICTURES.resolve("key.png"));
      browser.focus("#key-text");
      browser.type(key);
      browser.eval("document.querySelector('#key-form').requestSubmit()");
      browser.until("state.about && document.querySelector('.vector')");
      assertThat(browser.text("#curl")).contains("Bearer $STEERC_KEY").doesNotContain(key);
      assertThat(browser.eval("localStorage.length + document.cookie.length")).isEqualTo(0L);
      assertThat(browser.requests()).allMatch(url -> !url.contains(key));
      assertThat(browser.complaints()).isNotEmpty().allMatch(text -> text.contains("401"));
    }
    open("");
  }

  private static ServeOptions with(ServeOptions options, Path keys) {
    return new ServeOptions(
        options.host(),
        options.port(),
        options.name(),
        options.vectors(),
        Optional.of(keys),
        options.limits(),
        options.jsonLog(),
        options.logPrompts(),
        options.inline(),
        options.origins());
  }

  @Test
  void stopsWithEscape() {
    open("#n=100&seed=7&live=0");
    browser.focus("#prompt");
    browser.type(PROMPT);
    // both in one go, so that no text can be whole in between
    browser.eval(
        "generate(); document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }))");
    assertThat(browser.eval("document.querySelector('#stop').disabled")).isEqualTo(true);
    assertThat(browser.text("#status")).isEqualTo("Stopped.");
    browser.press("Escape", ESCAPE, 0);
    assertThat(browser.text("#plain footer")).isEmpty();
  }

  @Test
  void problemsAreSaidInPlace() {
    open("#n=24&seed=7&p=" + encoded(PROMPT.repeat(60)));
    browser.until("!document.querySelector('#alert').hidden");
    assertThat(browser.text("#alert")).contains("prompt").contains("prompt-too-long");
    browser.picture(PICTURES.resolve("problem.png"));
    assertThat(browser.complaints()).hasSize(1).allMatch(text -> text.contains("400"));
    open("");
  }
}
