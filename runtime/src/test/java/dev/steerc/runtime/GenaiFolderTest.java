package dev.steerc.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.steerc.ModelFolder;
import dev.steerc.models.GenaiFolder;
import dev.steerc.plan.AddVector;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder of onnxruntime-genai's is run and patched, and its configuration checked. */
class GenaiFolderTest {
  private static final Site.InBlock SITE = new Site.InBlock(0, Site.Kind.RESID_POST);
  private static final long[] PROMPT = {40, 7, 64};

  @TempDir private Path home;
  private Path folder;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createDirectory(home.resolve("llama"));
    for (Map.Entry<String, byte[]> file : GenaiFolder.files().entrySet()) {
      Files.write(folder.resolve(file.getKey()), file.getValue());
    }
  }

  @Test
  void theNamedDecoderIsRun() throws IOException {
    Files.write(folder.resolve("vision.onnx"), new byte[] {1, 2, 3}); // nobody looks at it
    rename("decoder.onnx");
    try (SteeredModel model = SteeredModel.open(folder)) {
      assertThat(model.path()).isEqualTo(folder.resolve("decoder.onnx"));
      assertThat(model.doubts()).isEmpty();
      assertThat(model.generate("Hello", Steering.NONE).text()).isNotEmpty();
    }
  }

  @Test
  void patchGivesAFolderForTheSameConfiguration() throws IOException {
    Files.write(folder.resolve("vision.onnx"), new byte[] {1, 2, 3});
    Path patched = home.resolve("patched");
    ModelFolder.open(folder)
        .patch(Request.of(List.of(new AddVector(SITE)), InputMode.OPTIONAL), patched);
    assertThat(names(patched)).isEqualTo(names(folder));
    assertThat(ModelFolder.open(patched).doubts()).isEmpty();
    for (String same : List.of("genai_config.json", "vision.onnx", "model.onnx.data")) {
      assertThat(patched.resolve(same)).hasSameBinaryContentAs(folder.resolve(same));
    }
    try (SteeredModel plain = SteeredModel.open(folder);
        SteeredModel steered = SteeredModel.open(patched)) {
      long[] tokens = tokens(plain, Steering.NONE);
      assertThat(tokens(steered, Steering.NONE)).isEqualTo(tokens);
      assertThat(tokens(steered, strong())).isNotEqualTo(tokens);
    }
    Path back = home.resolve("back");
    ModelFolder.open(patched).unpatch(back);
    assertThat(back.resolve("model.onnx")).hasSameBinaryContentAs(folder.resolve("model.onnx"));
  }

  @Test
  void theEndTokenOfTheConfigurationEndsTexts() throws IOException {
    try (SteeredModel model = SteeredModel.open(folder)) {
      long second = tokens(model, Steering.NONE)[1];
      edit("\"eos_token_id\": 95", "\"eos_token_id\": [95, " + second + "]");
    }
    try (SteeredModel model = SteeredModel.open(folder)) {
      Completion text = model.generate(Prompt.ofIds(PROMPT).with(Settings::greedy)).get(0);
      assertThat(text.reason()).contains(FinishReason.STOP);
      assertThat(text.tokens()).hasSize(2);
    }
  }

  @Test
  void theShorterOfContextAndBufferCounts() throws IOException {
    try (SteeredModel model = SteeredModel.open(folder)) {
      assertThat(model.context()).hasValue(24);
    }
    edit("\"context_length\": 40", "\"context_length\": 9");
    try (SteeredModel model = SteeredModel.open(folder)) {
      assertThat(model.context()).hasValue(9);
    }
  }

  @Test
  void whatTheGraphContradictsIsTold() throws IOException {
    edit("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3");
    edit("\"head_size\": 16", "\"head_size\": 8");
    edit("\"present.%d.key\"", "\"present_key_%d\"");
    edit("\"vocab_size\": 96", "\"vocab_size\": 50257");
    List<String> doubts = ModelFolder.open(folder).doubts();
    assertThat(doubts)
        .containsExactly(
            "genai_config.json says num_hidden_layers 3, the graph has 2",
            "genai_config.json says vocab_size 50257, the graph has 96",
            "genai_config.json says head_size 8, the graph has 16",
            "genai_config.json names the output present_key_%d, which the graph has not");
    try (SteeredModel model = SteeredModel.open(folder.resolve("model.onnx"))) {
      assertThat(model.doubts()).isEqualTo(doubts);
    }
  }

  @Test
  void aPipelineIsRefused() throws IOException {
    edit(
        "\"filename\": \"model.onnx\",",
        "\"pipeline\": [{\"embed\": {\"filename\": \"embedding.onnx\"}},"
            + " {\"blocks\": {\"filename\": \"model.onnx\"}}],");
    Problem problem = refusal(() -> ModelFolder.open(folder));
    assertThat(problem.code()).isEqualTo(Code.SPLIT_DECODER);
    assertThat(problem.notes()).containsExactly("its pipeline is embedding.onnx, model.onnx");
    assertThat(refusal(() -> SteeredModel.open(folder)).code()).isEqualTo(Code.SPLIT_DECODER);
  }

  @Test
  void aDecoderThatIsNotThereIsRefused() throws IOException {
    for (String name : List.of("other.onnx", "../model.onnx", "/etc/passwd")) {
      Path config = folder.resolve("genai_config.json");
      Files.write(config, GenaiFolder.files().get("genai_config.json"));
      edit("\"filename\": \"model.onnx\"", "\"filename\": \"" + name + "\"");
      assertThat(refusal(() -> SteeredModel.open(folder)).code()).isEqualTo(Code.BAD_CONFIG);
    }
  }

  @Test
  void aConfigurationThatIsNoJsonIsRefused() throws IOException {
    Files.writeString(folder.resolve("genai_config.json"), "{\"model\": ");
    assertThat(refusal(() -> ModelFolder.open(folder)).code()).isEqualTo(Code.BAD_CONFIG);
    Files.writeString(folder.resolve("genai_config.json"), "[]");
    assertThat(refusal(() -> SteeredModel.open(folder)).code()).isEqualTo(Code.BAD_CONFIG);
  }

  private static Problem refusal(Runnable work) {
    return catchThrowableOfType(SteercException.class, work::run).problems().get(0);
  }

  private static long[] tokens(SteeredModel model, Steering steering) {
    Prompt prompt = Prompt.ofIds(PROMPT).steered(steering);
    return model
        .generate(prompt.with(s -> s.greedy().maxNewTokens(12).endTokens(Set.of())))
        .get(0)
        .orThrow()
        .tokens();
  }

  private static Steering strong() {
    float[] vector = new float[32];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = i % 3 - 1;
    }
    Edit edit = new Edit.Add(new Floats(new long[] {32}, vector));
    return Steering.of(Term.of(Vector.of("strong", edit), 8).at(SITE));
  }

  private void rename(String name) throws IOException {
    Files.move(folder.resolve("model.onnx"), folder.resolve(name));
    edit("\"filename\": \"model.onnx\"", "\"filename\": \"" + name + "\"");
  }

  private void edit(String from, String to) throws IOException {
    Path config = folder.resolve("genai_config.json");
    String text = Files.readString(config);
    assertThat(text).contains(from);
    Files.writeString(config, text.replace(from, to));
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
