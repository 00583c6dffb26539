package dev.steerc.residual;

import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.Graph;
import dev.steerc.onnx.Node;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.List;
import java.util.OptionalLong;

/**
 * The residual stream in one graph.
 *
 * @param graph the graph that computes it
 * @param blocks its blocks in order
 * @param width the number of channels
 * @param type the precision
 * @param ids the input that takes token ids, empty when it could not be told
 * @param vocabulary the rows of the token table; empty when vectors come from outside
 * @param context the rows of the table of learned positions; empty when there is none
 * @param cache the key-value cache, by the names of the model's inputs and outputs
 * @param clips what cuts off values that are larger than the model's own
 * @param tail how the stream becomes logits, and where only some positions need to
 * @param ending how the stream becomes outputs
 * @param evidence what in the graph shows all that
 */
public record Stream(
    Graph graph,
    List<Block> blocks,
    long width,
    ElementType type,
    String ids,
    OptionalLong vocabulary,
    OptionalLong context,
    Cache cache,
    List<Clip> clips,
    Tail tail,
    Ending ending,
    List<Evidence> evidence) {

  public Stream {
    blocks = List.copyOf(blocks);
    evidence = List.copyOf(evidence);
  }

  /**
   * Finds the stream in a graph, or says why not.
   *
   * @param flow the graph's flow
   * @param containers the nodes around the graph, outermost first; none for the model's own graph
   */
  static Stream in(Flow flow, List<Node> containers) {
    Graph graph = flow.graph();
    Chain chain = Chain.find(flow);
    Blocks blocks = Blocks.of(flow, chain);
    Cache cache = CacheSearch.of(flow, chain, containers);
    if (!cache.isPresent() && !chain.isCausal(flow)) {
      throw Problem.of(Code.NOT_CAUSAL, "every position looks at all others: an encoder")
          .at("graph `" + graph.name() + "`")
          .note("its attention has no causal mask, and it keeps no keys and values")
          .help("name the value yourself with --at value:<name>:add")
          .exception();
    }
    Grounds grounds = Grounds.of(flow, chain, cache, containers);
    return new Stream(
        graph,
        blocks.list(),
        blocks.width(),
        blocks.type(),
        chain.embedding().ids(),
        known(chain.embedding().rows()),
        known(chain.embedding().positions()),
        cache,
        Clip.of(flow, chain, blocks.list()),
        Tail.of(flow, chain, cache, containers),
        grounds.ending(),
        grounds.evidence());
  }

  private static OptionalLong known(long rows) {
    return rows > 0 ? OptionalLong.of(rows) : OptionalLong.empty();
  }
}
