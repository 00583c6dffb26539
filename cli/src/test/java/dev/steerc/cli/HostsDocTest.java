package dev.steerc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import dev.steerc.cli.serve.playground.Browser;
import dev.steerc.manifest.Json;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The programs of docs/hosts compute what steerc's own runtime computes, steered and unsteered. A
 * host that this machine does not have is skipped, and that is said.
 */
class HostsDocTest {
  private static final Path PAGE = Steered.root().resolve("docs/hosts.md");
  private static final Path HOSTS = Steered.root().resolve("docs/hosts");
  private static final Path JS = HOSTS.resolve("js");
  private static final Pattern EXCERPT =
      Pattern.compile("<!-- from (\\S+) -->\n```\\w+\n(.*?)```", Pattern.DOTALL);
  private static final float CLOSE = 1e-4f;

  @TempDir private static Path folder;
  private static List<HostModel> models;

  @BeforeAll
  static void patch() throws Exception {
    models =
        List.of(
            HostModel.ofTestdata(Files.createDirectory(folder.resolve("graph"))),
            HostModel.ofDemo(Files.createDirectory(folder.resolve("demo"))));
  }

  static List<HostModel> models() {
    return models;
  }

  @Test
  void pageShowsWhatTheProgramsSay() throws IOException {
    List<MatchResult> excerpts = EXCERPT.matcher(Files.readString(PAGE)).results().toList();
    assertThat(excerpts).hasSizeGreaterThanOrEqualTo(5);
    for (MatchResult excerpt : excerpts) {
      String program = Files.readString(PAGE.resolveSibling(excerpt.group(1)));
      assertThat(unindented(program)).contains(unindented(excerpt.group(2)));
    }
  }

  private static String unindented(String text) {
    return text.lines().map(String::strip).collect(Collectors.joining("\n"));
  }

  @ParameterizedTest
  @MethodSource("models")
  void javaWithoutSteerc(HostModel model) throws Exception {
    String onnxRuntime =
        Path.of(OrtEnvironment.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .toString();
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command = List.of(java, "-cp", onnxRuntime, HOSTS.resolve("Host.java").toString());
    check(run(model, command, model.optional(), ".onnx_adapter"), model.expected());
  }

  @ParameterizedTest
  @MethodSource("models")
  void node(HostModel model) throws Exception {
    check(run(model, node("onnxruntime-node"), model.required(), ".safetensors"), rows(model));
  }

  @ParameterizedTest
  @MethodSource("models")
  void webAssemblyInNode(HostModel model) throws Exception {
    check(run(model, node("onnxruntime-web"), model.required(), ".safetensors"), rows(model));
  }

  /** Node would ignore what it is fed beyond the inputs that it lists, and not steer. */
  @ParameterizedTest
  @MethodSource("models")
  void nodeRefusesOptionalInputs(HostModel model) throws Exception {
    List<String> command = new ArrayList<>(node("onnxruntime-node"));
    command.addAll(arguments(model, model.optional(), ".safetensors"));
    HostOutput output = HostOutput.of(command, model.folder());
    assertThat(output.exit()).isEqualTo(1);
    assertThat(output.errors()).contains("Error: the model has no input steer.blocks.");
  }

  private static List<String> node(String library) {
    Optional<Path> node = onPath("node");
    boolean isThere = node.isPresent() && Files.exists(JS.resolve("node_modules").resolve(library));
    assume(isThere, library + ": `npm ci` in docs/hosts/js brings it");
    return List.of(node.get().toString(), JS.resolve("node.mjs").toString(), library);
  }

  @ParameterizedTest
  @MethodSource("models")
  void browser(HostModel model) throws Exception {
    Optional<Path> program = Browser.find();
    assume(program.isPresent(), "chromium");
    assume(Files.exists(JS.resolve("node_modules/onnxruntime-web")), "onnxruntime-web");
    try (HostPage page = HostPage.serve(JS, model.folder());
        Browser browser = Browser.start(program.get(), model.folder().resolve("profile"))) {
      String vectors = String.join("&vector=given/", model.files(".safetensors"));
      browser.open(
          page.at(
              "index.html?model=given/%s&ids=%s&vector=given/%s"
                  .formatted(model.required(), model.prompt(), vectors)));
      browser.until("document.title === 'done'");
      check(numbers(browser.text("pre")), rows(model));
    }
  }

  /** {@code -Dsteerc.python=PROGRAM} names one that has onnxruntime. */
  @ParameterizedTest
  @MethodSource("models")
  void python(HostModel model) throws Exception {
    String python = System.getProperty("steerc.python", "python3");
    boolean isThere = onPath(python).isPresent() || Files.isExecutable(Path.of(python));
    List<String> imports = List.of(python, "-c", "import onnxruntime, safetensors");
    isThere = isThere && HostOutput.of(imports, model.folder()).exit() == 0;
    assume(isThere, "onnxruntime and safetensors for " + python);
    List<String> command = List.of(python, HOSTS.resolve("host.py").toString());
    for (String ending : List.of(".safetensors", ".onnx_adapter")) {
      check(run(model, command, model.optional(), ending), model.expected());
    }
  }

  /** What is expected of hosts that end with a run of a row for each vector. */
  private static List<float[]> rows(HostModel model) throws IOException {
    List<float[]> expected = new ArrayList<>(model.expected());
    List<float[]> rows = expected.subList(1, expected.size());
    float[] all = new float[rows.size() * rows.get(0).length];
    for (int i = 0; i < rows.size(); i++) {
      System.arraycopy(rows.get(i), 0, all, i * rows.get(i).length, rows.get(i).length);
    }
    expected.add(all);
    return expected;
  }

  private static void check(List<float[]> printed, List<float[]> expected) {
    assertThat(printed).hasSameSizeAs(expected);
    for (int run = 0; run < expected.size(); run++) {
      assertThat(printed.get(run)).as("run %d", run).hasSameSizeAs(expected.get(run));
      assertThat(distance(printed.get(run), expected.get(run))).as("run %d", run).isLessThan(CLOSE);
    }
    assertThat(distance(printed.get(1), printed.get(0))).isGreaterThan(0.1f);
    assertThat(distance(printed.get(2), printed.get(1))).isGreaterThan(0.1f);
  }

  private static float distance(float[] some, float[] others) {
    float distance = 0;
    for (int i = 0; i < some.length; i++) {
      distance = Math.max(distance, Math.abs(some[i] - others[i]));
    }
    return distance;
  }

  private static List<float[]> run(
      HostModel model, List<String> program, String graph, String ending) throws Exception {
    List<String> command = new ArrayList<>(program);
    command.addAll(arguments(model, graph, ending));
    HostOutput output = HostOutput.of(command, model.folder());
    assertThat(output.exit()).as(output.errors()).isZero();
    return numbers(output.text());
  }

  private static List<String> arguments(HostModel model, String graph, String ending) {
    return Stream.concat(Stream.of(graph, model.prompt()), model.files(ending).stream()).toList();
  }

  private static List<float[]> numbers(String lines) {
    return lines.lines().map(line -> floats((List<?>) Json.parse(line))).toList();
  }

  private static float[] floats(List<?> values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = ((Number) values.get(i)).floatValue();
    }
    return floats;
  }

  private static void assume(boolean isThere, String what) {
    if (!isThere) {
      System.err.println("HostsDocTest skips a host: this machine does not have " + what);
    }
    Assumptions.assumeTrue(isThere, what);
  }

  private static Optional<Path> onPath(String name) {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
