package dev.steerc.cli.serve.playground;

import dev.steerc.cli.serve.http.Answers;
import dev.steerc.cli.serve.http.Body;
import dev.steerc.cli.serve.http.Role;
import dev.steerc.cli.serve.http.Routes;
import dev.steerc.cli.serve.vectors.SteeringReader;
import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.Continued;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.format.Floats;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Tells for each token of a text how much it looks like a vector to the model. */
public record ProbeRoutes(SteeredModel model, SteeringReader steerings, Turn turn)
    implements Routes {
  private static final Set<String> FIELDS =
      Set.of(
          "vector",
          "site",
          "text",
          "prompt",
          "completion",
          "token_ids",
          "prompt_tokens",
          "steering");
  private static final int MOST_TOKENS = 4096;

  public ProbeRoutes(SteeredModel model, SteeringReader steerings) {
    this(model, steerings, new Turn(8, Duration.ofSeconds(5)));
  }

  @Override
  public void addTo(RoutesConfig routes) {
    routes.post("/v1/probe", this::probe, Role.USE);
  }

  private void probe(Context request) throws InterruptedException {
    Body body = Body.of(request);
    body.checkKnown(FIELDS);
    Probe probe =
        Probe.of(steerings.file(body, "vector"), body.text("site"), model.ports().taps().keySet());
    GivenText text = GivenText.of(body, model);
    if (text.ids().length > MOST_TOKENS) {
      throw Problem.of(Code.TOO_LARGE, "the text has " + text.ids().length + " tokens")
          .note("at most " + MOST_TOKENS + " are looked at")
          .help("send a shorter text")
          .exception();
    }
    Prompt prompt = Prompt.ofIds(text.prompt()).steered(steerings.read(body, Optional.empty()));
    Continued whole = new Continued(prompt, text.completion());
    Floats seen =
        turn.take(() -> model.activationsOf(List.of(whole), Set.of(probe.site())))
            .get(0)
            .get(probe.site());
    Answers.json(request, answer(probe, text, seen));
  }

  private Object answer(Probe probe, GivenText text, Floats seen) {
    int prompt = text.prompt().length;
    return Json.object(
        "vector", probe.vector(),
        "site", probe.site().text(),
        "threshold", probe.when().map(when -> when.threshold()).orElse(null),
        "above", probe.when().map(when -> when.above()).orElse(null),
        "prompt_tokens", prompt,
        "mean", probe.mean(seen, 0, text.ids().length),
        "prompt_mean", probe.mean(seen, 0, prompt),
        "tokens", text.shown(probe.cosines(seen)));
  }
}
