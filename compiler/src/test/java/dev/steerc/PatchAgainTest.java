package dev.steerc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.onnx.Corpus;
import dev.steerc.onnx.Seed;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Layers;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.plan.Target;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that are patched already, and what other tools do to them. */
class PatchAgainTest {
  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("dev.steerc.onnx.Corpus#graphs")
  void patchingTwiceIsPatchingOnce(Path model) {
    String[] first = {"0.resid_post:add", "0.attn_out:tap"};
    String[] then = {"0.resid_mid:project", "0.resid_post:tap"};
    Path once = patch(model, "once.onnx", concat(first, then));
    Path twice = patch(patch(model, "first.onnx", first), "twice.onnx", then);
    assertThat(twice).hasSameBinaryContentAs(once);
    Path same = patch(twice, "same.onnx", first);
    assertThat(same).hasSameBinaryContentAs(once);
  }

  @ParameterizedTest
  @MethodSource("dev.steerc.onnx.Corpus#graphs")
  void unpatchGivesTheOriginalBack(Path model) {
    Path patched =
        patch(model, "patched.onnx", "0.resid_pre:add", "0.mlp_out:project@2", "0.resid_post:tap");
    Path restored = folder.resolve("restored.onnx");
    Steerc.unpatch(patched, restored);
    assertThat(restored).hasSameBinaryContentAs(model);
    assertThat(
            patch(
                model, "again.onnx", "0.resid_pre:add", "0.mlp_out:project@2", "0.resid_post:tap"))
        .hasSameBinaryContentAs(patched);
  }

  @Test
  void modeIsKeptUnlessNamed() {
    Path required = folder.resolve("required.onnx");
    Steerc.patch(
        Corpus.graph("one-block.onnx"), request(InputMode.REQUIRED, "0.resid_post:add"), required);
    Request more =
        new Request(
            List.of(),
            Optional.of(Layers.parse("all")),
            List.of(Site.Kind.MLP_OUT),
            List.of(site -> Target.of(site, "tap", OptionalInt.empty())),
            List.of(),
            Optional.empty());
    Path output = folder.resolve("more.onnx");
    assertThat(Steerc.patch(required, more, output).manifest().mode())
        .isEqualTo(InputMode.REQUIRED);
    Path optional = folder.resolve("optional.onnx");
    Request other = request(InputMode.OPTIONAL, "0.resid_post:add");
    assertThat(Steerc.patch(required, other, optional).manifest().mode())
        .isEqualTo(InputMode.OPTIONAL);
  }

  /** Whatever stands in the stream now, it is the model that it was. */
  @ParameterizedTest
  @MethodSource("dev.steerc.onnx.Corpus#graphs")
  void patchedModelIsDescribedAsItsOriginal(Path model) {
    String[] sites = {"resid_pre", "attn_out", "resid_mid", "mlp_out", "resid_post"};
    for (String op : new String[] {"add", "project", "tap"}) {
      String[] at = Arrays.stream(sites).map(s -> "0." + s + ":" + op).toArray(String[]::new);
      Inspection patched = Steerc.inspect(patch(model, op + ".onnx", at));
      Inspection original = Steerc.inspect(model);
      assertThat(patched.model()).isEqualTo(original.model());
      assertThat(patched.toMap().get("fingerprint")).isEqualTo(original.toMap().get("fingerprint"));
      assertThat(patched.manifest()).isPresent();
    }
  }

  @Test
  void messagesNameTheGivenFile() {
    Path patched = patch(Corpus.graph("one-block.onnx"), "patched.onnx", "0.resid_post:add");
    Refusal.check(
        """
        error[layer-out-of-range]: layer 5 does not exist
          --> patched.onnx, graph `main_graph`: 1 layers, 0..0
          help: pass --layers 0..0, or list the sites with `steerc inspect patched.onnx`
        """,
        () -> patch(patched, "more.onnx", "5.resid_post:add"));
    Problem missing =
        Refusal.check(Code.VALUE_NOT_FOUND, () -> patch(patched, "more.onnx", "value:nope:add"));
    assertThat(missing.where()).isEqualTo(patched.toString());
  }

  @Test
  void modelSavedByAnotherToolIsRefused() throws IOException {
    Path patched = patch(Corpus.graph("one-block.onnx"), "patched.onnx", "0.resid_post:add");
    ModelProto.Builder model = ModelProto.parseFrom(Corpus.bytes(patched)).toBuilder();
    Path saved =
        Files.write(folder.resolve("saved.onnx"), model.setProducerName("x").build().toByteArray());
    Refusal.check(
        """
        error[changed-after-patch]: the file was changed after it was patched
          --> saved.onnx
          note: what the manifest would undo is no longer there
          help: patch the original again
        """,
        () -> Steerc.unpatch(saved, folder.resolve("back.onnx")));
    Refusal.check(Code.CHANGED_AFTER_PATCH, () -> patch(saved, "more.onnx", "0.resid_pre:add"));
    assertThat(OutputTest.names(folder)).containsExactly("patched.onnx", "saved.onnx");
  }

  /** The same message again, but with its fields in protobuf's own order. */
  @ParameterizedTest
  @ValueSource(strings = {"wire.onnx", "one-block.onnx", "merged.onnx"})
  void modelSerialisedAgainIsRefusedOrRestored(String name) throws IOException {
    Path patched = patch(Corpus.graph(name), "patched.onnx", "0.resid_post:add");
    byte[] again = ModelProto.parseFrom(Corpus.bytes(patched)).toByteArray();
    Path saved = Files.write(folder.resolve("saved.onnx"), again);
    if (!Arrays.equals(again, Corpus.bytes(patched))) {
      Refusal.check(
          Code.CHANGED_AFTER_PATCH, () -> Steerc.unpatch(saved, folder.resolve("back.onnx")));
    }
  }

  @Test
  void alteredByteIsNoticed() throws IOException {
    Random random = Seed.random("alteredByteIsNoticed");
    Path patched = patch(Corpus.graph("one-block.onnx"), "patched.onnx", "0.resid_post:add");
    byte[] bytes = Corpus.bytes(patched);
    byte[] original = Corpus.bytes(Corpus.graph("one-block.onnx"));
    Path back = folder.resolve("back.onnx");
    for (int round = 0; round < 300; round++) {
      byte[] altered = bytes.clone();
      altered[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      Path file = Files.write(folder.resolve("altered.onnx"), altered);
      if (unpatches(file, back)) {
        // a weight's value, or what the patch replaced: neither is part of the fingerprint
        assertThat(back).hasSize(original.length);
      }
      assertThat(OutputTest.names(folder)).isSubsetOf("patched.onnx", "altered.onnx", "back.onnx");
    }
  }

  private static boolean unpatches(Path file, Path output) {
    try {
      Steerc.unpatch(file, output);
      return true;
    } catch (dev.steerc.problem.SteercException e) {
      assertThat(e.problems()).isNotEmpty();
      return false;
    }
  }

  @Test
  void truncatedPatchIsRefused() throws IOException {
    Path patched = patch(Corpus.graph("one-block.onnx"), "patched.onnx", "0.resid_post:add");
    byte[] bytes = Corpus.bytes(patched);
    Path cut = Files.write(folder.resolve("cut.onnx"), Arrays.copyOf(bytes, bytes.length - 1));
    Refusal.check(Code.TRUNCATED, () -> Steerc.unpatch(cut, folder.resolve("back.onnx")));
  }

  @Test
  void bytesBehindThePatchAreDropped() throws IOException {
    Path model = Corpus.graph("one-block.onnx");
    Path patched = patch(model, "patched.onnx", "0.resid_post:add");
    byte[] more = "\u0032\u0003abc".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    Files.write(patched, more, java.nio.file.StandardOpenOption.APPEND);
    Steerc.unpatch(patched, folder.resolve("back.onnx"));
    assertThat(folder.resolve("back.onnx")).hasSameBinaryContentAs(model);
  }

  private Path patch(Path model, String name, String... at) {
    Path output = folder.resolve(name);
    Steerc.patch(model, request(InputMode.OPTIONAL, at), output);
    return output;
  }

  private static Request request(InputMode mode, String... at) {
    return Request.of(
        Arrays.stream(at).map(text -> Target.parse(text, OptionalInt.empty())).toList(), mode);
  }

  private static String[] concat(String[] first, String[] then) {
    String[] all = Arrays.copyOf(first, first.length + then.length);
    System.arraycopy(then, 0, all, first.length, then.length);
    return all;
  }
}
