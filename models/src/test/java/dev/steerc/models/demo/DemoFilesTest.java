package dev.steerc.models.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.manifest.Json;
import dev.steerc.models.bpe.Bpe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoFilesTest {
  @TempDir Path folder;

  @Test
  void filesAgreeOnTheVocabularyAndItsEnd() throws IOException {
    Bpe tokenizer = DemoFiles.tokenizer(2000);
    DemoFiles.write(folder.resolve("demo"), tokenizer);
    assertThat(tokenizer.size()).isEqualTo(DemoFiles.VOCABULARY);
    assertThat(read("config.json"))
        .containsEntry("model_type", "gpt2")
        .containsEntry("vocab_size", 2048L)
        .containsEntry("layer_norm_epsilon", 1e-5)
        .containsEntry("eos_token_id", 2047L);
    assertThat(read("generation_config.json"))
        .containsEntry("eos_token_id", 2047L)
        .containsEntry("do_sample", true);
    assertThat(read("tokenizer_config.json")).containsKey("chat_template");
    assertThat(read("tokenizer.json")).containsKeys("model", "added_tokens", "decoder");
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> read(String name) throws IOException {
    String text = Files.readString(folder.resolve("demo").resolve(name));
    return (Map<String, Object>) Json.parse(text);
  }
}
