package dev.steerc.cli.serve.openai;

import dev.steerc.cli.serve.batching.Event;
import dev.steerc.cli.serve.batching.Scheduler;
import dev.steerc.cli.serve.batching.Ticket;
import dev.steerc.cli.serve.http.Body;
import dev.steerc.cli.serve.http.Caller;
import dev.steerc.cli.serve.http.Role;
import dev.steerc.cli.serve.http.Routes;
import dev.steerc.cli.serve.vectors.Lease;
import dev.steerc.cli.serve.vectors.Receipt;
import dev.steerc.cli.serve.vectors.SteeringReader;
import dev.steerc.manifest.Json;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.Steering;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The part of OpenAI's API that a language model of one's own needs. */
public record OpenAiRoutes(
    SteeredModel model, String name, SteeringReader steerings, Scheduler scheduler)
    implements Routes {

  @Override
  public void addTo(RoutesConfig routes) {
    routes.post("/v1/completions", this::complete, Role.USE);
  }

  private void complete(Context request) throws InterruptedException {
    Body body = Body.of(request);
    Steering steering = steerings.read(body, Optional.empty());
    Lease lease = steerings.registry().hold(steering);
    try {
      complete(request, Prompt.of(body.needText("prompt")).steered(steering));
    } finally {
      lease.close();
    }
  }

  private void complete(Context request, Prompt prompt) throws InterruptedException {
    Ticket ticket = scheduler.submit(Caller.of(request).name(), List.of(prompt));
    Optional<Event> event = ticket.next(Duration.ofSeconds(1));
    while (event.isEmpty() || !(event.get() instanceof Event.Done)) {
      event = ticket.next(Duration.ofSeconds(1));
    }
    Completion text = ticket.completions().get(0).orThrow();
    request
        .contentType("application/json")
        .result(Json.write(Json.object("text", text.text(), "steering", Receipt.of(model, text))));
  }
}
