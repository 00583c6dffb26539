package dev.steerc.cli.serve.openai;

import dev.steerc.cli.chat.ChatTemplate;
import dev.steerc.cli.serve.batching.Scheduler;
import dev.steerc.cli.serve.batching.Ticket;
import dev.steerc.cli.serve.http.Answers;
import dev.steerc.cli.serve.http.Body;
import dev.steerc.cli.serve.http.Caller;
import dev.steerc.cli.serve.http.Limits;
import dev.steerc.cli.serve.http.Role;
import dev.steerc.cli.serve.http.Routes;
import dev.steerc.cli.serve.vectors.Lease;
import dev.steerc.cli.serve.vectors.Registry;
import dev.steerc.cli.serve.vectors.SteeringReader;
import dev.steerc.runtime.SteeredModel;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;

/** The part of OpenAI's API that a language model of one's own needs. */
public final class OpenAiRoutes implements Routes {
  private final SteeredModel model;
  private final Scheduler scheduler;
  private final Registry registry;
  private final ModelNames names;
  private final RequestReader reader;

  /**
   * The routes for a model.
   *
   * @param name what requests call it
   */
  public OpenAiRoutes(
      SteeredModel model,
      String name,
      SteeringReader steerings,
      Scheduler scheduler,
      Limits limits) {
    this.model = model;
    this.scheduler = scheduler;
    this.registry = steerings.registry();
    this.names = new ModelNames(name, registry, System.currentTimeMillis() / 1000);
    ChatMessages messages = new ChatMessages(ChatTemplate.beside(model.path()));
    this.reader = new RequestReader(model, names, messages, steerings, limits);
  }

  @Override
  public void addTo(RoutesConfig routes) {
    routes.post("/v1/completions", this::complete, Role.USE);
    routes.post("/v1/chat/completions", this::chat, Role.USE);
    routes.get("/v1/models", request -> Answers.json(request, names.list()), Role.USE);
    routes.get(
        "/v1/models/{id}",
        request -> Answers.json(request, names.one(request.pathParam("id"))),
        Role.USE);
  }

  private void complete(Context request) throws IOException, InterruptedException {
    answer(request, reader.completion(Body.of(request)), new CompletionForm());
  }

  private void chat(Context request) throws IOException, InterruptedException {
    answer(request, reader.chat(Body.of(request)), new ChatForm());
  }

  private void answer(Context request, Asked asked, Form form)
      throws IOException, InterruptedException {
    Lease lease = registry.hold(asked.steering());
    try {
      generate(request, asked, form);
    } finally {
      lease.close();
    }
  }

  private void generate(Context request, Asked asked, Form form)
      throws IOException, InterruptedException {
    Ticket ticket = scheduler.submit(Caller.of(request).name(), asked.runs());
    try {
      Document document = Document.of(asked, form, model);
      if (asked.stream()) {
        StreamedAnswer.send(request, ticket, document);
      } else {
        WholeAnswer.send(request, ticket, document);
      }
    } finally {
      ticket.cancel(); // of no effect on texts that have ended
    }
  }
}
