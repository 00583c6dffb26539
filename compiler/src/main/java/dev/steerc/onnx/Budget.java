package dev.steerc.onnx;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;

/** How much the calls of a model may unfold to: a small file can mean a graph without end. */
final class Budget {
  static final int MAX_NODES = 50_000;
  static final int MAX_BYTES = 8 << 20;

  private final String where;
  private int nodes;
  private long bytes;

  Budget(String where) {
    this.where = where;
  }

  /** Takes one more node. */
  void node() {
    if (++nodes > MAX_NODES) {
      throw tooMuch(MAX_NODES + " nodes");
    }
  }

  /** Takes so many more bytes. */
  void bytes(int more) {
    bytes += more;
    if (bytes > MAX_BYTES) {
      throw tooMuch((MAX_BYTES >> 20) + " MiB of nodes");
    }
  }

  private RuntimeException tooMuch(String limit) {
    return Problem.of(Code.LOCAL_FUNCTION, "the calls of local functions unfold to too much")
        .at(where)
        .note("more than " + limit)
        .help("inline the functions first, then patch")
        .exception();
  }
}
