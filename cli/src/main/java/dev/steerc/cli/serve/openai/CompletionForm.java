package dev.steerc.cli.serve.openai;

import dev.steerc.cli.serve.openai.ScoredText.Scored;
import dev.steerc.manifest.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Texts as completions of prompts. */
record CompletionForm() implements Form {

  @Override
  public String prefix() {
    return "cmpl-";
  }

  @Override
  public String object() {
    return "text_completion";
  }

  @Override
  public String chunk() {
    return object();
  }

  @Override
  public Map<String, Object> text(String text) {
    return Json.object("text", text);
  }

  @Override
  public Map<String, Object> piece(String piece) {
    return text(piece);
  }

  @Override
  public Optional<Map<String, Object>> opening(String echo) {
    return echo.isEmpty() ? Optional.empty() : Optional.of(text(echo));
  }

  @Override
  public Map<String, Object> logprobs(List<Scored> tokens) {
    return Json.object(
        "tokens", tokens.stream().map(Scored::text).toList(),
        "token_logprobs", tokens.stream().map(Scored::logprob).toList(),
        "top_logprobs", tokens.stream().map(CompletionForm::best).toList(),
        "text_offset", tokens.stream().map(Scored::offset).toList());
  }

  /** Of tokens with the same text, the most likely one stays. */
  private static Map<String, Object> best(Scored token) {
    Map<String, Object> best = new LinkedHashMap<>();
    token.best().forEach(one -> best.putIfAbsent(one.text(), one.logprob()));
    return best;
  }
}
