package dev.steerc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.models.Gpt2;
import dev.steerc.models.RandomGpt2;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a start costs, in classes and bytes: no class that a command has no use for. */
class StartTest {
  private static final long TEN_GIGABYTES = 10_000_000_000L;

  @TempDir Path folder;

  private Steered steered;

  @BeforeEach
  void makeModel() throws Exception {
    steered = new Steered(folder);
    Files.copy(
        Steered.root().resolve("testdata/graphs/withpast.onnx"), folder.resolve("model.onnx"));
  }

  /** Nor what numbers look like in other languages, nor what makes the methods of records. */
  @Test
  void patchLoadsNothingThatRunsOrServes() throws Exception {
    assertThat(loaded("patch", "model.onnx", "--layers", "all"))
        .contains("dev.steerc.cli.PatchCommand")
        .noneMatch(
            isOf("dev.steerc.runtime.SteeredModel", "dev.steerc.models.", "ai.", "com.sun.jna."))
        .noneMatch(isOf("org.eclipse.jetty.", "io.javalin.", "org.jline.", "org.slf4j."))
        .noneMatch(isOf("com.google.flatbuffers.", "com.google.gson.", "me.tongfei."))
        .noneMatch(isOf("sun.util.locale.provider.", "java.lang.runtime.ObjectMethods"));
  }

  @Test
  void inspectLoadsNoProtobuf() throws Exception {
    assertThat(loaded("inspect", "model.onnx"))
        .contains("dev.steerc.cli.InspectCommand")
        .noneMatch(isOf("com.google.protobuf.", "dev.steerc.onnx.proto.", "ai."));
  }

  /** Neither does it look into the commands that are not asked for. */
  @Test
  void versionLooksIntoNoCommand() throws Exception {
    assertThat(loaded("--version"))
        .contains("dev.steerc.cli.Main")
        .noneMatch(isOf("dev.steerc.plan."));
    assertThat(loaded("inspect", "--help")).noneMatch(isOf("dev.steerc.cli.ScorerArgs"));
  }

  @Test
  void allCommandsAreKnown() throws Exception {
    String help = steered.run("--help").output();
    for (String command : List.of("inspect", "patch", "serve", "vectors", "bench", "explain")) {
      assertThat(help).containsPattern("(?m)^  " + command + " ");
      assertThat(steered.run("help", command).output())
          .isEqualTo(steered.run(command, "--help").output());
    }
    assertThat(steered.run("pach").output()).contains("did you mean").contains("patch");
  }

  /** The weights are 20 MB in the file, or 10 GB beside it; the heap is 16. */
  @Test
  void heapDoesNotGrowWithTheModel() throws Exception {
    Gpt2.Config config = new Gpt2.Config(8, 256, 4, 12_000, 64);
    RandomGpt2.write(folder.resolve("large.onnx"), config, 1, false);
    assertThat(Files.size(folder.resolve("large.onnx"))).isGreaterThan(20_000_000);
    patchesAndUnpatches("large.onnx");
    RandomGpt2.write(folder.resolve("beside.onnx"), config, 1, true);
    PatchBench.stretch(folder.resolve("beside.onnx_data"), TEN_GIGABYTES);
    patchesAndUnpatches("beside.onnx");
  }

  private void patchesAndUnpatches(String model) throws Exception {
    List<String> heap = List.of("-Xmx16m");
    Steered.Run patch =
        steered.run(heap, "patch", model, "--layers", "all", "--tap", "-o", "patched.onnx");
    assertThat(patch.output()).contains("16 added").doesNotContain("error");
    assertThat(steered.run(heap, "unpatch", "patched.onnx", "-o", "back.onnx").exit()).isZero();
    assertThat(Files.mismatch(folder.resolve(model), folder.resolve("back.onnx"))).isEqualTo(-1);
  }

  private List<String> loaded(String... arguments) throws Exception {
    Path log = folder.resolve("classes.txt");
    List<String> jvm = List.of("-Xshare:off", "-Xlog:class+load:file=" + log + ":none");
    Steered.Run run = steered.run(jvm, arguments);
    assertThat(run.exit()).as(run.output()).isZero();
    try (Stream<String> lines = Files.lines(log)) {
      return lines.map(line -> line.split(" ")[0]).toList();
    }
  }

  private static java.util.function.Predicate<String> isOf(String... prefixes) {
    return name -> Arrays.stream(prefixes).anyMatch(name::startsWith);
  }
}
