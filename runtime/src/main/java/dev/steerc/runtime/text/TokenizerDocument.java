package dev.steerc.runtime.text;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.SteercException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A {@code tokenizer.json}, checked for what the library takes on trust. Where it finds such a
 * thing wrong it does not report it but ends the process, and the file may come from anywhere.
 *
 * <p>Source: issues 2094 and 2151 of huggingface/tokenizers.
 */
final class TokenizerDocument {
  private final JsonFile file;

  TokenizerDocument(JsonFile file) {
    this.file = file;
  }

  /**
   * The document in the words of our own reader, so that the library sees no other keys than the
   * checks did. Cutting and padding are left out: a text is encoded as it is.
   *
   * @throws SteercException when it would end the process
   */
  String checked() {
    Map<String, Object> document = new LinkedHashMap<>();
    file.keys().forEach(key -> document.put(key, file.object().get(key)));
    document.remove("truncation");
    document.remove("padding");
    checkNormalizer(document.get("normalizer"));
    for (String part : List.of("pre_tokenizer", "post_processor", "decoder")) {
      check(document.get(part));
    }
    file.object("model").ifPresent(this::checkMerges);
    return Json.write(document);
  }

  /**
   * One more than the highest id. A model of kind BPE, WordPiece or WordLevel maps tokens to ids; a
   * Unigram lists its tokens; added tokens have their own list.
   */
  int size() {
    Object vocabulary = file.object("model").flatMap(model -> model.get("vocab")).orElse(null);
    long size = vocabulary instanceof List<?> list ? list.size() : 0;
    Collection<Object> ids = new ArrayList<>();
    if (vocabulary instanceof Map<?, ?> map) {
      ids.addAll(map.values());
    }
    if (file.get("added_tokens").orElse(null) instanceof List<?> added) {
      added.forEach(token -> ids.add(token instanceof Map<?, ?> map ? map.get("id") : null));
    }
    for (Object id : ids) {
      size = id instanceof Long number ? Math.max(size, number + 1) : size;
    }
    return (int) Math.min(size, Integer.MAX_VALUE);
  }

  /** The tokens that are parts of characters. */
  Fragments fragments() {
    Object vocabulary = file.object("model").flatMap(model -> model.get("vocab")).orElse(null);
    Map<Object, Object> ids = new LinkedHashMap<>();
    if (vocabulary instanceof Map<?, ?> map) {
      ids.putAll(map);
    } else if (vocabulary instanceof List<?> list) {
      for (Object entry : list) {
        boolean isToken = entry instanceof List<?> pair && !pair.isEmpty();
        ids.put(isToken ? ((List<?>) entry).get(0) : entry, (long) ids.size());
      }
    }
    return Fragments.in(ids, isByteLevel(file.object().get("decoder")));
  }

  private static boolean isByteLevel(Object part) {
    if (part instanceof Map<?, ?> map) {
      return "ByteLevel".equals(map.get("type"))
          || map.values().stream().anyMatch(TokenizerDocument::isByteLevel);
    }
    return part instanceof List<?> list && list.stream().anyMatch(TokenizerDocument::isByteLevel);
  }

  private void checkNormalizer(Object part) {
    if (part instanceof List<?> list) {
      list.forEach(this::checkNormalizer);
    } else if (part instanceof Map<?, ?> map) {
      switch (String.valueOf(map.get("type"))) {
        case "Precompiled" -> checkCharacters(map.get("precompiled_charsmap"));
        case "Prepend" -> refuse("".equals(map.get("prepend")), "Prepend");
        case "Replace" -> refuse(matchesNothing(map.get("pattern")), "Replace");
        default -> map.values().forEach(this::checkNormalizer);
      }
    }
  }

  /** Whether a pattern is found where there is no text. */
  private static boolean matchesNothing(Object pattern) {
    try {
      return pattern instanceof Map<?, ?> map
          && ("".equals(map.get("String"))
              || map.get("Regex") instanceof String regex
                  && Pattern.compile(regex).matcher("").find());
    } catch (PatternSyntaxException e) {
      // the library reads another dialect, and reports what it does not understand
      return false;
    } catch (StackOverflowError e) {
      return true;
    }
  }

  private void check(Object part) {
    if (part instanceof List<?> list) {
      list.forEach(this::check);
    } else if (part instanceof Map<?, ?> map) {
      switch (String.valueOf(map.get("type"))) {
        case "TemplateProcessing" -> checkTemplate(map);
        case "Strip" -> refuse(map.get("stop") instanceof Long stop && stop != 0, "Strip");
        case "FixedLength" -> refuse(Long.valueOf(0).equals(map.get("length")), "FixedLength");
        default -> map.values().forEach(this::check);
      }
    }
  }

  private void checkCharacters(Object map) {
    refuse(!(map instanceof String text) || !CharacterMap.isSound(text), "Precompiled");
  }

  /** Special tokens have to be described, and a single text has no second part. */
  private void checkTemplate(Map<?, ?> template) {
    Map<?, ?> known = template.get("special_tokens") instanceof Map<?, ?> map ? map : Map.of();
    for (Object token : known.values()) {
      boolean isWhole =
          token instanceof Map<?, ?> map
              && map.get("ids") instanceof List<?> ids
              && map.get("tokens") instanceof List<?> tokens
              && ids.size() == tokens.size();
      refuse(!isWhole, "TemplateProcessing");
    }
    checkPieces(template.get("single"), known.keySet(), Set.of("A"));
    checkPieces(template.get("pair"), known.keySet(), Set.of("A", "B"));
  }

  private void checkPieces(Object pieces, Set<?> tokens, Set<String> sequences) {
    for (Object piece : pieces instanceof List<?> list ? list : List.of()) {
      if (piece instanceof Map<?, ?> map) {
        refuse(!isKnown(map.get("SpecialToken"), tokens), "TemplateProcessing");
        refuse(!isKnown(map.get("Sequence"), sequences), "TemplateProcessing");
      }
    }
  }

  private static boolean isKnown(Object piece, Set<?> known) {
    return piece == null || piece instanceof Map<?, ?> map && known.contains(map.get("id"));
  }

  /** The library cuts as many bytes as the prefix has off the second half of every merge. */
  private void checkMerges(JsonFile model) {
    Object prefix = model.get("continuing_subword_prefix").orElse("");
    Object merges = model.get("merges").orElse(null);
    int length = prefix.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length == 0 || !(merges instanceof List<?> list)) {
      return;
    }
    for (Object merge : list) {
      String second =
          merge instanceof List<?> pair && pair.size() == 2
              ? String.valueOf(pair.get(1))
              : merge.toString().substring(merge.toString().indexOf(' ') + 1);
      byte[] bytes = second.getBytes(StandardCharsets.UTF_8);
      boolean isCut = bytes.length == length || bytes.length > length && bytes[length] >> 6 != -2;
      refuse(!isCut, "BPE");
    }
  }

  private void refuse(boolean wrong, String part) {
    if (wrong) {
      throw JsonFile.bad(Code.BAD_TOKENIZER, file.where(), "its `" + part + "` contradicts itself");
    }
  }
}
