package dev.steerc.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.models.Gpt2;
import dev.steerc.models.TinyTokenizer;
import dev.steerc.runtime.format.Floats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportTest {
  @TempDir Path folder;

  @Test
  void namesComeBackAsTheSameModel() {
    Gpt2 model = Gpt2.random(Toy.SIZES, 5);
    Map<String, Floats> weights = Names.floats(model);
    Gpt2 back = Names.model(Names.config(weights, 3), weights);
    assertThat(back.config()).isEqualTo(Toy.SIZES);
    assertThat(Names.floats(back).get("h.1.mlp.c_proj.weight").values())
        .isEqualTo(model.blocks().get(1).down().matrix().values());
  }

  @Test
  void anExportedTrainingIsTheSameModel() throws IOException {
    Path tokenizer = Files.createDirectory(folder.resolve("tokenizer"));
    TinyTokenizer.write(tokenizer, Toy.SIZES.vocab());
    Model model = train();
    Export.write(Export.weights(folder), tokenizer, folder);
    Agreement agreement =
        Agreement.of(
            folder.resolve(Export.MODEL), model.halved(), List.of(new long[] {9, 10, 11}), 8);
    assertThat(agreement.holds()).as(agreement.toString()).isTrue();
    assertThat(folder.resolve("tokenizer.json")).exists();
  }

  @Test
  void otherWeightsDoNotAgree() throws IOException {
    Export.write(Gpt2.random(Toy.SIZES, 5), folder, folder);
    Gpt2 other = Model.of(Gpt2.random(Toy.SIZES, 6)).halved();
    Agreement agreement =
        Agreement.of(folder.resolve(Export.MODEL), other, List.of(new long[] {9, 10}), 8);
    assertThat(agreement.holds()).isFalse();
  }

  private Model train() {
    var table = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(table, true, StandardCharsets.UTF_8);
    List<Batches.Rows> heldOut = Toy.batches().epoch(9);
    Model model = new Trainer(Toy.RECIPE, Toy.batches(), heldOut, folder, out).run();
    assertThat(table.toString(StandardCharsets.UTF_8)).contains("held out").contains("    20 ");
    return model;
  }
}
