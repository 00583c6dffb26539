package dev.steerc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.Steerc;
import dev.steerc.onnx.proto.ModelProto;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What scripts rely on: JSON, exit codes, streams and defaults. */
class CommandLineTest {
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path folder;

  private Steered steered;

  @BeforeEach
  void makeModel() throws Exception {
    steered = new Steered(folder);
    Path graphs = Steered.root().resolve("testdata/graphs");
    Files.copy(graphs.resolve("withpast.onnx"), folder.resolve("model.onnx"));
  }

  @Test
  void inspectPrintsTheContractAsJson() throws Exception {
    steered.run("patch", "model.onnx", "--layers", "2", "--tap");
    JsonNode json = JSON.readTree(steered.run("inspect", "--json", "model.steered.onnx").output());
    assertThat(json.get("blocks").asInt()).isEqualTo(4);
    assertThat(json.get("hidden").asInt()).isEqualTo(24);
    assertThat(json.get("dtype").asString()).isEqualTo("float32");
    assertThat(json.get("vocab").asInt()).isEqualTo(96);
    assertThat(json.get("kv_cache").asBoolean()).isTrue();
    assertThat(json.get("sites")).hasSize(20);
    JsonNode steering = json.get("steering").get(0);
    assertThat(steering.get("block").asInt()).isEqualTo(2);
    assertThat(steering.get("site").asString()).isEqualTo("resid_post");
    assertThat(steering.get("op").asString()).isEqualTo("add");
    assertThat(steering.get("inputs").get("add").asString())
        .isEqualTo("steer.blocks.2.resid_post.add");
    assertThat(json.get("taps").get(0).get("output").asString())
        .isEqualTo("tap.blocks.2.resid_post");
    assertThat(json.get("manifest").get("base").get("fingerprint").asString())
        .isEqualTo(json.get("fingerprint").asString());
  }

  @Test
  void unpatchedModelHasNoManifest() throws Exception {
    JsonNode json = JSON.readTree(steered.run("inspect", "--json", "model.onnx").output());
    assertThat(json.get("manifest").isNull()).isTrue();
    assertThat(json.get("steering")).isEmpty();
  }

  @Test
  void patchAndVerifyPrintJson() throws Exception {
    JsonNode patch =
        JSON.readTree(steered.run("patch", "model.onnx", "--layers", "0", "--json").output());
    assertThat(patch.get("patched").get(0).get("nodes_added").asInt()).isEqualTo(1);
    assertThat(patch.get("patched").get(0).get("output").asString())
        .isEqualTo("model.steered.onnx");
    String verified = steered.run("verify", "--json", "model.onnx", "model.steered.onnx").output();
    assertThat(JSON.readTree(verified).get("holds").asBoolean()).isTrue();
  }

  @Test
  void verifyFailsOnAWrongEdit() throws Exception {
    steered.run("patch", "model.onnx", "--layers", "1");
    byte[] bytes = Files.readAllBytes(folder.resolve("model.steered.onnx"));
    // the inserted Add becomes a Sub: a wrong edit of the same length, unsteered still equal
    int at = new String(bytes, "ISO-8859-1").indexOf("steerc/blocks.1.resid_post/add\"\u0003Add");
    assertThat(at).isPositive();
    System.arraycopy("Sub".getBytes("ISO-8859-1"), 0, bytes, at + 32, 3);
    Files.write(folder.resolve("wrong.onnx"), bytes);
    Steered.Run run = steered.run("verify", "model.onnx", "wrong.onnx");
    assertThat(run.output()).contains("FAILED").contains("error[proof-failed]");
    assertThat(run.exit()).isEqualTo(1);
  }

  @Test
  void verifyNoticesThatAnotherToolRewroteTheFile() throws Exception {
    steered.run("patch", "model.onnx", "--layers", "1");
    Path patched = folder.resolve("model.steered.onnx");
    ModelProto model = ModelProto.parseFrom(Files.readAllBytes(patched));
    Files.write(patched, model.toBuilder().setDocString("mine").build().toByteArray());
    Steered.Run run = steered.run("verify", "model.onnx", "model.steered.onnx");
    assertThat(run.output()).containsPattern("unpatching .* FAILED").contains("1 of 7 fail");
    assertThat(run.exit()).isEqualTo(1);
  }

  @Test
  void quietPrintsNothing() throws Exception {
    assertThat(steered.run("patch", "model.onnx", "--layers", "0", "-q").output()).isEmpty();
  }

  @Test
  void debugShowsTheStackTrace() throws Exception {
    assertThat(steered.run("patch", "none.onnx", "--layers", "0", "-vv").output())
        .contains("\tat dev.steerc");
    assertThat(steered.run("patch", "none.onnx", "--layers", "0").output()).doesNotContain("\tat ");
  }

  @Test
  void completionKnowsTheCommands() throws Exception {
    assertThat(steered.run("generate-completion").output())
        .contains("unpatch", "--layers", "demo", "--into");
  }

  @Test
  void versionIsTheBuildsOwn() throws Exception {
    String pom = Files.readString(Steered.root().resolve("pom.xml"));
    assertThat(pom).contains("<version>" + Steerc.VERSION + "</version>");
    assertThat(Files.readString(Steered.root().resolve("steerc")))
        .contains("steerc-cli-" + Steerc.VERSION + ".jar");
  }
}
