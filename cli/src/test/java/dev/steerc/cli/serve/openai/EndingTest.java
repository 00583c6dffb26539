package dev.steerc.cli.serve.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.cli.serve.EndlessModel;
import dev.steerc.cli.serve.TestServer;
import dev.steerc.manifest.Json;
import dev.steerc.runtime.Prompt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts whose time is up, and chats with a model that has no template. */
class EndingTest {
  @TempDir Path folder;

  private static TestServer.Answer post(EndlessModel served, String path, Object... body) {
    return TestServer.send(
        HttpRequest.newBuilder(served.at(path))
            .POST(HttpRequest.BodyPublishers.ofString(Json.write(Json.object(body)))));
  }

  private static Map<?, ?> choice(TestServer.Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return (Map<?, ?>) ((List<?>) answer.json().get("choices")).get(0);
  }

  @Test
  void whatIsThereInTimeIsTheAnswer() throws IOException {
    try (EndlessModel served = EndlessModel.start(folder, 2, Duration.ofSeconds(2))) {
      Map<?, ?> choice =
          choice(post(served, "/v1/completions", "prompt", "a", "max_tokens", EndlessModel.MOST));
      assertThat(choice.get("finish_reason")).isEqualTo("length");
      assertThat(choice.get("stop_reason")).isEqualTo("deadline");
      assertThat(choice.get("text").toString()).isNotEmpty();
    }
  }

  @Test
  void noTokenInTimeIsATimeout() throws IOException {
    try (EndlessModel served = EndlessModel.start(folder, 2, Duration.ofNanos(1))) {
      for (boolean stream : new boolean[] {false, true}) {
        TestServer.Answer answer = post(served, "/v1/completions", "prompt", "a", "stream", stream);
        assertThat(answer.status()).as(answer.text()).isEqualTo(504);
        assertThat(answer.text()).contains("timed-out");
      }
    }
  }

  @Test
  void chatWithoutATemplateIsATranscript() throws IOException {
    try (EndlessModel served = EndlessModel.start(folder, 2, Duration.ofMinutes(1))) {
      List<?> messages =
          List.of(
              Json.object("role", "developer", "content", "Be kind"),
              Json.object("role", "user", "content", "Hi"));
      Map<?, ?> choice =
          choice(
              post(
                  served,
                  "/v1/chat/completions",
                  "messages",
                  messages,
                  "max_tokens",
                  16,
                  "seed",
                  7,
                  "stop",
                  "@@"));
      String expected =
          served
              .model()
              .generate(
                  Prompt.of("System: Be kind\nUser: Hi\nAssistant:")
                      .with(s -> s.maxNewTokens(16).seed(7).stop("\nUser:", "@@")))
              .get(0)
              .text();
      assertThat(((Map<?, ?>) choice.get("message")).get("content")).isEqualTo(expected);
    }
  }

  /** The model is random, and most of its tokens are single bytes that make no character. */
  @Test
  void bytesOfTokensAddUpToTheText() throws IOException {
    try (EndlessModel served = EndlessModel.start(folder, 2, Duration.ofMinutes(1))) {
      Map<?, ?> choice =
          choice(
              post(
                  served,
                  "/v1/chat/completions",
                  "messages",
                  List.of(Json.object("role", "user", "content", "Hi")),
                  "max_tokens",
                  300,
                  "logprobs",
                  true,
                  "seed",
                  7));
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      long fragments = 0;
      for (Object token : (List<?>) ((Map<?, ?>) choice.get("logprobs")).get("content")) {
        ((List<?>) ((Map<?, ?>) token).get("bytes"))
            .forEach(b -> bytes.write(((Long) b).intValue()));
        fragments += ((Map<?, ?>) token).get("token").toString().startsWith("\\x") ? 1 : 0;
      }
      assertThat(fragments).isPositive();
      assertThat(bytes.toString(StandardCharsets.UTF_8).replace("<|endoftext|>", ""))
          .isEqualTo(((Map<?, ?>) choice.get("message")).get("content"));
    }
  }
}
