package dev.steerc.cli.serve.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.cli.serve.TestServer;
import dev.steerc.manifest.Json;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No field that would change the result is silently ignored. */
class RefusedFieldsTest {
  private static final Map<String, Object> COMPLETION =
      Json.object("model", "demo", "prompt", "I feel", "max_tokens", 1L);

  private static final Map<String, Object> CHAT =
      Json.object(
          "messages",
          Json.parse("[{\"role\":\"user\",\"content\":\"Hi\"}]"),
          "max_completion_tokens",
          1L);

  @TempDir static Path folder;
  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start(folder);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static TestServer.Answer send(String path, Map<String, Object> body, String extra) {
    Map<String, Object> all = new LinkedHashMap<>(body);
    ((Map<?, ?>) Json.parse(extra)).forEach((key, value) -> all.put(key.toString(), value));
    return TestServer.send(server.json(path, all));
  }

  private static TestServer.Answer complete(String extra) {
    return send("/v1/completions", COMPLETION, extra);
  }

  private static TestServer.Answer chat(String extra) {
    return send("/v1/chat/completions", CHAT, extra);
  }

  private static void checkRefused(TestServer.Answer answer, String field) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    Map<?, ?> error = (Map<?, ?>) answer.json().get("error");
    assertThat(error.get("param")).as(answer.text()).isEqualTo(field);
    assertThat(error.get("type")).isEqualTo("invalid_request_error");
    assertThat(error.get("message").toString()).contains("`");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "suffix            | {'suffix': 'the end'}",
        "best_of           | {'best_of': 3}",
        "logit_bias        | {'logit_bias': {'50': 1}}",
        "tools             | {'tools': [{'type': 'function'}]}",
        "temprature        | {'temprature': 1}",
        "prompt            | {'prompt': []}",
        "prompt            | {'prompt': ['a', 1]}",
        "prompt            | {'prompt': [1, 2.5]}",
        "prompt            | {'prompt': null}",
        "logprobs          | {'logprobs': 6}",
        "logprobs          | {'logprobs': true}",
        "echo              | {'echo': true, 'logprobs': 1}",
        "echo              | {'echo': 'yes'}",
        "max_tokens        | {'max_tokens': 0}",
        "max_tokens        | {'max_tokens': 1000000}",
        "max_tokens        | {'max_tokens': 1.5}",
        "n                 | {'n': 0}",
        "n                 | {'n': 17}",
        "temperature       | {'temperature': -1}",
        "temperature       | {'temperature': 'hot'}",
        "top_p             | {'top_p': 0}",
        "top_p             | {'top_p': 2}",
        "top_k             | {'top_k': -1}",
        "min_p             | {'min_p': 2}",
        "repetition_penalty| {'repetition_penalty': 0}",
        "frequency_penalty | {'frequency_penalty': 1000}",
        "presence_penalty  | {'presence_penalty': -1000}",
        "seed              | {'seed': 'x'}",
        "stop              | {'stop': ['a','b','c','d','e']}",
        "stop              | {'stop': ['']}",
        "stop              | {'stop': [1]}",
        "stop_token_ids    | {'stop_token_ids': ['a']}",
        "stream            | {'stream': 'yes'}",
        "stream_options    | {'stream_options': true}",
        "stream_options.include_all | {'stream_options': {'include_all': true}}",
        "model             | {'model': 7}",
      })
  void completion(String field, String extra) {
    checkRefused(complete(extra.replace('\'', '"')), field);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tools                  | {'tools': [{'type': 'function'}]}",
        "tool_choice            | {'tool_choice': 'required'}",
        "functions              | {'functions': [{}]}",
        "response_format        | {'response_format': {'type': 'json_object'}}",
        "modalities             | {'modalities': ['text', 'audio']}",
        "audio                  | {'audio': {'voice': 'x'}}",
        "logit_bias             | {'logit_bias': {'50': 1}}",
        "reasoning_effort       | {'reasoning_effort': 'high'}",
        "verbosity              | {'verbosity': 'high'}",
        "web_search_options     | {'web_search_options': {'x': 1}}",
        "prompt                 | {'prompt': 'text'}",
        "echo                   | {'echo': true}",
        "logprobs               | {'logprobs': 3}",
        "top_logprobs           | {'top_logprobs': 3}",
        "top_logprobs           | {'logprobs': true, 'top_logprobs': 21}",
        "max_completion_tokens  | {'max_completion_tokens': 0}",
        "messages               | {'messages': []}",
        "messages               | {'messages': 'Hi'}",
        "messages[0]            | {'messages': ['Hi']}",
        "messages[0].role       | {'messages': [{'content': 'Hi'}]}",
        "messages[0].role       | {'messages': [{'role': 'tool', 'content': 'Hi'}]}",
        "messages[0].content    | {'messages': [{'role': 'user'}]}",
        "messages[0].content    | {'messages': [{'role': 'user', 'content': 1}]}",
        "messages[0].name       | {'messages': [{'role': 'user', 'content': 'Hi', 'name': 'A'}]}",
        "messages[0].tool_calls | {'messages': [{'role': 'user', 'content': 'x', 'tool_calls': [1]}]}",
        "messages[0].content[0].type"
            + " | {'messages': [{'role': 'user', 'content': [{'type': 'image_url'}]}]}",
        "messages[0].content[0].text"
            + " | {'messages': [{'role': 'user', 'content': [{'type': 'text'}]}]}",
      })
  void chat(String field, String extra) {
    checkRefused(chat(extra.replace('\'', '"')), field);
  }

  /** What wants nothing, or changes no text. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'suffix': null, 'best_of': 1, 'logit_bias': {}}",
        "{'suffix': '', 'stop': null, 'logprobs': null, 'echo': false, 'n': 1}",
        "{'user': 'me', 'metadata': {'a': 'b'}, 'store': true, 'service_tier': 'auto'}",
        "{'stream_options': {'include_usage': true}}",
        "{'stop': '', 'stop_token_ids': [], 'steering': null, 'compare': false}",
        "{'temperature': 0, 'top_k': 0, 'frequency_penalty': 0, 'max_tokens': 1.0}",
      })
  void neutralFieldsAreFine(String extra) {
    TestServer.Answer answer = complete(extra.replace('\'', '"'));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'tools': [], 'tool_choice': 'none', 'functions': [], 'function_call': 'none'}",
        "{'tool_choice': 'auto', 'response_format': {'type': 'text'}, 'modalities': ['text']}",
        "{'audio': null, 'reasoning_effort': null, 'verbosity': 'medium', 'logprobs': false}",
        "{'parallel_tool_calls': true, 'prompt_cache_key': 'k', 'safety_identifier': 'u'}",
        "{'messages': [{'role': 'developer', 'content': [{'type': 'text', 'text': 'Be kind'}]},"
            + " {'role': 'assistant', 'content': 'Hi', 'refusal': null, 'annotations': []},"
            + " {'role': 'user', 'content': 'Hi', 'name': null}]}",
      })
  void neutralFieldsOfAChatAreFine(String extra) {
    TestServer.Answer answer = chat(extra.replace('\'', '"'));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
  }
}
