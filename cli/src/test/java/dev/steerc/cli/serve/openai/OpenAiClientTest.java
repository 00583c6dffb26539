package dev.steerc.cli.serve.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionTokenLogprob;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionChoice;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.models.Model;
import dev.steerc.cli.serve.TestServer;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.TokenScore;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.VectorStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API as OpenAI's own client uses it. */
@SuppressWarnings("deprecation") // OpenAI's own service has no seeds and no further fields
class OpenAiClientTest {
  private static final String PROMPT = "The weather today is";

  @TempDir static Path folder;
  private static TestServer server;
  private static Alone alone;
  private static OpenAIClient client;

  @BeforeAll
  static void start() {
    server = TestServer.start(folder);
    alone = new Alone(server);
    client =
        OpenAIOkHttpClient.builder()
            .baseUrl(server.at("/v1").toString())
            .apiKey("any")
            .maxRetries(0)
            .build();
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  private static CompletionCreateParams.Builder completion() {
    return CompletionCreateParams.builder().model("demo").prompt(PROMPT).maxTokens(16).seed(7);
  }

  private static ChatCompletionCreateParams.Builder chat() {
    return ChatCompletionCreateParams.builder()
        .model("demo")
        .addUserMessage("What is this?")
        .maxCompletionTokens(16)
        .seed(7);
  }

  private static dev.steerc.runtime.Completion expected(Steering steering) {
    return alone.text(PROMPT, steering, s -> s.maxNewTokens(16).seed(7));
  }

  private static dev.steerc.runtime.Completion expectedAnswer() {
    Prompt prompt = Prompt.of("Question: What is this? Answer:").verbatim();
    return alone.texts(prompt.with(s -> s.maxNewTokens(16).seed(7))).get(0);
  }

  @Test
  void completionIsTheTextGeneratedAlone() {
    Completion answer = client.completions().create(completion().build());
    var text = expected(Steering.NONE);
    CompletionChoice choice = answer.choices().get(0);
    assertThat(choice.text()).isEqualTo(text.text());
    assertThat(choice.finishReason().asString())
        .isEqualTo(text.tokens().length < 16 ? "stop" : "length");
    assertThat(answer.id()).startsWith("cmpl-");
    assertThat(answer.model()).isEqualTo("demo");
    assertThat(answer.usage().orElseThrow().promptTokens()).isEqualTo(text.prompt().length);
    assertThat(answer.usage().orElseThrow().completionTokens()).isEqualTo(text.tokens().length);
  }

  @Test
  void extraPropertySteers() {
    var params = completion().putAdditionalBodyProperty("steering", JsonValue.from("joy:4"));
    Completion answer = client.completions().create(params.build());
    var text = expected(alone.steering("joy:4"));
    assertThat(answer.choices().get(0).text())
        .isEqualTo(text.text())
        .isNotEqualTo(expected(Steering.NONE).text());
    String receipt = answer.choices().get(0)._additionalProperties().get("steering").toString();
    assertThat(receipt).contains(text.steering().fingerprint(), "seed=7");
  }

  @Test
  void aliasOfTheModelSteers() {
    Completion answer = client.completions().create(completion().model("demo:joy").build());
    assertThat(answer.choices().get(0).text()).isEqualTo(expected(alone.steering("joy:1")).text());
    assertThat(answer.model()).isEqualTo("demo:joy");
  }

  @Test
  void streamedPiecesAreTheWholeText() {
    try (StreamResponse<Completion> stream =
        client.completions().createStreaming(completion().build())) {
      List<CompletionChoice> choices =
          stream.stream().flatMap(chunk -> chunk.choices().stream()).toList();
      assertThat(choices.stream().map(CompletionChoice::text).collect(Collectors.joining()))
          .isEqualTo(expected(Steering.NONE).text());
      assertThat(choices.subList(0, choices.size() - 1))
          .isNotEmpty()
          .allMatch(choice -> choice._finishReason().isNull());
      CompletionChoice last = choices.get(choices.size() - 1);
      assertThat(last.finishReason().asString()).isIn("stop", "length");
      assertThat(last._additionalProperties()).containsKey("steering");
    }
  }

  @Test
  void chatIsWrittenByTheTemplateOfTheModel() {
    ChatCompletion answer = client.chat().completions().create(chat().build());
    assertThat(answer.choices().get(0).message().content()).contains(expectedAnswer().text());
    assertThat(answer.id()).startsWith("chatcmpl-");
    assertThat(answer.usage().orElseThrow().promptTokens())
        .isEqualTo(expectedAnswer().prompt().length);
  }

  @Test
  void chatIsStreamedWithUsage() {
    var params =
        chat().streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build());
    List<ChatCompletionChunk> chunks = new ArrayList<>();
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(params.build())) {
      stream.stream().forEach(chunks::add);
    }
    ChatCompletionChunk.Choice first = chunks.get(0).choices().get(0);
    assertThat(first.delta().role().orElseThrow().asString()).isEqualTo("assistant");
    String text =
        chunks.stream()
            .flatMap(chunk -> chunk.choices().stream())
            .flatMap(choice -> choice.delta().content().stream())
            .collect(Collectors.joining());
    assertThat(text).isEqualTo(expectedAnswer().text());
    ChatCompletionChunk last = chunks.get(chunks.size() - 1);
    assertThat(last.choices()).isEmpty();
    assertThat(last.usage().orElseThrow().completionTokens())
        .isEqualTo(expectedAnswer().tokens().length);
    assertThat(chunks.subList(0, chunks.size() - 1)).allMatch(chunk -> chunk.usage().isEmpty());
  }

  @Test
  void severalTextsHaveSeedsInARow() {
    Completion answer = client.completions().create(completion().n(3).build());
    for (int i = 0; i < 3; i++) {
      long seed = 7 + i;
      CompletionChoice choice = answer.choices().get(i);
      assertThat(choice.index()).isEqualTo(i);
      assertThat(choice.text())
          .isEqualTo(alone.text(PROMPT, Steering.NONE, s -> s.maxNewTokens(16).seed(seed)).text());
    }
    assertThat(answer.usage().orElseThrow().promptTokens())
        .isEqualTo(expected(Steering.NONE).prompt().length);
  }

  @Test
  void severalPromptsAreAnsweredInOrder() {
    List<String> prompts = List.of(PROMPT, "I feel", "Once upon a time");
    var params = completion().promptOfArrayOfStrings(prompts).n(2).build();
    List<CompletionChoice> choices = client.completions().create(params).choices();
    assertThat(choices).hasSize(6);
    for (int i = 0; i < 6; i++) {
      long seed = 7 + i % 2;
      assertThat(choices.get(i).text())
          .isEqualTo(
              alone
                  .text(prompts.get(i / 2), Steering.NONE, s -> s.maxNewTokens(16).seed(seed))
                  .text());
    }
  }

  @Test
  void tokensAreAPromptToo() {
    long[] ids = server.model().tokenizer().orElseThrow().encode(PROMPT);
    List<Long> prompt = Arrays.stream(ids).boxed().toList();
    String text = expected(Steering.NONE).text();
    var one = completion().promptOfArrayOfTokens(prompt).build();
    assertThat(client.completions().create(one).choices())
        .extracting(CompletionChoice::text)
        .containsExactly(text);
    var two = completion().promptOfArrayOfTokenArrays(List.of(prompt, prompt)).build();
    assertThat(client.completions().create(two).choices())
        .extracting(CompletionChoice::text)
        .containsExactly(text, text);
  }

  @Test
  void stopStringsEndTheText() {
    String text = expected(Steering.NONE).text();
    String stop = text.substring(text.length() / 2, text.length() / 2 + 3);
    var params = completion().stopOfStrings(List.of("never there", stop)).build();
    CompletionChoice choice = client.completions().create(params).choices().get(0);
    assertThat(choice.text()).isEqualTo(text.substring(0, text.indexOf(stop)));
    assertThat(choice.finishReason().asString()).isEqualTo("stop");
    var asOne = completion().stop(stop).build();
    assertThat(client.completions().create(asOne).choices().get(0).text()).isEqualTo(choice.text());
  }

  @Test
  void logprobsOfACompletionAreThoseOfTheModel() {
    var params = completion().logprobs(3).build();
    CompletionChoice choice = client.completions().create(params).choices().get(0);
    var text = alone.text(PROMPT, Steering.NONE, s -> s.maxNewTokens(16).seed(7).logprobs(3));
    CompletionChoice.Logprobs logprobs = choice.logprobs().orElseThrow();
    List<Integer> offsets =
        logprobs.textOffset().orElseThrow().stream().map(Long::intValue).toList();
    List<String> tokens = logprobs.tokens().orElseThrow();
    assertThat(tokens).hasSize(text.tokens().length);
    for (int i = 0; i < tokens.size(); i++) {
      TokenScore score = text.scores().get(i);
      assertThat(logprobs.tokenLogprobs().orElseThrow().get(i))
          .isCloseTo(score.logprob(), within(1e-4));
      assertThat(logprobs.topLogprobs().orElseThrow().get(i)._additionalProperties()).hasSize(3);
      boolean isText = offsets.get(i) < choice.text().length();
      assertThat(isText ? choice.text().startsWith(tokens.get(i), offsets.get(i)) : isText)
          .as("%s at %s", tokens.get(i), offsets.get(i))
          .isEqualTo(isText);
    }
    assertThat(String.join("", tokens)).startsWith(choice.text());
  }

  @Test
  void logprobsOfAChatHaveBytes() {
    var params = chat().logprobs(true).topLogprobs(2).build();
    ChatCompletion answer = client.chat().completions().create(params);
    List<ChatCompletionTokenLogprob> tokens =
        answer.choices().get(0).logprobs().orElseThrow().content().orElseThrow();
    assertThat(tokens).hasSize(expectedAnswer().tokens().length);
    for (ChatCompletionTokenLogprob token : tokens) {
      assertThat(token.topLogprobs()).hasSize(2);
      assertThat(token.logprob()).isLessThanOrEqualTo(token.topLogprobs().get(0).logprob() + 1e-9);
      byte[] bytes = token.token().getBytes(StandardCharsets.UTF_8);
      assertThat(token.bytes().orElseThrow()).hasSize(bytes.length);
    }
  }

  @Test
  void streamedLogprobsAreTheWholeOnes() {
    var params = completion().logprobs(0).build();
    CompletionChoice whole = client.completions().create(params).choices().get(0);
    List<Long> offsets = new ArrayList<>();
    List<Double> logprobs = new ArrayList<>();
    try (StreamResponse<Completion> stream = client.completions().createStreaming(params)) {
      stream.stream()
          .flatMap(chunk -> chunk.choices().get(0).logprobs().stream())
          .forEach(
              some -> {
                offsets.addAll(some.textOffset().orElseThrow());
                logprobs.addAll(some.tokenLogprobs().orElseThrow());
              });
    }
    assertThat(offsets).isEqualTo(whole.logprobs().orElseThrow().textOffset().orElseThrow());
    assertThat(logprobs).isEqualTo(whole.logprobs().orElseThrow().tokenLogprobs().orElseThrow());
  }

  @Test
  void modelsAreListedWithAliases() {
    assertThat(client.models().list().data())
        .extracting(Model::id)
        .contains("demo", "demo:joy", "demo:formal")
        .hasSize(1 + VectorStore.open(server.vectors()).all().size());
    assertThat(client.models().retrieve("demo:joy").ownedBy()).isEqualTo("steerc");
  }

  @Test
  void unknownModelIsNotFound() {
    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> client.completions().create(completion().model("demo:jay").build()))
        .withMessageContaining("demo:joy");
    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> client.models().retrieve("other"));
    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> client.completions().createStreaming(completion().model("other").build()))
        .satisfies(e -> assertThat(e.code()).contains("no-such-model"));
  }

  @Test
  void badRequestNamesItsField() {
    assertThatExceptionOfType(BadRequestException.class)
        .isThrownBy(() -> client.completions().create(completion().temperature(-1).build()))
        .satisfies(e -> assertThat(e.param()).contains("temperature"));
    assertThatExceptionOfType(BadRequestException.class)
        .isThrownBy(
            () -> client.chat().completions().create(chat().addSystemMessage("").n(99).build()))
        .satisfies(e -> assertThat(e.param()).contains("n"));
  }

  @Test
  void promptLongerThanTheContextIsRefused() {
    String tooLong = "word ".repeat(200);
    assertThatExceptionOfType(BadRequestException.class)
        .isThrownBy(() -> client.completions().create(completion().prompt(tooLong).build()))
        .satisfies(e -> assertThat(e.code()).contains("prompt-too-long"));
  }

  @Test
  void textEndsWhereTheContextDoes() {
    var params =
        completion().maxTokens(4000).putAdditionalBodyProperty("ignore_eos", JsonValue.from(true));
    Completion answer = client.completions().create(params.build());
    assertThat(answer.usage().orElseThrow().totalTokens()).isEqualTo(128);
    assertThat(answer.choices().get(0).finishReason().asString()).isEqualTo("length");
  }
}
