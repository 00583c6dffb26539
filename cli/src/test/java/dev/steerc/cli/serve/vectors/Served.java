package dev.steerc.cli.serve.vectors;

import dev.steerc.cli.serve.TestServer;
import dev.steerc.manifest.Json;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;

/**
 * A text that a server has generated.
 *
 * @param receipt what it says was done to it
 */
record Served(String text, Map<?, ?> receipt) {
  static final String PROMPT = "Once upon a time";
  private static final int TOKENS = 48;

  /** Asks for one. */
  static Served by(TestServer server, Object steering) {
    return of(server.post("/v1/completions", body(steering)));
  }

  /** The body of a request for one, as pairs. */
  static Object[] body(Object steering) {
    return new Object[] {
      "model", "demo", "prompt", PROMPT, "max_tokens", TOKENS, "steering", steering
    };
  }

  /** The same with a steering that is JSON already. */
  static HttpRequest.Builder request(TestServer server, String steering) {
    String json = Json.write(Json.object(body("?"))).replace("\"?\"", steering);
    return server.json("/v1/completions", Json.object()).POST(BodyPublishers.ofString(json));
  }

  /** Reads an answer that has one. */
  static Served of(TestServer.Answer answer) {
    if (answer.status() != 200) {
      throw new IllegalStateException(answer.status() + ": " + answer.text());
    }
    Map<?, ?> json = answer.json();
    Map<?, ?> choice = json.get("choices") instanceof List<?> all ? (Map<?, ?>) all.get(0) : json;
    return new Served((String) choice.get("text"), (Map<?, ?>) choice.get("steering"));
  }

  /** The text that a model generates alone, from the same seed. */
  String alone(SteeredModel model, Steering steering) {
    long seed = ((Number) receipt.get("seed")).longValue();
    Prompt prompt = Prompt.of(PROMPT).steered(steering).with(s -> s.seed(seed));
    return model.generate(prompt.with(s -> s.maxNewTokens(length()))).get(0).orThrow().text();
  }

  /** However many tokens a server generates when it is asked for so many, the text tells. */
  private int length() {
    return Math.max(TOKENS, text.length());
  }

  /** Whether it is what a model generates alone. */
  boolean isAlone(SteeredModel model, Term... terms) {
    String alone = alone(model, Steering.of(terms));
    return text.length() >= 20 && alone.startsWith(text);
  }

  /** A part of the receipt of its only vector. */
  Object of(String field) {
    return vectors().get(0).get(field);
  }

  List<Map<?, ?>> vectors() {
    return ((List<?>) receipt.get("vectors")).stream().<Map<?, ?>>map(v -> (Map<?, ?>) v).toList();
  }

  static Object json(String text) {
    return Json.parse(text.replace('\'', '"'));
  }
}
