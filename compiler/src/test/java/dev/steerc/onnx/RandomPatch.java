package dev.steerc.onnx;

import com.google.protobuf.ByteString;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.TensorProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Patches that make no sense but touch everything that a patch can. */
final class RandomPatch {
  private final Random random;
  private final List<Graph> graphs = new ArrayList<>();

  private RandomPatch(ModelFile file, Random random) {
    this.random = random;
    collect(file.graph());
  }

  static Patch of(ModelFile file, Random random, int size) {
    RandomPatch patch = new RandomPatch(file, random);
    List<Edit> edits = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      edits.add(patch.edit());
    }
    if (random.nextBoolean()) {
      edits.add(new Edit.SetIrVersion(3 + random.nextInt(11)));
    }
    return new Patch(edits);
  }

  private void collect(Graph graph) {
    if (!graph.nodes().isEmpty()) {
      graphs.add(graph);
    }
    graph.nodes().forEach(node -> node.subgraphs().forEach(this::collect));
  }

  private Edit edit() {
    Graph graph = graphs.get(random.nextInt(graphs.size()));
    Node node = graph.nodes().get(random.nextInt(graph.nodes().size()));
    return switch (random.nextInt(8)) {
      case 0 -> new Edit.RenameOutput(node, random.nextInt(node.outputs().size() + 2), name());
      case 1 -> new Edit.ReplaceInput(node, random.nextInt(node.inputs().size() + 2), name());
      case 2 -> new Edit.InsertBefore(node, nodes());
      case 3 -> new Edit.InsertAfter(node, nodes());
      case 4 -> new Edit.AddInput(graph, ValueInfoProto.newBuilder().setName(name()).build());
      case 5 -> new Edit.AddOutput(graph, ValueInfoProto.newBuilder().setName(name()).build());
      case 6 ->
          new Edit.SetOutputSize(
              graph,
              random.nextInt(graph.outputs().size()),
              random.nextInt(4),
              random.nextInt(300));
      default -> new Edit.AddInitializer(graph, tensor());
    };
  }

  private List<NodeProto> nodes() {
    return Stream.generate(() -> NodeProto.newBuilder().setOpType("Add").addOutput(name()).build())
        .limit(random.nextInt(4))
        .toList();
  }

  private TensorProto tensor() {
    byte[] raw = new byte[random.nextInt(400)];
    random.nextBytes(raw);
    return TensorProto.newBuilder().setName(name()).setRawData(ByteString.copyFrom(raw)).build();
  }

  /** Now and then longer than the 127 bytes that a length of one byte can tell. */
  private String name() {
    int length = random.nextInt(10) == 0 ? 100 + random.nextInt(20_000) : random.nextInt(30);
    return IntStream.range(0, length)
        .mapToObj(i -> String.valueOf("abcé日/.".charAt(random.nextInt(7))))
        .reduce(new StringBuilder(), StringBuilder::append, StringBuilder::append)
        .toString();
  }
}
