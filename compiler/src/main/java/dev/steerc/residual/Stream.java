package dev.steerc.residual;

import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.Graph;
import dev.steerc.onnx.Node;
import dev.steerc.onnx.Value;
import java.util.List;
import java.util.OptionalLong;

/**
 * The residual stream in one graph.
 *
 * @param graph the graph that computes it
 * @param containers the nodes around the graph, outermost first; none for the model's own graph
 * @param blocks its blocks in order
 * @param width the number of channels
 * @param type the precision
 * @param embedding where it begins
 * @param vocabulary the number of tokens, when it could be told
 * @param cache the key-value cache, by the names of the model's inputs and outputs
 */
public record Stream(
    Graph graph,
    List<Node> containers,
    List<Block> blocks,
    long width,
    ElementType type,
    Embedding embedding,
    OptionalLong vocabulary,
    Cache cache) {

  public Stream {
    containers = List.copyOf(containers);
    blocks = List.copyOf(blocks);
  }

  /** Finds the stream in a graph, or says why not. */
  static Stream in(Graph graph, List<Node> containers) {
    Flow flow = Flow.of(graph);
    Chain chain = Chain.find(flow);
    Blocks blocks = Blocks.of(flow, chain);
    return new Stream(
        graph,
        containers,
        blocks.list(),
        blocks.width(),
        blocks.type(),
        chain.embedding(),
        vocabulary(flow, chain),
        CacheSearch.of(flow, chain, containers));
  }

  /** The logits' width where it is declared, else the rows of the token table. */
  private static OptionalLong vocabulary(Flow flow, Chain chain) {
    Shapes shapes = Shapes.of(flow);
    for (Value output : flow.graph().outputs()) {
      boolean cache = output.shape().map(List::size).orElse(3) > 3;
      long width = shapes.of(output.name()).width();
      if (!cache && width == chain.embedding().rows()) {
        return OptionalLong.of(width);
      }
    }
    long rows = chain.embedding().rows();
    return rows > 0 ? OptionalLong.of(rows) : OptionalLong.empty();
  }
}
