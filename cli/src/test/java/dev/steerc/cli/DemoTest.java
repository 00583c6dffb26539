package dev.steerc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code steerc demo} as a newcomer has it. */
class DemoTest {
  private static final String ESCAPE = "\u001b";
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path home;
  private Steered steerc;

  @BeforeEach
  void atHome() {
    steerc = new Steered(home);
  }

  /** Runs it on a screen of that width, in surroundings of that kind. */
  private String demo(int columns, Map<String, String> surroundings, String... arguments)
      throws Exception {
    List<String> all = new ArrayList<>(List.of("demo"));
    all.addAll(List.of(arguments));
    ProcessBuilder builder = steerc.builder(List.of(), all.toArray(String[]::new));
    builder.environment().put("COLUMNS", Integer.toString(columns));
    builder.environment().putAll(surroundings);
    Path errors = home.resolve("errors.txt");
    Process process = builder.redirectError(errors.toFile()).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
    Files.delete(errors);
    return output;
  }

  @Test
  void showsTheSamePromptPlainAndSteeredWithNumbers() throws Exception {
    String output = demo(100, Map.of());
    assertThat(output)
        .containsPattern("\n  plain +joy +gloom\n")
        .containsPattern("\n  joy +\\d+ % +\\d+ % +\\d+\\.\\d\\d x\n")
        .contains("wrote steerc-demo/model.steered.onnx: ")
        .contains("\n$ steerc demo --all\n")
        .containsPattern("\nvectors: .*\\bjoy\\b")
        .doesNotContain(ESCAPE);
    assertThat(home.resolve("steerc-demo/vectors/joy.safetensors")).exists();
    assertThat(output.lines()).allMatch(line -> line.length() <= 100);
  }

  @Test
  void coloursAreNothingButColours() throws Exception {
    String plain = demo(60, Map.of("NO_COLOR", "1", "CLICOLOR_FORCE", "1"));
    String coloured = demo(60, Map.of("CLICOLOR_FORCE", "1"));
    assertThat(plain).doesNotContain(ESCAPE);
    assertThat(coloured).contains(ESCAPE + "[32m", ESCAPE + "[94m");
    assertThat(coloured.replaceAll(ESCAPE + "\\[[0-9;]*m", "").replaceAll("in colour: .*\n", ""))
        .isEqualTo(plain);
  }

  @Test
  void everyCommandThatItPrintsGivesTheTextThatItShows() throws Exception {
    String output = demo(60, Map.of(), "--all", "--into", home.resolve("all").toString());
    String flat = flat(output);
    List<List<String>> commands = commands(output);
    assertThat(commands).hasSizeGreaterThan(10);
    byte[] steered = Files.readAllBytes(home.resolve("all/model.steered.onnx"));
    for (List<String> command : commands) {
      if (command.get(0).equals("chat") || command.contains("--compare")) {
        continue; // what to do next
      }
      String printed = run(command);
      if (command.get(0).equals("run")) {
        assertThat(flat).as(command.toString()).contains(flat(printed));
      } else {
        List<String> lines = printed.lines().filter(line -> !line.startsWith("next: ")).toList();
        String line = lines.get(command.get(0).equals("inspect") ? 0 : lines.size() - 1);
        assertThat(flat).contains(flat(line));
      }
    }
    assertThat(home.resolve("all/model.steered.onnx")).hasBinaryContent(steered);
  }

  @Test
  void theJavaThatItPrintsGivesTheTextsThatItShows() throws Exception {
    JsonNode document =
        JSON.readTree(demo(60, Map.of(), "--all", "--json", "--into", playground()));
    int compiled = 0;
    for (JsonNode scene : document.get("scenes")) {
      List<String> java = scene.get("java").valueStream().map(JsonNode::asString).toList();
      if (!java.isEmpty()) {
        List<String> texts =
            scene.get("texts").valueStream().map(text -> text.get("text").asString()).toList();
        assertThat(texts("Printed" + compiled++, java)).isEqualTo(texts);
      }
    }
    assertThat(compiled).isEqualTo(2);
  }

  private String playground() {
    return home.resolve("playground").toString();
  }

  /** The texts that a program with those lines generates. */
  @SuppressWarnings("unchecked")
  private List<String> texts(String name, List<String> java) throws Exception {
    String code =
        """
        import dev.steerc.runtime.*;
        import dev.steerc.runtime.steering.*;
        import java.nio.file.Path;
        import java.util.*;
        public class NAME {
          static List<String> told = new ArrayList<>();
          public static List<String> run() {
            LINES
            return told;
          }
        }
        """;
    String told = "texts.forEach(text -> told.add(text.text()));";
    // inside a block the texts are gone behind it
    String lines = String.join("\n", java).replaceFirst("\n}$", "\n" + told + "\n}");
    lines = lines.contains(told) ? lines : lines + "\n" + told;
    Path source = home.resolve(name + ".java");
    Files.writeString(source, code.replace("NAME", name).replace("LINES", lines));
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(null, said, said, "-cp", System.getProperty("java.class.path"), source.toString());
    assertThat(failed).as(said + "\n" + code + lines).isZero();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {home.toUri().toURL()})) {
      return (List<String>) loader.loadClass(name).getMethod("run").invoke(null);
    }
  }

  @Test
  void printsADocument() throws Exception {
    JsonNode document = JSON.readTree(demo(100, Map.of(), "--json"));
    assertThat(document.get("patched").asString()).isEqualTo("steerc-demo/model.steered.onnx");
    JsonNode scene = document.get("scenes").get(0);
    assertThat(scene.get("texts")).hasSizeGreaterThanOrEqualTo(3);
    assertThat(scene.get("texts").get(1).get("arguments").valueStream().map(JsonNode::asString))
        .contains("run", "--steer", "joy");
    JsonNode lines = scene.get("numbers").get("lines");
    assertThat(lines.get(1).get("steer").asString()).isEqualTo("joy");
    assertThat(lines.get(1).get("rates").get("joyful").asDouble())
        .isGreaterThan(lines.get(0).get("rates").get("joyful").asDouble());
  }

  @Test
  void asManyTimesAsOneLikes() throws Exception {
    demo(100, Map.of(), "-q");
    Map<String, Object> before = files();
    demo(100, Map.of(), "-q");
    assertThat(files()).isEqualTo(before);
  }

  private Map<String, Object> files() throws IOException {
    Map<String, Object> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(home)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(file.toString(), Arrays.hashCode(Files.readAllBytes(file)));
      }
    }
    return files;
  }

  @Test
  void quietItOnlyMakesTheFolder() throws Exception {
    assertThat(demo(100, Map.of(), "-q")).isEmpty();
    assertThat(home.resolve("steerc-demo/model.steered.onnx")).exists();
  }

  @Test
  void aFolderOfOtherThingsIsRefused() throws Exception {
    Path mine = Files.createDirectory(home.resolve("mine"));
    Files.writeString(mine.resolve("notes.txt"), "mine");
    Steered.Run run = steerc.run("demo", "--into", "mine");
    assertThat(run.output()).startsWith("error[folder-taken]: `mine` has other files in it\n");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(mine.toFile().list()).containsExactly("notes.txt");
  }

  @Test
  void whereNothingCanBeWrittenItSaysSo() throws Exception {
    assumeTrue(Files.isDirectory(Path.of("/proc/self")), "needs a folder that takes no files");
    Steered.Run run = steerc.run("demo", "--into", "/proc/steerc-demo");
    assertThat(run.output()).startsWith("error[output-unwritable]: ").contains("help: ");
    assertThat(run.exit()).isEqualTo(1);
  }

  @Test
  void aFullDiskKeepsNothing() throws Exception {
    Path disk = Files.createDirectory(home.resolve("disk"));
    assumeTrue(mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", disk.toString()), "no mount here");
    try {
      Steered.Run run = steerc.run("demo", "--into", "disk/demo");
      assertThat(run.output()).startsWith("error[disk-full]: ");
      assertThat(disk.toFile().list()).isEmpty();
    } finally {
      new ProcessBuilder("umount", disk.toString()).start().waitFor();
    }
  }

  private static boolean mount(String... arguments) throws InterruptedException {
    List<String> command = new ArrayList<>(List.of("mount"));
    command.addAll(List.of(arguments));
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void chatAnswersQuestionsAndGoesOnWithTheRest() throws Exception {
    demo(100, Map.of(), "-q");
    Process process =
        steerc.builder(List.of(), "chat", "steerc-demo/model.steered.onnx", "-q").start();
    try (OutputStream in = process.getOutputStream()) {
      in.write("How do I bake bread?\n/steer gloom\nAnna came home and\n".getBytes());
    }
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    assertThat(out.lines()).hasSize(3).doesNotContain("");
  }

  /** The commands behind dollar signs. */
  private static List<List<String>> commands(String output) {
    return output
        .replace(" \\\n", " ")
        .lines()
        .filter(line -> line.startsWith("$ steerc "))
        .map(line -> Transcript.arguments(line.substring("$ steerc ".length())))
        .toList();
  }

  /** What a command prints to stdout. */
  private static String run(List<String> arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(OutputStream.nullOutputStream()));
    try {
      assertThat(Main.commandLine().execute(arguments.toArray(String[]::new))).isZero();
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  private static String flat(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }
}
