package dev.steerc.cli.serve.openai;

import dev.steerc.cli.serve.openai.ScoredText.Scored;
import dev.steerc.manifest.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Texts as messages of an assistant. */
record ChatForm() implements Form {

  @Override
  public String prefix() {
    return "chatcmpl-";
  }

  @Override
  public String object() {
    return "chat.completion";
  }

  @Override
  public String chunk() {
    return "chat.completion.chunk";
  }

  @Override
  public Map<String, Object> text(String text) {
    return Json.object(
        "message", Json.object("role", "assistant", "content", text, "refusal", null));
  }

  @Override
  public Map<String, Object> piece(String piece) {
    return Json.object("delta", piece.isEmpty() ? Map.of() : Json.object("content", piece));
  }

  @Override
  public Optional<Map<String, Object>> opening(String echo) {
    return Optional.of(Json.object("delta", Json.object("role", "assistant", "content", "")));
  }

  @Override
  public Map<String, Object> logprobs(List<Scored> tokens) {
    List<Object> content = new ArrayList<>();
    for (Scored token : tokens) {
      Map<String, Object> entry = entry(token);
      entry.put("top_logprobs", token.best().stream().map(ChatForm::entry).toList());
      content.add(entry);
    }
    return Json.object("content", content, "refusal", null);
  }

  private static Map<String, Object> entry(Scored token) {
    return Json.object(
        "token", token.text(), "logprob", token.logprob(), "bytes", bytes(token.text()));
  }

  /** Null where the token is only a part of a character. */
  private static List<Integer> bytes(String text) {
    if (text.indexOf('\ufffd') >= 0) {
      return null;
    }
    List<Integer> bytes = new ArrayList<>();
    for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
      bytes.add(one & 0xff);
    }
    return bytes;
  }
}
