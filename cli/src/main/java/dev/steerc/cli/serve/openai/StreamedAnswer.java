package dev.steerc.cli.serve.openai;

import dev.steerc.cli.serve.batching.Event;
import dev.steerc.cli.serve.batching.Ticket;
import dev.steerc.cli.serve.http.Failures;
import dev.steerc.cli.serve.http.Visit;
import dev.steerc.manifest.Json;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.TokenScore;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The texts as server-sent events, piece by piece. The answer begins with the first event, so that
 * what fails before it has a status of its own.
 */
final class StreamedAnswer implements Answer {
  /** So often nothing may happen before the client, and what is between, hears of us. */
  private static final int SILENCES = 10;

  private final Context request;
  private final Ticket ticket;
  private final Document document;
  private final List<ScoredText> scores;
  private OutputStream out;
  private int silences;

  private StreamedAnswer(Context request, Ticket ticket, Document document) {
    this.request = request;
    this.ticket = ticket;
    this.document = document;
    this.scores =
        IntStream.range(0, document.asked().texts()).mapToObj(row -> document.scores()).toList();
  }

  static void send(Context request, Ticket ticket, Document document) throws InterruptedException {
    StreamedAnswer answer = new StreamedAnswer(request, ticket, document);
    try {
      answer.run();
    } catch (IOException e) {
      request.status(GONE); // it goes nowhere, but the log shows it
    }
  }

  private void run() throws IOException, InterruptedException {
    try {
      if (Answer.follow(ticket, Client.of(request), this)) {
        finish();
      } else {
        request.status(GONE);
      }
    } catch (RuntimeException e) {
      if (out != null) {
        write(Failures.body(Failures.problem(e)));
      }
      throw e; // the log hears of it, and an answer that has begun stays as it is
    }
  }

  @Override
  public void take(Event event) throws IOException {
    if (event instanceof Event.Token token) {
      take(token);
    } else if (event instanceof Event.Ended ended) {
      Completion text = Answer.checked(ticket.completion(ended.row()));
      write(document.ended(ended.row(), ended.rest(), text));
    }
  }

  private void take(Event.Token token) throws IOException {
    List<TokenScore> score = token.score().stream().toList();
    boolean says = !token.text().isEmpty() || !score.isEmpty() || document.asked().tokenIds();
    if (says) {
      write(
          document.piece(
              token.row(), token.text(), token.token(), scores.get(token.row()).next(score)));
    }
  }

  @Override
  public void idle() throws IOException {
    if (++silences % SILENCES == 0) {
      send(": still there\n\n");
    }
  }

  private void finish() throws IOException {
    Visit.of(request).generated(document.asked().shown(), ticket.completions());
    if (document.asked().usage()) {
      write(document.usageChunk(ticket.completions()));
    }
    send("data: [DONE]\n\n");
  }

  private void write(Object event) throws IOException {
    if (out == null) {
      begin();
    }
    send("data: " + Json.write(event) + "\n\n");
  }

  private void begin() throws IOException {
    request.contentType("text/event-stream; charset=utf-8");
    request.header("Cache-Control", "no-cache");
    request.header("X-Accel-Buffering", "no");
    out = request.res().getOutputStream(); // that of the context would hold pieces back to compress
    for (int row = 0; row < document.asked().texts(); row++) {
      Optional<?> opening = document.opening(row);
      if (opening.isPresent()) {
        write(opening.get());
      }
    }
  }

  private void send(String text) throws IOException {
    if (out == null) {
      begin();
    }
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
