package dev.steerc.runtime.text;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * GPT-2's tokenizer in its older form, {@code vocab.json} with {@code merges.txt}, rewritten as the
 * {@code tokenizer.json} that the library reads. The library's own way to read the two files knows
 * only the merges: no bytes, no words, no special tokens.
 */
final class Gpt2Files {
  static final String VOCABULARY = "vocab.json";
  static final String MERGES = "merges.txt";

  private static final int MAX_CONFIG = 16 << 20;
  private static final String END_OF_TEXT = "<|endoftext|>";

  private final Path folder;
  private final JsonFile vocabulary;
  private final Map<String, Long> added = new LinkedHashMap<>();
  private final Optional<JsonFile> config;

  private Gpt2Files(JsonFile vocabulary, Path folder) {
    this.folder = folder;
    this.vocabulary = vocabulary;
    this.config = config("tokenizer_config.json");
    Optional<JsonFile> file = config("added_tokens.json");
    file.ifPresent(ids -> ids.keys().forEach(key -> added.put(key, ids.whole(key).orElseThrow())));
  }

  /** Whether a file is the vocabulary of the older form. */
  static boolean isVocabulary(Path file) {
    return file.endsWith(VOCABULARY);
  }

  /** The same tokenizer as one document. */
  static String document(Path vocabulary, int limit) {
    JsonFile file = JsonFile.read(vocabulary, limit, Code.BAD_TOKENIZER);
    if (file.keys().stream().anyMatch(token -> token.endsWith("</w>"))) {
      throw JsonFile.bad(
          Code.BAD_TOKENIZER,
          vocabulary.toString(),
          "it marks where words end, so it is no vocabulary of bytes as GPT-2 has it");
    }
    String merges = JsonFile.text(vocabulary.resolveSibling(MERGES), limit, Code.BAD_TOKENIZER);
    Gpt2Files files = new Gpt2Files(file, vocabulary.toAbsolutePath().getParent());
    return Json.write(files.document(merges.lines().filter(Gpt2Files::isMerge).toList()));
  }

  private static boolean isMerge(String line) {
    return !line.isBlank() && !line.startsWith("#version");
  }

  private Map<String, Object> document(List<String> merges) {
    boolean prefixSpace = config.flatMap(file -> file.truth("add_prefix_space")).orElse(false);
    return Json.object(
        "version", "1.0",
        "added_tokens", addedTokens(),
        "pre_tokenizer", byteLevel(prefixSpace),
        "post_processor", beginning().orElse(null),
        "decoder", byteLevel(true),
        "model", Json.object("type", "BPE", "vocab", vocabulary.object(), "merges", merges));
  }

  private static Map<String, Object> byteLevel(boolean prefixSpace) {
    return Json.object(
        "type",
        "ByteLevel",
        "add_prefix_space",
        prefixSpace,
        "trim_offsets",
        true,
        "use_regex",
        true);
  }

  /** The tokens that are looked for before a text is cut into words, by id. */
  private List<Object> addedTokens() {
    Map<Long, Object> tokens = new TreeMap<>();
    added.forEach((content, id) -> tokens.put(id, token(id, content, false)));
    for (String content : specials()) {
      id(content).ifPresent(id -> tokens.put(id, token(id, content, true)));
    }
    config
        .flatMap(file -> file.object("added_tokens_decoder"))
        .ifPresent(
            decoder ->
                decoder.keys().stream()
                    .flatMap(id -> decoder.object(id).stream().map(entry -> described(id, entry)))
                    .forEach(token -> tokens.put((Long) token.get("id"), token)));
    return new ArrayList<>(tokens.values());
  }

  private static Map<String, Object> token(long id, String content, boolean special) {
    return Json.object(
        "id",
        id,
        "content",
        content,
        "single_word",
        false,
        "lstrip",
        false,
        "rstrip",
        false,
        "normalized",
        !special,
        "special",
        special);
  }

  private static Map<String, Object> described(String id, JsonFile entry) {
    if (!id.matches("\\d{1,9}")) {
      throw entry.wrong("id", "a number", id);
    }
    String content = entry.text("content").orElseThrow(() -> entry.wrong("content", "text", null));
    boolean special = entry.truth("special").orElse(false);
    Map<String, Object> token = token(Long.parseLong(id), content, special);
    for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
      entry.truth(flag).ifPresent(value -> token.put(flag, value));
    }
    return token;
  }

  private Set<String> specials() {
    Set<String> specials = new LinkedHashSet<>(Set.of(END_OF_TEXT));
    Optional<JsonFile> map = config("special_tokens_map.json");
    map.ifPresent(
        file ->
            file.object()
                .forEach(
                    (key, value) -> {
                      List<?> tokens = value instanceof List<?> list ? list : List.of(value);
                      tokens.forEach(token -> specials.add(file.token((String) key, token)));
                    }));
    return specials;
  }

  private Optional<Long> id(String content) {
    return Optional.ofNullable(added.get(content)).or(() -> vocabulary.whole(content));
  }

  /** What puts the beginning token before every text, where the configuration asks for it. */
  private Optional<Map<String, Object>> beginning() {
    boolean begins = config.flatMap(file -> file.truth("add_bos_token")).orElse(false);
    Optional<String> token = config.flatMap(file -> file.token("bos_token"));
    Optional<Long> id = token.flatMap(this::id);
    if (!begins || id.isEmpty()) {
      return Optional.empty();
    }
    Object special = Json.object("SpecialToken", Json.object("id", token, "type_id", 0));
    Object first = Json.object("Sequence", Json.object("id", "A", "type_id", 0));
    Object second = Json.object("Sequence", Json.object("id", "B", "type_id", 1));
    Object ids = Json.object("id", token, "ids", List.of(id.get()), "tokens", List.of(token.get()));
    return Optional.of(
        Json.object(
            "type",
            "TemplateProcessing",
            "single",
            List.of(special, first),
            "pair",
            List.of(special, first, second),
            "special_tokens",
            Json.object(token.get(), ids)));
  }

  private Optional<JsonFile> config(String name) {
    return Optional.of(folder.resolve(name))
        .filter(Files::exists)
        .map(file -> JsonFile.read(file, MAX_CONFIG, Code.BAD_TOKENIZER));
  }
}
