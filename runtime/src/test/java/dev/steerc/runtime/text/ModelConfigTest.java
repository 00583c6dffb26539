package dev.steerc.runtime.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.format.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelConfigTest {
  @TempDir Path folder;

  @Test
  void absentFilesSayNothing() {
    assertThat(read()).isEqualTo(ModelConfig.NONE);
    assertThat(ModelConfig.NONE.endTokens()).isEmpty();
    assertThat(ModelConfig.NONE.context()).isEmpty();
  }

  @Test
  void configurationOfGpt2IsRead() throws IOException {
    write("config.json", "{'eos_token_id': 50256, 'bos_token_id': 50256, 'n_positions': 1024}");
    ModelConfig config = read();
    assertThat(config.endTokens()).containsExactly(50256L);
    assertThat(config.beginToken()).hasValue(50256);
    assertThat(config.padToken()).isEmpty();
    assertThat(config.context()).hasValue(1024);
    assertThat(config.doSample()).isEmpty();
  }

  @Test
  void generationConfigurationWins() throws IOException {
    write("config.json", "{'eos_token_id': 2, 'max_position_embeddings': 4096, 'top_k': 7}");
    write(
        "generation_config.json",
        "{'eos_token_id': [128001, 128009], 'pad_token_id': 3, 'do_sample': true,"
            + " 'temperature': 0.6, 'top_p': 0.9, 'top_k': 50.0, 'min_p': 0.05,"
            + " 'repetition_penalty': 1, 'max_new_tokens': 100}");
    ModelConfig config = read();
    assertThat(config.endTokens()).containsExactlyInAnyOrder(128001L, 128009L);
    assertThat(config.padToken()).hasValue(3);
    assertThat(config.context()).hasValue(4096);
    assertThat(config.doSample()).contains(true);
    assertThat(config.temperature()).hasValue(0.6);
    assertThat(config.topK()).hasValue(50);
    assertThat(config.topP()).hasValue(0.9);
    assertThat(config.minP()).hasValue(0.05);
    assertThat(config.repetitionPenalty()).hasValue(1);
    assertThat(config.maxNewTokens()).hasValue(100);
  }

  @Test
  void configurationOfGenaiIsRead() throws IOException {
    write(
        "genai_config.json",
        "{'model': {'eos_token_id': [1, 2], 'pad_token_id': 1, 'context_length': 131072},"
            + " 'search': {'do_sample': false, 'top_k': 40}}");
    ModelConfig config = read();
    assertThat(config.endTokens()).containsExactlyInAnyOrder(1L, 2L);
    assertThat(config.context()).hasValue(131072);
    assertThat(config.doSample()).contains(false);
    assertThat(config.topK()).hasValue(40);
  }

  @Test
  void nestedTextModelIsRead() throws IOException {
    write(
        "config.json",
        "{'text_config': {'eos_token_id': 5, 'max_position_embeddings': 77}, 'eos_token_id': null}");
    assertThat(read().endTokens()).containsExactly(5L);
    assertThat(read().context()).hasValue(77);
  }

  @Test
  void sizesThatAreNotPositiveAreSkipped() throws IOException {
    write("config.json", "{'n_positions': 0, 'n_ctx': -1, 'seq_length': 12, 'pad_token_id': -1}");
    assertThat(read().context()).hasValue(12);
    assertThat(read().padToken()).isEmpty();
  }

  @Test
  void filesAboveTheOnnxFolderAreFound() throws IOException {
    write("config.json", "{'n_positions': 9}");
    Path onnx = Files.createDirectory(folder.resolve("onnx"));
    assertThat(ModelConfig.beside(onnx.resolve("model.onnx")).context()).hasValue(9);
    Path other = Files.createDirectory(folder.resolve("other"));
    assertThat(ModelConfig.beside(other.resolve("model.onnx"))).isEqualTo(ModelConfig.NONE);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = ';',
      value = {
        "{'eos_token_id': '2'}       ; `eos_token_id` should be a whole number, it is `\"2\"`",
        "{'eos_token_id': [1, null]} ; `eos_token_id` should be a whole number, it is `null`",
        "{'eos_token_id': 1.5}       ; `eos_token_id` should be a whole number, it is `1.5`",
        "{'n_positions': {}}         ; `n_positions` should be a whole number, it is `{}`",
        "{'temperature': 'hot'}      ; `temperature` should be a number, it is `\"hot\"`",
        "{'temperature': 1e999}      ; `temperature` should be a number, it is `null`",
        "{'do_sample': 1}            ; `do_sample` should be true or false, it is `1`",
        "{'text_config': 1}          ; `text_config` should be an object, it is `1`"
      })
  void wrongTypesNameTheirKey(String json, String note) throws IOException {
    Path file = write("config.json", json);
    Problem problem = Refusal.check(Code.BAD_CONFIG, this::read);
    assertThat(problem.where()).isEqualTo(file.toString());
    assertThat(problem.notes()).containsExactly(note);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "null", "{", "{'a': 1", "{'a': 1} x", "\u0000"})
  void malformedFilesAreAProblem(String json) throws IOException {
    write("generation_config.json", json);
    Refusal.check(Code.BAD_CONFIG, this::read);
  }

  @Test
  void chatConfigurationIsRead() throws IOException {
    assertThat(chat()).isEqualTo(ChatConfig.NONE);
    write("special_tokens_map.json", "{'bos_token': '<b>', 'eos_token': {'content': '<e>'}}");
    assertThat(chat().endToken()).contains("<e>");
    write(
        "tokenizer_config.json",
        "{'bos_token': {'content': '<s>'}, 'eos_token': null, 'chat_template': ["
            + "{'name': 'tools', 'template': 'T'}, {'name': 'default', 'template': 'D'}]}");
    assertThat(chat().beginToken()).contains("<s>");
    assertThat(chat().endToken()).contains("<e>");
    assertThat(chat().template()).contains("D");
    Files.writeString(folder.resolve("chat_template.jinja"), "J");
    assertThat(chat().template()).contains("J");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'chat_template': 1}",
        "{'chat_template': [{'name': 'default', 'template': 1}]}",
        "{'bos_token': 1}",
        "{'eos_token': {'content': 1}}"
      })
  void wrongTypesInTheChatConfigurationAreAProblem(String json) throws IOException {
    write("tokenizer_config.json", json);
    Refusal.check(Code.BAD_CONFIG, this::chat);
  }

  private ModelConfig read() {
    return ModelConfig.beside(folder.resolve("model.onnx"));
  }

  private ChatConfig chat() {
    return ChatConfig.beside(folder.resolve("model.onnx"));
  }

  private Path write(String name, String json) throws IOException {
    return Files.writeString(folder.resolve(name), json.replace('\'', '"'));
  }
}
