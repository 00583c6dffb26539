package dev.steerc.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.manifest.Json;
import dev.steerc.models.corpus.Concept;
import dev.steerc.models.corpus.Prompts;
import dev.steerc.models.corpus.Use;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code steerc spark sweep} beside {@code steerc sweep}. */
@ExtendWith(LocalCluster.class)
class SweepCommandTest {
  private static final Path DEMO = LocalCluster.root().resolve("models/demo");

  @TempDir private Path folder;

  @BeforeEach
  void files() throws Exception {
    Files.write(folder.resolve("prompts.txt"), Prompts.plainStories(Use.CHOOSING, 1, 24));
    Files.write(folder.resolve("joyful.txt"), Concept.words("joyful"));
  }

  private List<String> arguments(String output, String... more) {
    List<String> all = new ArrayList<>(List.of("sweep", DEMO.resolve("model.onnx").toString()));
    all.add("joy");
    all.addAll(List.of("--prompts", folder.resolve("prompts.txt").toString()));
    all.addAll(List.of("--words", folder.resolve("joyful.txt").toString()));
    all.addAll(List.of("--strengths", "0.5,0.83", "--max-perplexity", "2", "--json"));
    all.addAll(List.of("--max-new-tokens", "12", "-o", folder.resolve(output).toString()));
    all.addAll(List.of(more));
    return all;
  }

  private record Run(int exit, String out, String err) {}

  private Run onSpark(List<String> arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
      int exit = Main.commandLine().execute(arguments.toArray(String[]::new));
      return new Run(
          exit, printed.toString(StandardCharsets.UTF_8), said.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  private Run here(List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // what the jar leaves to Spark
    String spark = Path.of(System.getenv("SPARK_HOME"), "jars").toString() + "/*";
    String classes = LocalCluster.jar() + System.getProperty("path.separator") + spark;
    command.addAll(List.of("-cp", classes, "dev.steerc.cli.Main"));
    command.addAll(arguments);
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    return new Run(process.waitFor(), Files.readString(out), Files.readString(err));
  }

  @Test
  void resultIsTheOneOfSteercSweep() throws Exception {
    Run spark = onSpark(arguments("spark.safetensors"));
    Run here = here(arguments("here.safetensors", "--threads", "1"));
    assertThat(here.exit()).as(here.err()).isZero();
    assertThat(spark.exit()).as(spark.err()).isZero();
    assertThat(document(spark)).isEqualTo(document(here)).containsKeys("chosen", "report");
    assertThat(folder.resolve("spark.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("here.safetensors"));
    assertThat(spark.err())
        .contains("wave 1: plain, 12 texts; 0 of 60 are done\n")
        .contains("wave 2: layers 1 x 0.500, 12 texts; 12 of 60 are done\n")
        .containsPattern("60 rows in .* s with 2 tasks at once");
  }

  /** All but what was typed. */
  private static Map<Object, Object> document(Run run) {
    Map<Object, Object> document = new LinkedHashMap<>((Map<?, ?>) Json.parse(run.out()));
    assertThat(document.remove("command").toString()).contains("sweep");
    return document;
  }

  @Test
  void aProblemIsSaidAsOnASingleMachine() {
    Run run = onSpark(arguments("x.safetensors", "--layers", "3"));
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("error[site-not-named]: ");
    assertThat(run.err()).doesNotContain("wave 1");
  }

  @Test
  void helpBeginsWithExamples() {
    Run run = onSpark(List.of("sweep", "--help"));
    assertThat(run.exit()).isZero();
    assertThat(run.out().lines().limit(4))
        .anyMatch(line -> line.startsWith("  steerc spark sweep"));
  }
}
