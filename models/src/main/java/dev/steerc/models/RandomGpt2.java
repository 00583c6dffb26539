package dev.steerc.models;

import com.google.protobuf.CodedOutputStream;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * A GPT-2 of any size with random weights, written as a stream: the weights are drawn while they
 * are written and never held. The token embedding is stored once and shared with the head.
 */
public final class RandomGpt2 {
  /** The sizes of GPT-2 small, about 500 MB. */
  public static final Gpt2.Config SMALL = new Gpt2.Config(12, 768, 12, 50257, 1024);

  private static final int MODEL_GRAPH = 7;
  private static final int GRAPH_INITIALIZER = 5;
  private static final int TENSOR_RAW_DATA = 9;
  private static final int LENGTH_DELIMITED = 2;
  private static final int BUFFER = 1 << 20;
  private static final String USAGE =
      """
      usage: RandomGpt2 [--blocks 12] [--hidden 768] [--heads 12] [--vocab 50257]
                        [--positions 1024] [--seed 1] [--external] OUT.onnx
      """;

  private static final Map<String, Integer> DEFAULTS =
      Map.of(
          "--blocks", SMALL.blocks(),
          "--hidden", SMALL.hidden(),
          "--heads", SMALL.heads(),
          "--vocab", SMALL.vocab(),
          "--positions", SMALL.positions(),
          "--seed", 1);

  private RandomGpt2() {}

  /** Writes one model; without arguments it says which options there are. */
  public static void main(String... args) throws IOException {
    var options = new HashMap<String, Integer>(DEFAULTS);
    Path output = null;
    boolean external = false;
    for (int i = 0; i < args.length; i++) {
      if (args[i].equals("--external")) {
        external = true;
      } else if (options.containsKey(args[i]) && i + 1 < args.length) {
        options.put(args[i], Integer.valueOf(args[++i]));
      } else if (output != null || args[i].startsWith("-")) {
        usage();
      } else {
        output = Path.of(args[i]);
      }
    }
    if (output == null) {
      usage();
    }
    write(output, config(options), options.get("--seed"), external);
  }

  private static void usage() {
    System.err.print(USAGE);
    System.exit(2);
  }

  /**
   * Writes a model in the {@code withpast} dialect.
   *
   * @param external whether the weights go into {@code <output>_data} beside the model
   * @throws IllegalArgumentException if the graph would pass 2 GB, which protobuf cannot hold
   */
  public static void write(Path output, Gpt2.Config config, long seed, boolean external)
      throws IOException {
    Dialect dialect = Dialect.of("pytorch", 7, 14, Trait.PAST, Trait.TIED_HEAD);
    Gpt2Graph.Skeleton skeleton = Gpt2Graph.skeleton(Gpt2.random(config, seed), dialect);
    if (external) {
      writeExternal(output, skeleton);
    } else {
      writeEmbedded(output, skeleton);
    }
  }

  private static void writeExternal(Path output, Gpt2Graph.Skeleton skeleton) throws IOException {
    String location = output.getFileName() + "_data";
    ModelProto.Builder model = skeleton.model().toBuilder();
    try (FileChannel data = create(output.resolveSibling(location))) {
      for (Map.Entry<String, Weight> weight : skeleton.weights().entrySet()) {
        long offset = data.position();
        draw(weight.getValue(), data);
        var header = header(weight.getKey(), weight.getValue()).toBuilder();
        long length = data.position() - offset;
        model
            .getGraphBuilder()
            .addInitializer(ExternalData.reference(header, location, offset, length));
      }
    }
    try (FileChannel out = create(output)) {
      out.write(model.build().toByteString().asReadOnlyByteBuffer());
    }
  }

  private static void writeEmbedded(Path output, Gpt2Graph.Skeleton skeleton) throws IOException {
    GraphProto graph = skeleton.model().getGraph();
    long size = graph.getSerializedSize();
    for (Map.Entry<String, Weight> weight : skeleton.weights().entrySet()) {
      int tensor = tensorSize(weight.getKey(), weight.getValue());
      size += fieldHead(GRAPH_INITIALIZER, tensor).remaining() + (long) tensor;
    }
    if (size > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("a graph of " + size + " bytes needs `--external`");
    }
    try (FileChannel out = create(output)) {
      out.write(ByteBuffer.wrap(skeleton.model().toBuilder().clearGraph().build().toByteArray()));
      out.write(fieldHead(MODEL_GRAPH, (int) size));
      out.write(ByteBuffer.wrap(graph.toByteArray()));
      for (Map.Entry<String, Weight> weight : skeleton.weights().entrySet()) {
        tensor(weight.getKey(), weight.getValue(), out);
      }
    }
  }

  private static void tensor(String name, Weight weight, FileChannel out) throws IOException {
    out.write(fieldHead(GRAPH_INITIALIZER, tensorSize(name, weight)));
    out.write(ByteBuffer.wrap(header(name, weight).toByteArray()));
    out.write(fieldHead(TENSOR_RAW_DATA, 4 * weight.size()));
    draw(weight, out);
  }

  private static int tensorSize(String name, Weight weight) {
    int bytes = Math.multiplyExact(4, weight.size());
    int head = fieldHead(TENSOR_RAW_DATA, bytes).remaining();
    return Math.addExact(header(name, weight).getSerializedSize() + head, bytes);
  }

  private static TensorProto header(String name, Weight weight) {
    var header = TensorProto.newBuilder().setName(name).setDataType(Tensors.FLOAT);
    weight.dims().forEach(header::addDims);
    return header.build();
  }

  private static void draw(Weight weight, WritableByteChannel out) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    Weight.Draw draw = weight.draw();
    for (int left = weight.size(); left > 0; ) {
      int count = Math.min(left, BUFFER / 4);
      buffer.clear();
      for (int i = 0; i < count; i++) {
        buffer.putFloat(draw.next());
      }
      buffer.flip();
      while (buffer.hasRemaining()) {
        out.write(buffer);
      }
      left -= count;
    }
  }

  /** Tag and length of a field. */
  private static ByteBuffer fieldHead(int field, int length) {
    var bytes = new byte[2 * CodedOutputStream.computeUInt32SizeNoTag(-1)];
    var out = CodedOutputStream.newInstance(bytes);
    try {
      out.writeTag(field, LENGTH_DELIMITED);
      out.writeUInt32NoTag(length);
    } catch (IOException e) {
      throw new IllegalStateException("ten bytes hold a tag and a length", e);
    }
    return ByteBuffer.wrap(bytes, 0, out.getTotalBytesWritten());
  }

  private static FileChannel create(Path path) throws IOException {
    return FileChannel.open(
        path,
        StandardOpenOption.CREATE,
        StandardOpenOption.WRITE,
        StandardOpenOption.TRUNCATE_EXISTING);
  }

  private static Gpt2.Config config(Map<String, Integer> options) {
    return new Gpt2.Config(
        options.get("--blocks"),
        options.get("--hidden"),
        options.get("--heads"),
        options.get("--vocab"),
        options.get("--positions"));
  }
}
