package dev.steerc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.steerc.onnx.Corpus;
import dev.steerc.onnx.GraphText;
import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Seed;
import dev.steerc.onnx.proto.OperatorSetIdProto;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.residual.Decoders;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files cut off, lying and flipped: a refusal or a model, never anything else. */
class DamagedFilesTest {
  private static final Set<Code> CUT =
      Set.of(Code.NOT_ONNX, Code.TRUNCATED, Code.NO_GRAPH, Code.OPSET_MISSING);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"encoder-only-linear", "cnn"})
  void cutFilesAreRefusedUnlessWhole(String name) throws IOException {
    byte[] model = Corpus.bytes(Corpus.refused(name + ".onnx"));
    assertThat(acceptedCuts(model, 1)).isEqualTo(wholeModels(model));
  }

  /** What follows the import of ai.onnx may be lost: nothing says that the fields were more. */
  @Test
  void cutsBehindTheLastNeededFieldAreModels() throws IOException {
    byte[] model =
        GraphText.model("meta a b\nopset 17\nopset com.microsoft 1\n" + Decoders.text(1))
            .toByteArray();
    Set<Integer> accepted = acceptedCuts(model, 1);
    assertThat(accepted).isEqualTo(wholeModels(model)).hasSize(2);
    assertThat(accepted).allMatch(cut -> cut >= model.length - 40);
  }

  @ParameterizedTest
  @ValueSource(strings = {"one-block", "wire", "merged"})
  void cutDecodersAreRefusedUnlessWhole(String name) throws IOException {
    byte[] model = Corpus.bytes(Corpus.graph(name + ".onnx"));
    int step = name.equals("one-block") ? 7 : 97;
    Set<Integer> whole = wholeModels(model);
    assertThat(acceptedCuts(model, step)).allMatch(whole::contains);
    assertThat(whole).allMatch(cut -> opens(Arrays.copyOf(model, cut)));
  }

  @Test
  void everyByteMayLie() {
    Damage damage = new Damage(folder);
    byte[] model = GraphText.model(Decoders.text(1)).toByteArray();
    int[] lies = {0x12, 0xff};
    for (int at = 0; at < model.length; at++) {
      for (int lie : lies) {
        damage.check(with(model, at, (byte) lie), "byte " + at + " = " + lie);
      }
      damage.check(with(model, at, (byte) (model[at] + 1)), "byte " + at + " + 1");
    }
    damage.report();
  }

  @Test
  void everyByteOfAFunctionMayLie() {
    Damage damage = new Damage(folder);
    byte[] model = GraphText.model(Decoders.calls(1)).toByteArray();
    for (int at = 0; at < model.length; at++) {
      damage.check(with(model, at, (byte) 0xff), "byte " + at + " = 255");
      damage.check(with(model, at, (byte) (model[at] + 1)), "byte " + at + " + 1");
    }
    damage.report();
  }

  @ParameterizedTest
  @ValueSource(strings = {"one-block", "fused", "merged", "wire", "functions-nested"})
  void flippedBytesAreNoCrash(String name) {
    Random random = Seed.random("flippedBytesAreNoCrash " + name);
    Damage damage = new Damage(folder);
    byte[] model = Corpus.bytes(Corpus.graph(name + ".onnx"));
    int rounds = name.equals("one-block") ? 1000 : 300;
    for (int round = 0; round < rounds; round++) {
      byte[] flipped = model.clone();
      for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
        flipped[random.nextInt(flipped.length)] = (byte) random.nextInt(256);
      }
      damage.check(flipped, name + ", round " + round);
    }
    damage.report();
  }

  @Test
  void shuffledBytesOfASmallDecoderAreNoCrash() {
    Random random = Seed.random("shuffledBytesOfASmallDecoderAreNoCrash");
    Damage damage = new Damage(folder);
    byte[] model = GraphText.model(Decoders.text(2)).toByteArray();
    for (int round = 0; round < 3000; round++) {
      damage.check(shuffled(model, random), "round " + round);
    }
    damage.report();
  }

  /** Moves pieces of the file over others, so that names and fields meet that did not before. */
  private static byte[] shuffled(byte[] model, Random random) {
    byte[] shuffled = model.clone();
    for (int moves = 1 + random.nextInt(4); moves > 0; moves--) {
      int length = 1 + random.nextInt(12);
      int from = random.nextInt(model.length - length);
      int to = random.nextInt(model.length - length);
      System.arraycopy(model, from, shuffled, to, length);
    }
    return shuffled;
  }

  private static byte[] with(byte[] model, int at, byte value) {
    byte[] changed = model.clone();
    changed[at] = value;
    return changed;
  }

  private Set<Integer> acceptedCuts(byte[] model, int step) {
    Set<Integer> accepted = new TreeSet<>();
    for (int cut = 0; cut < model.length; cut += step) {
      if (opens(Arrays.copyOf(model, cut))) {
        accepted.add(cut);
      }
    }
    return accepted;
  }

  private boolean opens(byte[] cut) {
    try {
      ModelFile.open(GraphText.write(folder, cut));
      return true;
    } catch (SteercException e) {
      assertThat(e.problems()).extracting(Problem::code).allMatch(CUT::contains);
      return false;
    }
  }

  /** The lengths, less than all, at which the file ends in a field, has a graph and ai.onnx. */
  private static Set<Integer> wholeModels(byte[] model) throws IOException {
    Set<Integer> whole = new TreeSet<>();
    CodedInputStream in = CodedInputStream.newInstance(model);
    boolean graph = false;
    boolean imported = false;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int field = WireFormat.getTagFieldNumber(tag);
      graph |= field == 7;
      if (field == 8) {
        String domain = OperatorSetIdProto.parseFrom(in.readByteArray()).getDomain();
        imported |= domain.isEmpty() || domain.equals("ai.onnx");
      } else {
        in.skipField(tag);
      }
      if (graph && imported && !in.isAtEnd()) {
        whole.add(in.getTotalBytesRead());
      }
    }
    return whole;
  }
}
