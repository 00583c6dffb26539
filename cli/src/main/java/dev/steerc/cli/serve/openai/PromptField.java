package dev.steerc.cli.serve.openai;

import dev.steerc.cli.serve.http.Body;
import dev.steerc.runtime.Prompt;
import java.util.List;

/**
 * The prompts of a completion: a text, a list of texts, a list of token ids, or a list of such
 * lists.
 */
final class PromptField {
  private static final String FIELD = "prompt";

  private PromptField() {}

  static List<Prompt> read(Body body) {
    Object value = body.any(FIELD).orElseThrow(() -> wrong(body));
    if (value instanceof String text) {
      return List.of(Prompt.of(text));
    }
    if (!(value instanceof List<?> list) || list.isEmpty()) {
      throw wrong(body);
    }
    boolean isOne = list.stream().allMatch(Number.class::isInstance);
    return isOne ? List.of(ids(body, list)) : list.stream().map(each -> one(body, each)).toList();
  }

  private static Prompt one(Body body, Object value) {
    if (value instanceof String text) {
      return Prompt.of(text);
    }
    if (value instanceof List<?> ids) {
      return ids(body, ids);
    }
    throw wrong(body);
  }

  private static Prompt ids(Body body, List<?> ids) {
    if (!ids.stream().allMatch(Long.class::isInstance)) {
      throw wrong(body);
    }
    return Prompt.ofIds(ids.stream().mapToLong(id -> (Long) id).toArray());
  }

  private static RuntimeException wrong(Body body) {
    return body.wrong(
        FIELD, "`prompt` is a text, a list of texts, a list of token ids, or a list of such lists");
  }
}
