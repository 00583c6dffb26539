package dev.steerc.cli.serve.openai;

import dev.steerc.cli.serve.http.Body;
import dev.steerc.cli.serve.http.Limits;
import dev.steerc.cli.serve.vectors.SteeringReader;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.Sampling;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.Steering;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Makes out what a request asks for, and refuses what is not done. */
record RequestReader(
    SteeredModel model,
    ModelNames names,
    ChatMessages messages,
    SteeringReader steerings,
    Limits limits) {
  private static final int MOST_OF_COMPLETION = 5;
  private static final int MOST_OF_CHAT = 20;

  /** A completion of prompts. */
  Asked completion(Body body) {
    Fields.COMPLETION.check(body);
    List<Prompt> prompts = PromptField.read(body);
    OptionalInt best = OptionalInt.empty();
    if (body.has("logprobs")) {
      best = OptionalInt.of(fields(body).number("logprobs", 0, MOST_OF_COMPLETION));
    }
    List<String> echo = List.of();
    if (body.flag("echo")) {
      if (best.isPresent()) {
        throw body.wrong("echo", "`echo` is not supported together with `logprobs`");
      }
      echo = prompts.stream().map(this::text).toList();
    }
    return asked(body, prompts, best, echo);
  }

  /** An answer to messages. */
  Asked chat(Body body) {
    Fields.CHAT.check(body);
    OptionalInt best = body.flag("logprobs") ? OptionalInt.of(0) : OptionalInt.empty();
    if (body.has("top_logprobs")) {
      int wanted = fields(body).number("top_logprobs", 0, MOST_OF_CHAT);
      if (wanted > 0 && best.isEmpty()) {
        throw body.wrong("top_logprobs", "`top_logprobs` needs `logprobs` to be true");
      }
      best = best.isPresent() ? OptionalInt.of(wanted) : best;
    }
    return asked(body, List.of(messages.prompt(body)), best, List.of());
  }

  private GenerationFields fields(Body body) {
    return new GenerationFields(body, limits);
  }

  private Asked asked(Body body, List<Prompt> prompts, OptionalInt best, List<String> echo) {
    Optional<String> alias = names.vector(body);
    Steering steering = steerings.read(body, alias);
    Optional<Body> options = body.object("stream_options");
    options.ifPresent(Fields.STREAM_OPTIONS::check);
    Asked asked =
        new Asked(
            prompts.stream().map(prompt -> set(body, prompt, best).steered(steering)).toList(),
            fields(body).sequences(),
            body.flag("compare"),
            best,
            echo,
            body.flag("return_token_ids"),
            body.flag("stream"),
            options.map(o -> o.flag("include_usage")).orElse(false),
            body.text("model").orElse(names.name()));
    checkSize(asked);
    return asked;
  }

  /** Before the prompts are turned into tokens. */
  private void checkSize(Asked asked) {
    if (asked.texts() > limits.batch()) {
      throw Problem.of(Code.TOO_LARGE, "the request asks for " + asked.texts() + " texts")
          .note("the server runs " + limits.batch() + " at once")
          .help("send fewer prompts at once, or ask for fewer texts")
          .exception();
    }
  }

  /** A prompt with the settings of the request. */
  private Prompt set(Body body, Prompt prompt, OptionalInt best) {
    long seed = body.whole("seed").orElseGet(Sampling::anySeed);
    int logprobs = best.isPresent() ? Math.max(1, best.getAsInt()) : 0;
    return prompt.with(settings -> fields(body).over(settings).seed(seed).logprobs(logprobs));
  }

  private String text(Prompt prompt) {
    return prompt
        .text()
        .orElseGet(
            () -> model.tokenizerFor("the prompt is echoed").decode(prompt.ids().orElseThrow()));
  }
}
