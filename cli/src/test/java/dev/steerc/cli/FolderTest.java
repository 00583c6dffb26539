package dev.steerc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder of decoders, as optimum writes it, is patched as one. */
class FolderTest {
  @TempDir Path folder;

  private Steered steered;
  private Path model;

  @BeforeEach
  void makeFolder() throws IOException {
    steered = new Steered(folder);
    model = Files.createDirectory(folder.resolve("gpt2"));
    Path graphs = Steered.root().resolve("testdata/graphs");
    Files.copy(graphs.resolve("withpast.onnx"), model.resolve("decoder_with_past_model.onnx"));
    Files.copy(graphs.resolve("merged.onnx"), model.resolve("decoder_model_merged.onnx"));
    Files.copy(graphs.resolve("external.onnx"), model.resolve("decoder_model.onnx"));
    Files.copy(graphs.resolve("external.onnx_data"), model.resolve("external.onnx_data"));
    Files.writeString(model.resolve("config.json"), "{}");
  }

  @Test
  void patchesEveryDecoderAlike() throws Exception {
    Steered.Run run = steered.run("patch", "gpt2", "--layers", "1,3");
    assertThat(run.output()).contains("wrote gpt2.steered/decoder_model_merged.onnx");
    assertThat(run.exit()).isZero();
    assertThat(names(folder.resolve("gpt2.steered"))).isEqualTo(names(model));
    Steered.Run verify = steered.run("verify", "gpt2", "gpt2.steered");
    assertThat(verify.output()).doesNotContain("FAILED").contains("proven");
    assertThat(verify.exit()).isZero();
  }

  @Test
  void unpatchGivesTheFolderBack() throws Exception {
    steered.run("patch", "gpt2", "--layers", "all", "-o", "steered");
    assertThat(steered.run("unpatch", "steered", "-o", "back").exit()).isZero();
    for (String name : names(model)) {
      assertThat(folder.resolve("back").resolve(name)).hasSameBinaryContentAs(model.resolve(name));
    }
  }

  @Test
  void thinFolderIsProvenAndGivenBack() throws Exception {
    Steered.Run run = steered.run("patch", "gpt2", "--layers", "1,3", "--thin", "-o", "thin");
    assertThat(run.output())
        .contains("the weights in decoder_with_past_model.onnx.original")
        .contains("warning: `decoder_model.onnx` refers to nothing in the original");
    assertThat(Files.size(folder.resolve("thin/decoder_with_past_model.onnx")))
        .isLessThan(Files.size(model.resolve("decoder_with_past_model.onnx")) / 2);
    assertThat(steered.run("verify", "gpt2", "thin").output())
        .doesNotContain("FAILED")
        .contains("proven");
    Files.delete(model.resolve("decoder_model_merged.onnx"));
    assertThat(steered.run("patch", "thin", "--layers", "0", "-o", "more").exit()).isZero();
    assertThat(steered.run("inspect", "more").output()).contains("thin: the weights are in");
    assertThat(steered.run("unpatch", "more", "-o", "back").exit()).isZero();
    assertThat(names(folder.resolve("back")))
        .containsExactly(
            "config.json",
            "decoder_model.onnx",
            "decoder_model_merged.onnx",
            "decoder_with_past_model.onnx",
            "external.onnx_data");
    for (String name : names(model)) {
      assertThat(folder.resolve("back").resolve(name)).hasSameBinaryContentAs(model.resolve(name));
    }
  }

  @Test
  void inspectListsEveryDecoder() throws Exception {
    Steered.Run run = steered.run("inspect", "--json", "gpt2");
    assertThat(run.output()).contains("decoder_model.onnx", "decoder_model_merged.onnx");
  }

  @Test
  void failureLeavesNothingBehind() throws Exception {
    assertThat(steered.run("patch", "gpt2", "--layers", "9").exit()).isEqualTo(1);
    assertThat(names(folder)).containsExactly("gpt2");
  }

  @Test
  void copiesWhatIsNoDecoder() throws Exception {
    Path other = Steered.root().resolve("testdata/refused/encoder-only-linear.onnx");
    Files.copy(other, model.resolve("encoder_model.onnx"));
    Steered.Run run = steered.run("patch", "gpt2", "--layers", "1");
    assertThat(run.output()).contains("copied encoder_model.onnx as it is");
    assertThat(folder.resolve("gpt2.steered/encoder_model.onnx")).hasSameBinaryContentAs(other);
  }

  /** Half of a decoder that nobody steers would be a silently wrong edit. */
  @Test
  void oneBrokenDecoderRefusesTheFolder() throws Exception {
    Path cut = model.resolve("decoder_with_past_model.onnx");
    byte[] bytes = Files.readAllBytes(cut);
    Files.write(cut, Arrays.copyOf(bytes, bytes.length / 2));
    Steered.Run run = steered.run("patch", "gpt2", "--layers", "1");
    assertThat(run.output()).startsWith("error[truncated]");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(names(folder)).containsExactly("gpt2");
  }

  @Test
  void refusesFolderWithoutDecoder() throws Exception {
    Files.createDirectory(folder.resolve("empty"));
    Steered.Run run = steered.run("patch", "empty", "--layers", "1");
    assertThat(run.output()).startsWith("error[not-a-model-folder]");
    assertThat(run.exit()).isEqualTo(1);
  }

  @Test
  void refusesDecodersThatDiffer() throws Exception {
    Path one = Steered.root().resolve("testdata/graphs/one-block.onnx");
    Files.copy(one, model.resolve("other.onnx"));
    assertThat(steered.run("patch", "gpt2", "--layers", "0").output())
        .startsWith("error[models-differ]");
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
