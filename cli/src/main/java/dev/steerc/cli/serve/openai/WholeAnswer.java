package dev.steerc.cli.serve.openai;

import dev.steerc.cli.serve.batching.Event;
import dev.steerc.cli.serve.batching.Ticket;
import dev.steerc.manifest.Json;
import dev.steerc.runtime.Completion;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;

/** All texts in one piece, when the last of them has ended. */
record WholeAnswer() implements Answer {
  static void send(Context request, Ticket ticket, Document document)
      throws IOException, InterruptedException {
    if (!Answer.follow(ticket, Client.of(request), new WholeAnswer())) {
      request.status(GONE);
      return;
    }
    List<Completion> texts = ticket.completions().stream().map(Answer::checked).toList();
    request.contentType("application/json").result(Json.write(document.whole(texts)));
  }

  @Override
  public void take(Event event) {
    // the texts are read when all is done
  }

  @Override
  public void idle() {
    // there is nothing to say before
  }
}
