package dev.steerc.runtime.text;

import dev.steerc.problem.Code;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the files beside a model say about chatting with it: {@code chat_template.jinja}, {@code
 * tokenizer_config.json} and {@code special_tokens_map.json}.
 *
 * @param template the chat template in Jinja, the default one where there are several
 * @param beginToken the text of the token that begins a text
 * @param endToken the text of the token that ends one
 */
public record ChatConfig(
    Optional<String> template, Optional<String> beginToken, Optional<String> endToken) {

  /** What is known when there are no files. */
  public static final ChatConfig NONE =
      new ChatConfig(Optional.empty(), Optional.empty(), Optional.empty());

  private static final int MAX_TEMPLATE = 1 << 20;
  private static final int MAX_FILE = 64 << 20;

  /** Reads what is there, for a model's file or folder. */
  public static ChatConfig beside(Path model) {
    Beside beside = Beside.of(model);
    Optional<JsonFile> config = read(beside, "tokenizer_config.json");
    Optional<JsonFile> specials = read(beside, "special_tokens_map.json");
    Optional<String> template =
        beside
            .find("chat_template.jinja")
            .map(file -> JsonFile.text(file, MAX_TEMPLATE, Code.BAD_CONFIG))
            .or(() -> config.flatMap(ChatConfig::template));
    return new ChatConfig(
        template, token("bos_token", config, specials), token("eos_token", config, specials));
  }

  private static Optional<JsonFile> read(Beside beside, String name) {
    return beside.find(name).map(file -> JsonFile.read(file, MAX_FILE, Code.BAD_CONFIG));
  }

  private static Optional<String> token(
      String key, Optional<JsonFile> config, Optional<JsonFile> specials) {
    return config
        .flatMap(file -> file.token(key))
        .or(() -> specials.flatMap(file -> file.token(key)));
  }

  /** One template, or a list of them with names. */
  private static Optional<String> template(JsonFile config) {
    Object value = config.get("chat_template").orElse(null);
    if (!(value instanceof List<?> list)) {
      return config.text("chat_template");
    }
    for (Object entry : list) {
      if (entry instanceof Map<?, ?> map && "default".equals(map.get("name"))) {
        return Optional.of(new JsonFile(config.where(), config.code(), map))
            .flatMap(file -> file.text("template"));
      }
    }
    return Optional.empty();
  }
}
