package dev.steerc.cli.serve.batching;

import dev.steerc.cli.serve.http.Limits;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.Generation;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the batch has room for. All texts of a batch take as many tokens of cache as the longest may
 * get, so that is what counts.
 *
 * @param bytesPerToken of one text's cache; 0 where there is none, or nobody knows
 */
record Room(Limits limits, long bytesPerToken) {

  /**
   * Refuses what could not run even alone.
   *
   * @throws dev.steerc.problem.SteercException when it cannot
   */
  void check(Generation generation) {
    int texts = generation.size();
    if (texts > limits.batch()) {
      throw Problem.of(Code.TOO_LARGE, "the request has " + texts + " texts")
          .note("the server runs " + limits.batch() + " at once")
          .help("ask for fewer texts")
          .exception();
    }
    if (bytes(texts, generation.longest()) > limits.cacheBytes()) {
      throw Problem.of(
              Code.TOO_LARGE,
              "the request may get " + texts + " texts of " + generation.longest() + " tokens")
          .note(
              "the server has room for " + limits.cacheBytes() / bytesPerToken + " tokens at once")
          .help("ask for fewer texts, or a lower max_tokens")
          .exception();
    }
  }

  /**
   * Whether a request can join.
   *
   * @param texts how many texts run
   * @param running the requests that they belong to
   */
  boolean fits(int texts, List<Ticket> running, Ticket ticket) {
    int together = texts + ticket.generation().size();
    long longest =
        Stream.concat(running.stream(), Stream.of(ticket))
            .mapToLong(one -> one.generation().longest())
            .max()
            .orElseThrow();
    return together <= limits.batch() && bytes(together, longest) <= limits.cacheBytes();
  }

  private double bytes(long texts, long tokens) {
    return (double) bytesPerToken * texts * tokens;
  }
}
