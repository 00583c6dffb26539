package dev.steerc.cli.serve.openai;

import dev.steerc.cli.serve.batching.Event;
import dev.steerc.cli.serve.batching.Ticket;
import dev.steerc.cli.serve.http.Answers;
import dev.steerc.cli.serve.http.Visit;
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
    Visit.of(request).generated(document.asked().shown(), ticket.completions());
    List<Completion> texts = ticket.completions().stream().map(Answer::checked).toList();
    Answers.json(request, document.whole(texts));
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
