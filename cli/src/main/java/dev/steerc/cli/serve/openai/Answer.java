package dev.steerc.cli.serve.openai;

import dev.steerc.cli.serve.batching.Event;
import dev.steerc.cli.serve.batching.Ticket;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.FinishReason;
import java.io.IOException;
import java.util.Optional;

/** Where the texts of a request go while they are generated. */
interface Answer {
  /** The status of an answer that nobody waits for, which only the log sees. */
  int GONE = 499;

  /** Something happened. */
  void take(Event event) throws IOException;

  /** Nothing happened for a while. */
  void idle() throws IOException;

  /**
   * Has a request answered, until it is done or the client has gone.
   *
   * @return whether the client still waits
   */
  static boolean follow(Ticket ticket, Client client, Answer answer)
      throws IOException, InterruptedException {
    while (!client.isGone()) {
      Optional<Event> event = ticket.next(Client.PATIENCE);
      if (event.isEmpty()) {
        answer.idle();
      } else if (event.get() instanceof Event.Done) {
        return true;
      } else {
        answer.take(event.get());
      }
    }
    return false;
  }

  /**
   * The same text.
   *
   * @throws dev.steerc.problem.SteercException when it has ended in a way that is no answer
   */
  static Completion checked(Completion text) {
    FinishReason reason = text.orThrow().reason().orElseThrow();
    if (reason == FinishReason.DEADLINE && text.tokens().length == 0) {
      throw Problem.of(Code.TIMED_OUT, "the time of the request was up before its first token")
          .help("try again when there is less to do")
          .exception();
    }
    if (reason == FinishReason.CANCELLED) {
      throw Problem.of(Code.STOPPING, "the server was stopped while the text was generated")
          .exception();
    }
    return text;
  }
}
