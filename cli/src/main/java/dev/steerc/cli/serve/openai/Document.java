package dev.steerc.cli.serve.openai;

import dev.steerc.cli.serve.openai.ScoredText.Scored;
import dev.steerc.manifest.Json;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.FinishReason;
import dev.steerc.runtime.Receipt;
import dev.steerc.runtime.SteeredModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * One answer as JSON, whole or in chunks.
 *
 * @param id the same in all chunks
 * @param created in seconds since 1970
 */
record Document(Asked asked, Form form, SteeredModel model, String id, long created) {

  static Document of(Asked asked, Form form, SteeredModel model) {
    String id = form.prefix() + UUID.randomUUID().toString().replace("-", "");
    return new Document(asked, form, model, id, System.currentTimeMillis() / 1000);
  }

  /** The log-probabilities of a text that begins. */
  ScoredText scores() {
    return new ScoredText(new TokenTexts(model.tokenizer()), asked.best());
  }

  /** The whole answer. */
  Map<String, Object> whole(List<Completion> texts) {
    List<Object> choices = new ArrayList<>();
    for (int row = 0; row < texts.size(); row++) {
      Completion text = texts.get(row);
      Map<String, Object> content = form.text(asked.echo(row) + text.text());
      Map<String, Object> choice = choice(row, content, scores().next(text.scores()));
      if (asked.tokenIds()) {
        choice.put("token_ids", ids(text.tokens()));
      }
      end(choice, text);
      choices.add(choice);
    }
    Map<String, Object> answer = head(form.object(), choices);
    answer.put("usage", usage(texts));
    return answer;
  }

  /** What a text begins with, if it begins with anything but itself. */
  Optional<Map<String, Object>> opening(int row) {
    return form.opening(asked.echo(row)).map(delta -> chunk(choice(row, delta, Optional.empty())));
  }

  /** A chunk with a part of a text. */
  Map<String, Object> piece(int row, String piece, long token, Optional<List<Scored>> scores) {
    Map<String, Object> choice = choice(row, form.piece(piece), scores);
    if (asked.tokenIds()) {
      choice.put("token_ids", List.of(token));
    }
    return chunk(choice);
  }

  /** The last chunk of a text. */
  Map<String, Object> ended(int row, String rest, Completion text) {
    Map<String, Object> choice = choice(row, form.piece(rest), Optional.empty());
    if (asked.tokenIds()) {
      choice.put("token_ids", List.of());
    }
    end(choice, text);
    return chunk(choice);
  }

  /** The chunk behind all others, where it is asked for. */
  Map<String, Object> usageChunk(List<Completion> texts) {
    Map<String, Object> chunk = head(form.chunk(), List.of());
    chunk.put("usage", usage(texts));
    return chunk;
  }

  private Map<String, Object> chunk(Map<String, Object> choice) {
    Map<String, Object> chunk = head(form.chunk(), List.of(choice));
    if (asked.usage()) {
      chunk.put("usage", null);
    }
    return chunk;
  }

  private Map<String, Object> head(String object, List<?> choices) {
    return Json.object(
        "id", id, "object", object, "created", created, "model", asked.model(), "choices", choices);
  }

  private Map<String, Object> choice(
      int row, Map<String, Object> content, Optional<List<Scored>> scores) {
    Map<String, Object> choice = Json.object("index", row);
    choice.putAll(content);
    choice.put("logprobs", scores.map(form::logprobs));
    choice.put("finish_reason", null);
    if (asked.compare()) {
      choice.put("steered", asked.isSteered(row));
    }
    return choice;
  }

  private void end(Map<String, Object> choice, Completion text) {
    FinishReason reason = text.reason().orElseThrow();
    choice.put("finish_reason", reason == FinishReason.STOP ? "stop" : "length");
    if (reason == FinishReason.DEADLINE) {
      choice.put("stop_reason", reason.label());
    }
    if (asked.tokenIds()) {
      choice.put("prompt_token_ids", ids(text.prompt()));
    }
    choice.put("steering", Receipt.of(model, text));
  }

  /** The tokens of each prompt count once, however many texts it has. */
  private Map<String, Object> usage(List<Completion> texts) {
    long prompts = 0;
    long generated = 0;
    for (int row = 0; row < texts.size(); row++) {
      prompts += row % asked.perPrompt() == 0 ? texts.get(row).prompt().length : 0;
      generated += texts.get(row).tokens().length;
    }
    return Json.object(
        "prompt_tokens", prompts,
        "completion_tokens", generated,
        "total_tokens", prompts + generated);
  }

  private static List<Long> ids(long[] tokens) {
    return Arrays.stream(tokens).boxed().toList();
  }
}
