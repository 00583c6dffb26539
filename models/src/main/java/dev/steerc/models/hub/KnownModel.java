package dev.steerc.models.hub;

import java.util.List;
import java.util.Optional;

/**
 * A model that has a short name.
 *
 * @param repository where it is, as {@code OWNER/NAME}
 * @param file the ONNX file inside the repository
 * @param bytes about how much is fetched, data files included
 */
public record KnownModel(
    String name, String repository, String file, long bytes, String description) {
  private static final String MERGED = "onnx/decoder_model_merged.onnx";

  private static final List<KnownModel> ALL =
      List.of(
          new KnownModel(
              "gpt2",
              "onnx-community/gpt2-ONNX",
              "onnx/model.onnx",
              498_000_000,
              "GPT-2, 12 blocks"),
          new KnownModel(
              "gpt2-fp16",
              "onnx-community/gpt2-ONNX",
              "onnx/model_fp16.onnx",
              249_000_000,
              "GPT-2 in float16"),
          new KnownModel(
              "gpt2-medium",
              "openai-community/gpt2-medium",
              MERGED,
              1_630_000_000,
              "GPT-2 medium, 24 blocks"),
          new KnownModel(
              "gpt2-large",
              "onnx-community/gpt2-large-ONNX",
              "onnx/model.onnx",
              3_100_000_000L,
              "GPT-2 large, 36 blocks"),
          new KnownModel(
              "distilgpt2", "Xenova/distilgpt2", MERGED, 330_000_000, "DistilGPT-2, 6 blocks"),
          new KnownModel(
              "distilgpt2-int8",
              "Xenova/distilgpt2",
              "onnx/decoder_model_merged_quantized.onnx",
              84_900_000,
              "DistilGPT-2, dynamic int8"),
          new KnownModel(
              "tiny-random-gpt2",
              "fxmarty/onnx-tiny-random-gpt2-with-merge",
              "decoder_model_merged.onnx",
              1_120_000,
              "random weights, to try the commands out"));

  /** The models that have a short name. */
  public static List<KnownModel> all() {
    return ALL;
  }

  public static Optional<KnownModel> named(String name) {
    return ALL.stream().filter(model -> model.name().equals(name)).findFirst();
  }
}
