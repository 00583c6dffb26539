package dev.steerc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.models.corpus.Concept;
import dev.steerc.models.corpus.Prompts;
import dev.steerc.models.corpus.Use;
import dev.steerc.runtime.learn.Seen;
import dev.steerc.runtime.steering.VectorFile;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code steerc sweep} as users have it, on the demo model. */
class SweepTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final List<String> PROMPTS = Prompts.plainStories(Use.CHOOSING, 1, 24);

  @TempDir Path folder;
  private Steered steerc;
  private Path vector;

  @BeforeEach
  void demoModel() throws Exception {
    steerc = new Steered(folder);
    Path demo = Steered.root().resolve("models/demo");
    for (String name : List.of("model.onnx", "tokenizer.json", "generation_config.json")) {
      Files.copy(demo.resolve(name), folder.resolve(name));
    }
    vector = Files.copy(demo.resolve("vectors/joy.safetensors"), folder.resolve("v.safetensors"));
    Files.write(folder.resolve("prompts.txt"), PROMPTS);
    Files.write(folder.resolve("joyful.txt"), Concept.words("joyful"));
  }

  private Steered.Run sweep(String... more) throws Exception {
    List<String> all =
        new ArrayList<>(
            List.of("sweep", "model.onnx", "v.safetensors", "--threads", "1", "--seed", "3"));
    all.addAll(List.of("--max-new-tokens", "24"));
    all.addAll(List.of(more));
    return steerc.run(all.toArray(String[]::new));
  }

  private Steered.Run words(String... more) throws Exception {
    List<String> all = new ArrayList<>(List.of("--prompts", "prompts.txt", "--words"));
    all.add("joyful.txt");
    all.addAll(List.of(more));
    return sweep(all.toArray(String[]::new));
  }

  private JsonNode json(Steered.Run run) {
    assertThat(run.exit()).as(run.output()).isZero();
    return JSON.readTree(run.output());
  }

  /** Strength 1 of the file is what was chosen: the same text, from the command line. */
  @Test
  void chosenPointIsWrittenAndReproduced() throws Exception {
    Files.copy(vector, folder.resolve("before.safetensors"));
    Map<String, String> before = VectorFile.open(vector).metadata();
    JsonNode document = json(words("--strengths", "0.3,0.83", "--max-perplexity", "1.6", "--json"));
    JsonNode chosen = document.get("chosen");
    double strength = chosen.get("strength").asDouble();
    assertThat(strength).isEqualTo(0.83);
    assertThat(chosen.get("sites").toString()).isEqualTo("[\"1.resid_mid\"]");
    JsonNode plain = document.get("report").get("plain");
    JsonNode told = document.get("report").get("chosen");
    assertThat(told.get("effect").asDouble()).isGreaterThan(plain.get("effect").asDouble() + 0.3);
    assertThat(told.get("texts").size()).isEqualTo(12);
    assertThat(document.get("baselines").get("plain").get("texts").size()).isEqualTo(12);

    Map<String, String> after = VectorFile.open(vector).metadata();
    assertThat(after).containsAllEntriesOf(without(before, "factor"));
    double factor = Double.parseDouble(before.get("factor"));
    assertThat(Double.parseDouble(after.get("factor"))).isEqualTo(factor * strength);
    assertThat(after).containsEntry("at", "blocks.1.resid_mid").containsKeys("chosen by", "kl");
    double effect = Double.parseDouble(after.get("effect"));
    assertThat(effect)
        .isCloseTo(told.get("effect").asDouble(), org.assertj.core.data.Offset.offset(1e-3));

    steerc.run("patch", "model.onnx", "--at", "1.resid_mid:add", "-q", "-o", "m.onnx");
    assertThat(text("v.safetensors"))
        .isEqualTo(text("before.safetensors:0.83@1"))
        .isNotEqualTo(text("before.safetensors:0.3@1"));
  }

  private static Map<String, String> without(Map<String, String> all, String key) {
    Map<String, String> rest = new LinkedHashMap<>(all);
    rest.remove(key);
    return rest;
  }

  private String text(String steer) throws Exception {
    return steerc
        .run("run", "m.onnx", PROMPTS.get(0), "--steer", steer, "--seed", "4", "-q")
        .output();
  }

  @Test
  void tableHasBaselinesAndMarksTheChosen() throws Exception {
    Steered.Run run =
        words(
            "--limit",
            "8",
            "--fractions",
            "0.05,0.2,5,6",
            "--max-perplexity",
            "1.6",
            "--instruction",
            "A joyful story. ");
    assertThat(run.exit()).as(run.output()).isZero();
    assertThat(run.output())
        .containsPattern("plain +- +- +0\\.\\d\\d")
        .containsPattern("instruction +- +- +[01]\\.\\d\\d")
        .containsPattern("1 +\\d\\S* +20 % +.*chosen")
        .containsPattern("500 % .* over the limit")
        .containsPattern("600 % .* skipped")
        .contains("on 4 prompts that it was not chosen by")
        .contains("next: steerc patch model.onnx --at 1.resid_mid:add, then run with --steer v.s");
  }

  @Test
  void promptsThatLearningSawAreLeftOut() throws Exception {
    VectorFile file = VectorFile.open(vector);
    Map<String, String> metadata = without(without(file.metadata(), "base"), "op");
    metadata.put("seen", Seen.of(PROMPTS.subList(0, 5)).text());
    VectorFile.write(file.vector(), metadata, vector);
    Steered.Run run = words("--strengths", "1", "--max-perplexity", "3", "--dry-run");
    assertThat(run.output())
        .contains("5 prompts that learning has seen are left out")
        .contains("10 texts a point")
        .contains("on 9 prompts");
    metadata.put("seen", Seen.of(PROMPTS).text());
    VectorFile.write(file.vector(), metadata, vector);
    assertThat(words().output()).contains("error[bad-prompts]").contains("every one");
  }

  @Test
  void nothingIsWrittenWhenNothingWillDo() throws Exception {
    byte[] before = Files.readAllBytes(vector);
    Steered.Run run =
        words(
            "--limit", "6", "--strengths", "-1", "--report", "none.html", "-o", "out.safetensors");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.output())
        .contains("error[no-operating-point]")
        .contains("the nearest is layers 1 at strength -1");
    checkPage("none.html");
    assertThat(Files.readString(folder.resolve("none.html"))).contains("No point of the sweep");
    words("--limit", "6", "--strengths", "1", "--max-perplexity", "3", "--dry-run");
    assertThat(Files.readAllBytes(vector)).isEqualTo(before);
    assertThat(folder.resolve("out.safetensors")).doesNotExist();
  }

  /** Prompts that would break out of an attribute, an element, a style or the document. */
  @Test
  void pageIsWholeHarmlessAndAlone() throws Exception {
    Files.writeString(
        folder.resolve("prompts.txt"),
        """
        <script>alert(1)</script> Ella walked and
        </style></section>]]> & "quoted' \u0001\u0000 \ud83d\ude00 &amp; Jack
        <img src=x onerror=alert(1)> \u202e Nina turned
        https://example.org/x.js Oscar
        """);
    Files.move(vector, folder.resolve("<b>v.safetensors"));
    Files.copy(folder.resolve("<b>v.safetensors"), vector);
    Steered.Run run =
        steerc.run(
            "sweep",
            "model.onnx",
            "<b>v.safetensors",
            "--prompts",
            "prompts.txt",
            "--words",
            "joyful.txt",
            "--threads",
            "1",
            "--max-new-tokens",
            "8",
            "--strengths",
            "0.5,1,30,40",
            "--layers",
            "1",
            "--layers",
            "0-2",
            "--max-perplexity",
            "30",
            "--instruction",
            "<i>{prompt}",
            "--report",
            "page.html",
            "-o",
            "out.safetensors",
            "-q");
    assertThat(run.output()).doesNotContain("[internal]");
    String html = checkPage("page.html");
    assertThat(html)
        .contains("&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;b&gt;v", "&amp;amp; Jack")
        .contains("steerc sweep model.onnx &#39;&lt;b&gt;v.safetensors&#39;");
  }

  private String checkPage(String name) throws Exception {
    byte[] bytes = Files.readAllBytes(folder.resolve(name));
    var document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(bytes));
    for (String element : List.of("script", "link", "img", "iframe", "object", "base", "a")) {
      assertThat(document.getElementsByTagName(element).getLength()).as(element).isZero();
    }
    assertThat(document.getElementsByTagName("svg").getLength()).isEqualTo(2);
    var all = document.getElementsByTagName("*");
    for (int i = 0; i < all.getLength(); i++) {
      var attributes = all.item(i).getAttributes();
      for (int j = 0; j < attributes.getLength(); j++) {
        String attribute = attributes.item(j).getNodeName();
        assertThat(attribute).doesNotStartWith("on").isNotIn("src", "href", "xlink:href", "action");
        assertThat(attributes.item(j).getNodeValue()).doesNotContain("url(");
      }
    }
    String style = document.getElementsByTagName("style").item(0).getTextContent();
    assertThat(style).doesNotContain("@import", "url(", "http");
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Test
  void continuationsBringTheirPrompts() throws Exception {
    List<String> lines = new ArrayList<>();
    for (var pair : Concept.pairs("joyful", 9, 8)) {
      String opening = pair.opening();
      lines.add(
          JSON.writeValueAsString(
              Map.of(
                  "prompt", opening,
                  "positive", pair.positive().substring(opening.length()),
                  "negative", pair.negative().substring(opening.length()))));
    }
    Files.write(folder.resolve("c.jsonl"), lines);
    JsonNode document =
        json(
            sweep(
                "--continuations",
                "c.jsonl",
                "--strengths",
                "1",
                "--rule",
                "iso-kl",
                "--kl",
                "3",
                "--dry-run",
                "--json"));
    double plain = document.get("report").get("plain").get("effect").asDouble();
    assertThat(document.get("report").get("chosen").get("effect").asDouble()).isGreaterThan(plain);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void scorerThatFailsLeavesAllAsItWas() throws Exception {
    byte[] before = Files.readAllBytes(vector);
    Steered.Run run =
        sweep(
            "--prompts",
            "prompts.txt",
            "--strengths",
            "1",
            "--scorer-command",
            "sh -c 'for i in $(seq 13); do read -r l; echo \"{\\\"score\\\":0.5}\"; done; echo oh >&2'");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.output())
        .contains("oh\n")
        .contains("error[scorer-failed]: the scorer ended")
        .contains("1 of 12 texts, and its exit code is 0");
    assertThat(Files.readAllBytes(vector)).isEqualTo(before);
  }

  @Test
  void problemsNameTheModelAndNotItsCopy() throws Exception {
    Files.copy(Steered.root().resolve("testdata/vectors/north.npy"), folder.resolve("narrow.npy"));
    List<String> narrow = List.of("sweep", "model.onnx", "narrow.npy", "--dry-run");
    List<String> scored = List.of("--prompts", "prompts.txt", "--words", "joyful.txt");
    List<String> all = new ArrayList<>(narrow);
    all.addAll(scored);
    assertThat(steerc.run(all.toArray(String[]::new)).output())
        .startsWith("error[vector-width]: ")
        .contains("--> model.onnx, 0.resid_post");
    all.addAll(List.of("--provider", "cuda"));
    assertThat(steerc.run(all.toArray(String[]::new)).output())
        .startsWith("error[provider-missing]: ")
        .contains("--> model.onnx\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"v.safetensors", "model.onnx", "prompts.txt", "joyful.txt"})
  void pageReplacesNothingThatIsRead(String name) throws Exception {
    byte[] before = Files.readAllBytes(folder.resolve(name));
    Steered.Run run = words("--strengths", "1", "--dry-run", "--limit", "4", "--report", name);
    assertThat(run.output()).startsWith("error[output-is-input]: ").contains("--> " + name);
    assertThat(Files.readAllBytes(folder.resolve(name))).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--words joyful.txt --prompts prompts.txt -o x.safetensors --report x.safetensors | usage | 2",
        "--prompts prompts.txt | usage | 2",
        "--words joyful.txt | usage | 2",
        "--words joyful.txt --classifier x --prompts prompts.txt | usage | 2",
        "--words none.txt --prompts prompts.txt | file-not-found | 1",
        "--words joyful.txt --prompts none.txt | file-not-found | 1",
        "--words joyful.txt --prompts prompts.txt --rule luck | usage | 2",
        "--words joyful.txt --prompts prompts.txt --positions never | usage | 2",
        "--words joyful.txt --prompts prompts.txt --strengths 1,inf | usage | 2",
        "--words joyful.txt --prompts prompts.txt --limit 0 | usage | 2",
        "--words joyful.txt --prompts prompts.txt --strengths 0 | usage | 2",
        "--words joyful.txt --prompts prompts.txt --strengths 1 --fractions 1 | usage | 2",
        "--words joyful.txt --prompts prompts.txt --max-perplexity 0 | usage | 2",
        "--words joyful.txt --prompts prompts.txt --layers x | bad-layers | 2",
        "--words joyful.txt --prompts prompts.txt --layers 3 | site-not-named | 1",
        "--words joyful.txt --prompts prompts.txt --limit 1 | bad-prompts | 1",
        "--words joyful.txt --prompts prompts.txt -o v.npy | usage | 2",
        "--words joyful.txt --prompts prompts.txt --report no/x.html | output-folder-missing | 1",
        "--scorer-command nobody --prompts prompts.txt | scorer-failed | 1",
      })
  void saysWhatIsWrong(String arguments, String code, int exit) throws Exception {
    Steered.Run run = sweep(arguments.split(" "));
    assertThat(run.output()).startsWith("error[" + code + "]: ").doesNotContain("Exception");
    assertThat(run.exit()).isEqualTo(exit);
  }
}
