package dev.steerc.models;

import com.google.protobuf.CodedOutputStream;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.ModelProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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
  private static final String USAGE =
      """
      usage: RandomGpt2 [--blocks 12] [--hidden 768] [--heads 12] [--vocab 50257]
                        [--positions 1024] [--seed 1] [--external | --int8] OUT.onnx
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
    String form = "";
    for (int i = 0; i < args.length; i++) {
      if (args[i].equals("--external") || args[i].equals("--int8")) {
        form = args[i];
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
    if (form.equals("--int8")) {
      writeInt8(output, config(options), options.get("--seed"));
    } else {
      write(output, config(options), options.get("--seed"), form.equals("--external"));
    }
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
    List<Streamed> tensors = new ArrayList<>();
    skeleton.weights().forEach((name, weight) -> tensors.add(Streamed.of(name, weight)));
    if (external) {
      writeExternal(output, skeleton.model(), tensors);
    } else {
      writeEmbedded(output, skeleton.model(), tensors);
    }
  }

  /**
   * Writes a model whose matrices have 8 bits, as {@link ByteBlocks} says; the tables stay float32.
   *
   * @param config of a hidden size that is a multiple of 32
   */
  public static void writeInt8(Path output, Gpt2.Config config, long seed) throws IOException {
    Dialect dialect = Dialect.of("pytorch", 8, 17, Trait.PAST, Trait.NORM_OP, Trait.MATMUL_ADD);
    ByteBlocks blocks = ByteBlocks.of(Gpt2Graph.skeleton(Gpt2.random(config, seed), dialect));
    writeEmbedded(output, blocks.model(), blocks.tensors());
  }

  private static void writeExternal(Path output, ModelProto skeleton, List<Streamed> tensors)
      throws IOException {
    String location = output.getFileName() + "_data";
    ModelProto.Builder model = skeleton.toBuilder();
    try (FileChannel data = create(output.resolveSibling(location))) {
      for (Streamed tensor : tensors) {
        long offset = data.position();
        tensor.write(data);
        long length = data.position() - offset;
        model
            .getGraphBuilder()
            .addInitializer(
                ExternalData.reference(tensor.header().toBuilder(), location, offset, length));
      }
    }
    try (FileChannel out = create(output)) {
      out.write(model.build().toByteString().asReadOnlyByteBuffer());
    }
  }

  private static void writeEmbedded(Path output, ModelProto skeleton, List<Streamed> tensors)
      throws IOException {
    GraphProto graph = skeleton.getGraph();
    long size = graph.getSerializedSize();
    for (Streamed tensor : tensors) {
      size += fieldHead(GRAPH_INITIALIZER, size(tensor)).remaining() + (long) size(tensor);
    }
    if (size > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("a graph of " + size + " bytes needs `--external`");
    }
    try (FileChannel out = create(output)) {
      out.write(ByteBuffer.wrap(skeleton.toBuilder().clearGraph().build().toByteArray()));
      out.write(fieldHead(MODEL_GRAPH, (int) size));
      out.write(ByteBuffer.wrap(graph.toByteArray()));
      for (Streamed tensor : tensors) {
        out.write(fieldHead(GRAPH_INITIALIZER, size(tensor)));
        out.write(ByteBuffer.wrap(tensor.header().toByteArray()));
        out.write(fieldHead(TENSOR_RAW_DATA, tensor.bytes()));
        tensor.write(out);
      }
    }
  }

  /** The bytes of a whole tensor. */
  private static int size(Streamed tensor) {
    int head = fieldHead(TENSOR_RAW_DATA, tensor.bytes()).remaining();
    return Math.addExact(tensor.header().getSerializedSize() + head, tensor.bytes());
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
