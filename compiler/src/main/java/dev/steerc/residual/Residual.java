package dev.steerc.residual;

import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.Graph;
import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Node;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The residual stream of a decoder.
 *
 * @param streams the stream in every graph that computes it: one, or both branches of an {@code If}
 *     that runs with and without a cache
 * @param hidden the width of the stream
 * @param type the precision of the stream
 * @param vocabulary the number of tokens, when it could be told
 * @param context the most tokens of a sequence, when a table of learned positions tells
 * @param ids the input that takes token ids, empty when it could not be told
 * @param cache the key-value cache
 */
public record Residual(
    List<Stream> streams,
    int hidden,
    ElementType type,
    OptionalLong vocabulary,
    OptionalLong context,
    String ids,
    Cache cache) {

  /** Operators that generate with a decoder in an attribute, and hand on what it captures. */
  private static final Set<String> SEARCHES =
      new java.util.TreeSet<>(Set.of("BeamSearch", "GreedySearch", "Sampling"));

  public Residual {
    streams = List.copyOf(streams);
  }

  /** The operator that generates with the decoder by itself; mostly none does. */
  public Optional<String> operator() {
    Graph decoder = streams.get(0).graph();
    return decoder.outer().stream()
        .flatMap(outer -> outer.nodes().stream())
        .filter(node -> node.subgraphs().contains(decoder))
        .map(Node::op)
        .filter(SEARCHES::contains)
        .findFirst();
  }

  /** The number of blocks, the same in every stream. */
  public int blocks() {
    return streams.get(0).blocks().size();
  }

  /**
   * Finds the residual stream.
   *
   * @throws SteercException with the reason when it cannot be proven
   */
  public static Residual find(ModelFile file) {
    try {
      return find(file.graph());
    } catch (SteercException e) {
      throw new SteercException(
          e.problems().stream()
              .map(p -> explained(p, file))
              .map(p -> p.at(p.where().isEmpty() ? file.where() : file.where() + ", " + p.where()))
              .toList());
    }
  }

  private static Residual find(Graph graph) {
    try {
      return of(List.of(Stream.in(Flow.of(graph), List.of())));
    } catch (SteercException e) {
      boolean elsewhere = e.problems().get(0).code() == Code.NO_RESIDUAL_STREAM;
      if (!elsewhere) {
        throw e;
      }
      return of(inside(graph, e));
    }
  }

  /** The streams inside a node: in both branches of an {@code If}, or what generation runs. */
  private static List<Stream> inside(Graph graph, SteercException none) {
    SteercException reason = none;
    Optional<Constants> constants = Optional.of(Constants.of(graph));
    for (Node node : graph.nodes()) {
      try {
        List<Stream> streams = inside(node, constants);
        if (!streams.isEmpty()) {
          return streams;
        }
      } catch (SteercException e) {
        // exporters also write small conditions; a broken decoder says more than those
        boolean broken = e.problems().get(0).code() != Code.NO_RESIDUAL_STREAM;
        reason = broken ? e : reason;
      }
    }
    throw reason;
  }

  private static List<Stream> inside(Node node, Optional<Constants> around) {
    Optional<Graph> then = node.subgraph("then_branch");
    Optional<Graph> otherwise = node.subgraph("else_branch");
    if (then.isPresent() && otherwise.isPresent()) {
      return List.of(
          Stream.in(Flow.of(then.get(), around), List.of(node)),
          Stream.in(Flow.of(otherwise.get(), around), List.of(node)));
    }
    if (!isSearch(node)) {
      return List.of();
    }
    return java.util.stream.Stream.of("init_decoder", "decoder")
        .flatMap(name -> node.subgraph(name).stream())
        .map(decoder -> searched(Stream.in(Flow.of(decoder, around), List.of(node)), node))
        .toList();
  }

  /** With an encoder, the decoder attends to that as well. */
  private static boolean isSearch(Node node) {
    return SEARCHES.contains(node.op()) && node.subgraph("encoder").isEmpty();
  }

  /** The operator feeds its decoder: ids are its own first input, and the cache stays inside. */
  private static Stream searched(Stream stream, Node operator) {
    return new Stream(
        stream.graph(),
        stream.blocks(),
        stream.width(),
        stream.type(),
        operator.input(0),
        stream.vocabulary(),
        stream.context(),
        new Cache(List.of(), List.of()),
        stream.clips(),
        stream.tail(),
        stream.ending(),
        stream.evidence());
  }

  private static Residual of(List<Stream> streams) {
    Stream first = streams.get(0);
    Cache cache = first.cache();
    for (Stream other : streams) {
      if (other.blocks().size() != first.blocks().size() || other.width() != first.width()) {
        throw Problem.of(Code.NOT_RESIDUAL, "the graphs inside one node hold different decoders")
            .note(first.blocks().size() + " and " + other.blocks().size() + " blocks")
            .exception();
      }
      cache = other.cache().inputs().size() > cache.inputs().size() ? other.cache() : cache;
    }
    return new Residual(
        streams,
        (int) first.width(),
        first.type(),
        first.vocabulary(),
        first.context(),
        first.ids(),
        cache);
  }

  private static boolean attends(Graph body, Optional<Constants> around) {
    Flow flow = Flow.of(body, around);
    return Attention.in(flow, new Region(new LinkedHashSet<>(flow.steps()))).isPresent();
  }

  /** A failed search of a graph that hides its blocks is a matter of where they hide. */
  private static Problem explained(Problem problem, ModelFile file) {
    boolean none = problem.code() == Code.NO_RESIDUAL_STREAM;
    Optional<Constants> constants =
        none ? Optional.of(Constants.of(file.graph())) : Optional.empty();
    for (Node node : file.graph().nodes()) {
      if (node.subgraph("decoder").isPresent() && !isSearch(node)) {
        return Problem.of(Code.DECODER_IN_OPERATOR, "the decoder is inside a `" + node.op() + "`")
            .at("node `" + node.label() + "`")
            .note(
                "only decoders without an encoder are found there, in "
                    + String.join(", ", SEARCHES))
            .help("patch the decoder before it is wrapped");
      }
      Optional<Graph> body = node.subgraph("body");
      if (none && body.filter(graph -> attends(graph, constants)).isPresent()) {
        return Problem.of(Code.DECODER_IN_OPERATOR, "the blocks are inside a `" + node.op() + "`")
            .at("node `" + node.label() + "`")
            .note("it runs one body for all blocks, so a port in it would steer them all")
            .help("export the model with its blocks unrolled");
      }
    }
    return problem;
  }
}
