package dev.steerc.cli.serve.playground;

import dev.steerc.cli.serve.http.Body;
import dev.steerc.manifest.Json;
import dev.steerc.runtime.Continued;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.text.TextStream;
import dev.steerc.runtime.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The text that a request wants to have looked at.
 *
 * @param ids its tokens
 * @param prompts how many of them are the prompt, 1 at least
 */
record GivenText(SteeredModel model, long[] ids, int prompts) {
  private static final String WHY = "the text is no `token_ids`";

  /** Reads {@code text}, {@code prompt} and {@code completion}, or {@code token_ids}. */
  static GivenText of(Body body, SteeredModel model) {
    Optional<List<?>> ids = body.list("token_ids");
    if (ids.isPresent()) {
      return ofIds(body, ids.get(), model);
    }
    Optional<String> text = body.text("text");
    Tokenizer tokenizer = model.tokenizerFor(WHY);
    Optional<String> completion = text.isPresent() ? Optional.empty() : body.text("completion");
    if (completion.filter(some -> !some.isEmpty()).isEmpty()) {
      long[] all = tokenizer.encode(text.orElseGet(() -> body.needText("prompt")));
      return new GivenText(model, needed(all, body, "text"), all.length);
    }
    Continued whole = Continued.of(model, body.needText("prompt"), completion.get());
    long[] prompt = whole.prompt().ids().orElseThrow();
    long[] all = Arrays.copyOf(prompt, prompt.length + whole.tokens().length);
    System.arraycopy(whole.tokens(), 0, all, prompt.length, whole.tokens().length);
    return new GivenText(model, all, prompt.length);
  }

  private static GivenText ofIds(Body body, List<?> list, SteeredModel model) {
    long[] ids = new long[list.size()];
    for (int i = 0; i < ids.length; i++) {
      if (!(list.get(i) instanceof Long id)) {
        throw body.wrong("token_ids", "`token_ids` has something that is no whole number");
      }
      ids[i] = id;
    }
    needed(ids, body, "token_ids");
    long prompts = body.whole("prompt_tokens").orElse(ids.length);
    if (prompts < 1 || prompts > ids.length) {
      throw body.wrong("prompt_tokens", "`prompt_tokens` is 1 to " + ids.length);
    }
    return new GivenText(model, ids, (int) prompts);
  }

  private static long[] needed(long[] ids, Body body, String field) {
    if (ids.length == 0) {
      throw body.wrong(field, "the text has no token");
    }
    return ids;
  }

  long[] prompt() {
    return Arrays.copyOf(ids, prompts);
  }

  long[] completion() {
    return Arrays.copyOfRange(ids, prompts, ids.length);
  }

  /** Each token with its part of the text and a cosine; all parts together are the text. */
  List<Object> shown(double[] cosines) {
    Optional<TextStream> stream = model.tokenizer().map(known -> TextStream.of(known, List.of()));
    List<Object> shown = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      long id = ids[i];
      boolean last = i == ids.length - 1;
      String text = stream.map(s -> s.push(id) + (last ? s.finish() : "")).orElse("");
      shown.add(Json.object("id", id, "text", text, "cosine", cosines[i]));
    }
    return shown;
  }
}
