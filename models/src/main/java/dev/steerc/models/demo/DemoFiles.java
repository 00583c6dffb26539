package dev.steerc.models.demo;

import dev.steerc.manifest.Json;
import dev.steerc.models.bpe.Bpe;
import dev.steerc.models.corpus.Corpus;
import dev.steerc.models.corpus.Document;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The tokenizer and the configuration of the demo model, and the files that hold them. */
public final class DemoFiles {
  public static final int LAYERS = 4;
  public static final int HEADS = 4;
  public static final int HIDDEN = 128;
  public static final int CONTEXT = 128;
  public static final int VOCABULARY = 2048;

  /** The seed and the size of the corpus that the model is trained on. */
  public static final long SEED = 1;

  public static final int DOCUMENTS = 100_000;

  /** A message is a question, or else the beginning of a story or a letter; none remembers. */
  private static final String CHAT_TEMPLATE =
      """
      {%- set text = messages[-1]['content'] -%}
      {{- 'Question: ' + text + ' Answer:' if text.endswith('?') else text -}}
      """;

  private DemoFiles() {}

  /** The tokenizer, learnt from the first documents of the training corpus. */
  public static Bpe tokenizer(int documents) {
    return Bpe.train(Corpus.documents(SEED, documents).map(Document::text), VOCABULARY);
  }

  /**
   * Writes {@code tokenizer.json} and {@code tokenizer_config.json}, {@code config.json} and {@code
   * generation_config.json}.
   *
   * @param folder is made if it is not there
   */
  public static void write(Path folder, Bpe tokenizer) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("tokenizer.json"), tokenizer.json());
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        pretty(Json.object("chat_template", CHAT_TEMPLATE.strip())));
    Files.writeString(folder.resolve("config.json"), pretty(config(tokenizer)));
    Files.writeString(folder.resolve("generation_config.json"), pretty(generation(tokenizer)));
  }

  private static Map<String, Object> config(Bpe tokenizer) {
    return Json.object(
        "architectures",
        List.of("GPT2LMHeadModel"),
        "model_type",
        "gpt2",
        "n_layer",
        LAYERS,
        "n_head",
        HEADS,
        "n_embd",
        HIDDEN,
        "n_positions",
        CONTEXT,
        "n_ctx",
        CONTEXT,
        "vocab_size",
        tokenizer.size(),
        "activation_function",
        "gelu_new",
        "layer_norm_epsilon",
        1e-5,
        "bos_token_id",
        tokenizer.endOfText(),
        "eos_token_id",
        tokenizer.endOfText());
  }

  private static Map<String, Object> generation(Bpe tokenizer) {
    return Json.object(
        "bos_token_id",
        tokenizer.endOfText(),
        "eos_token_id",
        tokenizer.endOfText(),
        "do_sample",
        true,
        "temperature",
        0.8,
        "top_k",
        50,
        "max_new_tokens",
        60);
  }

  /** An object with one key a line. */
  private static String pretty(Map<String, Object> object) {
    return object.entrySet().stream()
        .map(entry -> "  " + Json.write(entry.getKey()) + ": " + Json.write(entry.getValue()))
        .collect(Collectors.joining(",\n", "{\n", "\n}\n"));
  }
}
