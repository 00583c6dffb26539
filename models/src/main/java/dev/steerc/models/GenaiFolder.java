package dev.steerc.models;

import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;

/** A {@link CachedLlama} with shared buffers, in a folder as onnxruntime-genai reads it. */
public final class GenaiFolder {
  private static final String CONFIG =
      """
      {
          "model": {
              "bos_token_id": 95,
              "context_length": 40,
              "decoder": {
                  "session_options": {
                      "log_id": "onnxruntime-genai",
                      "provider_options": []
                  },
                  "filename": "model.onnx",
                  "head_size": 16,
                  "hidden_size": 32,
                  "inputs": {
                      "input_ids": "input_ids",
                      "attention_mask": "attention_mask",
                      "past_key_names": "past_key_values.%d.key",
                      "past_value_names": "past_key_values.%d.value"
                  },
                  "outputs": {
                      "logits": "logits",
                      "present_key_names": "present.%d.key",
                      "present_value_names": "present.%d.value"
                  },
                  "num_attention_heads": 2,
                  "num_hidden_layers": 2,
                  "num_key_value_heads": 1
              },
              "eos_token_id": 95,
              "pad_token_id": 95,
              "type": "llama",
              "vocab_size": 96
          },
          "search": {
              "do_sample": false,
              "max_length": 24,
              "past_present_share_buffer": true,
              "top_k": 1,
              "top_p": 1.0
          }
      }
      """;

  private GenaiFolder() {}

  /** Its files, by name. */
  public static SortedMap<String, byte[]> files() {
    SortedMap<String, byte[]> files = new TreeMap<>();
    Gpt2Graph.Skeleton model = CachedLlama.skeleton(CachedLlama.Way.SHARED);
    ExternalData.store(model, "model.onnx", "model.onnx.data", files);
    files.put("genai_config.json", CONFIG.getBytes(StandardCharsets.UTF_8));
    String tokenizer = TinyTokenizer.json(CachedLlama.VOCABULARY);
    files.put("tokenizer.json", tokenizer.getBytes(StandardCharsets.UTF_8));
    return files;
  }
}
