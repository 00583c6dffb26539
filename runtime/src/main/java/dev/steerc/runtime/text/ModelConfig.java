package dev.steerc.runtime.text;

import dev.steerc.problem.Code;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What the files beside a model say about generating with it: {@code generation_config.json}, else
 * {@code genai_config.json} of onnxruntime-genai, else {@code config.json}, key by key.
 *
 * @param endTokens the tokens that end a text, possibly none
 * @param context the most positions that the model has
 */
public record ModelConfig(
    Set<Long> endTokens,
    OptionalLong padToken,
    OptionalLong beginToken,
    OptionalInt context,
    Optional<Boolean> doSample,
    OptionalDouble temperature,
    OptionalInt topK,
    OptionalDouble topP,
    OptionalDouble minP,
    OptionalDouble repetitionPenalty,
    OptionalInt maxNewTokens) {

  private static final int MAX_FILE = 16 << 20;
  private static final List<String> CONTEXT =
      List.of(
          "n_positions",
          "max_position_embeddings",
          "n_ctx",
          "max_seq_len",
          "seq_length",
          "context_length");

  /** What is known when there are no files. */
  public static final ModelConfig NONE = new Sources(List.of(), List.of()).read();

  public ModelConfig {
    endTokens = Set.copyOf(endTokens);
  }

  /** Reads what is there, for a model's file or folder. */
  public static ModelConfig beside(Path model) {
    Beside beside = Beside.of(model);
    Optional<JsonFile> generation = read(beside, "generation_config.json");
    Optional<JsonFile> genai = read(beside, "genai_config.json");
    Optional<JsonFile> config = read(beside, "config.json");
    Optional<JsonFile> genaiModel = genai.flatMap(file -> file.object("model"));
    Optional<JsonFile> nested = config.flatMap(file -> file.object("text_config"));
    List<JsonFile> tokens =
        Stream.of(generation, genaiModel, config, nested).flatMap(Optional::stream).toList();
    List<JsonFile> sampling =
        Stream.of(generation, genai.flatMap(file -> file.object("search")), config)
            .flatMap(Optional::stream)
            .toList();
    return new Sources(tokens, sampling).read();
  }

  private static Optional<JsonFile> read(Beside beside, String name) {
    return beside.find(name).map(file -> JsonFile.read(file, MAX_FILE, Code.BAD_CONFIG));
  }

  /** The objects to look for a key in; the first that has it wins. */
  private record Sources(List<JsonFile> tokens, List<JsonFile> sampling) {

    ModelConfig read() {
      return new ModelConfig(
          new LinkedHashSet<>(ids("eos_token_id")),
          first(ids("pad_token_id")),
          first(ids("bos_token_id")),
          context(),
          sampling.stream().flatMap(file -> file.truth("do_sample").stream()).findFirst(),
          real("temperature"),
          size("top_k"),
          real("top_p"),
          real("min_p"),
          real("repetition_penalty"),
          size("max_new_tokens"));
    }

    /** Ids; a negative one is what some configurations write for none. */
    private List<Long> ids(String key) {
      return find(tokens, file -> file.wholes(key))
          .map(ids -> ids.stream().filter(id -> id >= 0).toList())
          .orElse(List.of());
    }

    private static OptionalLong first(Collection<Long> ids) {
      return ids.stream().mapToLong(Long::longValue).findFirst();
    }

    private OptionalInt context() {
      return tokens.stream()
          .flatMap(file -> CONTEXT.stream().flatMap(key -> file.whole(key).stream()))
          .filter(size -> size > 0)
          .mapToInt(size -> (int) Math.min(size, Integer.MAX_VALUE))
          .findFirst();
    }

    private OptionalDouble real(String key) {
      return find(sampling, file -> file.number(key))
          .map(OptionalDouble::of)
          .orElse(OptionalDouble.empty());
    }

    private OptionalInt size(String key) {
      return find(sampling, file -> file.whole(key))
          .map(size -> OptionalInt.of((int) Math.max(0, Math.min(size, Integer.MAX_VALUE))))
          .orElse(OptionalInt.empty());
    }

    private static <T> Optional<T> find(
        List<JsonFile> files, Function<JsonFile, Optional<T>> value) {
      return files.stream().flatMap(file -> value.apply(file).stream()).findFirst();
    }
  }
}
