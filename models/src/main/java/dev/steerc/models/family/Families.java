package dev.steerc.models.family;

import static dev.steerc.models.family.Architecture.GPT;
import static dev.steerc.models.family.Architecture.LLAMA;
import static dev.steerc.models.family.Feature.*;

import dev.steerc.models.Dialect;
import dev.steerc.models.TestData;
import dev.steerc.models.Trait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The published architectures, and the program that writes them down. */
public final class Families {
  private static final Shape TINY = Shape.TINY;
  private static final Architecture PHI = GPT.positions(Positions.rotary(2)).join(Join.PARALLEL);

  private static final List<Family> ALL =
      List.of(
          new Family("llama", "LLaMA-2", LLAMA, torch(14, NormOp.CAST, AttentionOp.SDPA)),
          new Family(
              "mistral",
              "Mistral: a sliding window",
              LLAMA.shape(TINY.window(3)),
              torch(14, NormOp.CAST, AttentionOp.EAGER)),
          new Family(
              "phi-2",
              "Phi-2: parallel with one norm, half of each head rotated, (attention + mlp) + x",
              PHI.with(HEAD_BIAS),
              torch(14, NormOp.DECOMPOSED, AttentionOp.SDPA)),
          new Family(
              "gpt-neo",
              "GPT-Neo: attention + x, scores unscaled, a window in every second block",
              GPT.join(Join.ATTENTION_FIRST)
                  .shape(TINY.heads(4, 4, 4).window(3))
                  .scales(Scales.of(1, 1, 1, 1))
                  .without(QKV_BIAS)
                  .with(ALTERNATING, TIED),
              torch(17, NormOp.OPERATOR, AttentionOp.EAGER)));

  private Families() {}

  /** Writes every file below {@code testdata/families} of this checkout. */
  public static void main(String... args) throws IOException {
    for (var file : files().entrySet()) {
      Path path = TestData.root().resolve("testdata").resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
      System.out.printf("%8d %s%n", file.getValue().length, file.getKey());
    }
  }

  /** Every graph in {@code testdata/families}. */
  public static List<Family> all() {
    return ALL;
  }

  /** Every file below {@code testdata} that is written here, by its path. */
  public static SortedMap<String, byte[]> files() {
    var files = new TreeMap<String, byte[]>();
    all().forEach(f -> files.put("families/" + f.fileName(), f.model().toByteArray()));
    return files;
  }

  private static Spelling torch(int opset, NormOp norm, AttentionOp attention) {
    var dialect =
        Dialect.of(
            "pytorch",
            opset < 17 ? 7 : 8,
            opset,
            Trait.PAST,
            Trait.MATMUL_ADD,
            Trait.CONSTANT_INITIALIZERS);
    return new Spelling(dialect, norm, attention, Set.of());
  }
}
