package dev.steerc.onnx;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.steerc.onnx.proto.FunctionProto;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Replaces calls of local functions by the nodes of their bodies, calls in those bodies too. */
final class Inlining implements GraphReader.Calls {
  private static final int MAX_DEPTH = 32;

  private final ModelFile file;
  private final Budget budget;
  private final Prefixes prefixes;
  private final Map<Operator, Function> functions = new HashMap<>();
  private final Map<Function, FunctionProto> bodies = new HashMap<>();

  private Inlining(ModelFile file) {
    this.file = file;
    this.budget = new Budget(file.where());
    this.prefixes = new Prefixes(file.written().names());
    file.functions().stream()
        .filter(function -> !isOwn(function.operator().domain()))
        .forEach(function -> functions.putIfAbsent(function.operator(), function));
  }

  /** ONNX Runtime runs its own operators, whatever a function of the same name would do. */
  private static boolean isOwn(String domain) {
    return domain.isEmpty() || domain.startsWith("ai.onnx") || domain.startsWith("com.microsoft");
  }

  /** The graph of a model with functions, read once more, without calls. */
  static Graph of(ModelFile file) {
    return GraphReader.read(file.bytes(), file.graphFrames(), new Inlining(file));
  }

  @Override
  public List<Node> expand(Node node) {
    Function function = functions.get(node.operator());
    if (function == null) {
      node.expansion().ifPresent(inside -> budget.node());
      return List.of(node);
    }
    refuseCircle(node, function);
    try {
      return GraphReader.nodes(expansion(node, function), this);
    } catch (WireException | InvalidProtocolBufferException e) {
      throw malformed(function, String.valueOf(e.getMessage()));
    }
  }

  private Expansion expansion(Node node, Function function) throws InvalidProtocolBufferException {
    FunctionProto body = body(function);
    String prefix = prefixes.of(node);
    GraphProto nodes = Body.of(body, message(node), prefix, budget);
    nodes.getNodeList().forEach(inner -> prefixes.take(inner.getOutputList()));
    Optional<String> obstacle = Imports.of(body).conflict(file.opsets());
    return new Expansion(node, function, prefix, nodes.toByteArray(), obstacle);
  }

  private FunctionProto body(Function function) throws InvalidProtocolBufferException {
    FunctionProto body = bodies.get(function);
    if (body == null) {
      body = Body.plain(FunctionProto.parseFrom(bounded(file.bytes(), function.span())));
      budget.bytes(body.getSerializedSize());
      bodies.put(function, body);
    }
    return body;
  }

  private NodeProto message(Node node) throws InvalidProtocolBufferException {
    ByteBuffer source = node.expansion().map(Expansion::bytes).orElseGet(file::bytes);
    Span span = node.place().frame().content();
    budget.bytes(span.length());
    return NodeProto.parseFrom(bounded(source, span));
  }

  /** A message that is small enough for the heap. */
  private ByteBuffer bounded(ByteBuffer source, Span span) {
    if (span.length() > Budget.MAX_BYTES) {
      budget.bytes(span.length());
    }
    return source.slice(span.start(), span.length());
  }

  private void refuseCircle(Node node, Function function) {
    boolean circle = node.expansion().filter(e -> e.isInside(function)).isPresent();
    if (circle) {
      throw malformed(function, "it calls itself, or is called by what it calls");
    }
    if (node.calls().size() >= MAX_DEPTH) {
      throw malformed(function, "calls nested more than " + MAX_DEPTH + " deep");
    }
  }

  private RuntimeException malformed(Function function, String note) {
    String name = function.operator().label();
    return Problem.of(Code.MALFORMED, "the local function `" + name + "` contradicts itself")
        .at(file.where())
        .note(note)
        .help("export the model again")
        .exception();
  }
}
