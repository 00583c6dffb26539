package dev.steerc.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import com.google.protobuf.ByteString;
import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.OperatorSetIdProto;
import dev.steerc.onnx.proto.TensorProto;
import dev.steerc.onnx.proto.TypeProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Puts rows of several caches into one. The tensors are moved by small graphs that ONNX Runtime
 * runs, so that keys and values of any precision go from its memory to its memory and never through
 * Java's.
 */
final class CacheMover implements AutoCloseable {
  private static final int IR_VERSION = 8;
  private static final int OPSET = 17;

  private final OrtEnvironment environment;
  private final boolean behind;
  private final Map<String, OrtSession> movers = new ConcurrentHashMap<>();

  /**
   * @param alignment where rows meet: their padding is on the other side
   */
  CacheMover(OrtEnvironment environment, Alignment alignment) {
    this.environment = environment;
    this.behind = alignment == Alignment.FIRST;
  }

  /**
   * The rows of all parts, one below the other.
   *
   * @param parts of one model, all as wide once they are shifted; they stay open
   * @param columns how wide that is
   */
  KvCache move(List<KvCache.Part> parts, int columns) throws OrtException {
    List<String> names = parts.get(0).cache().names();
    Map<String, OnnxTensor> feeds = new HashMap<>();
    Map<String, OnnxTensor> own = new HashMap<>();
    try {
      for (int i = 0; i < parts.size(); i++) {
        feed(i, parts.get(i), feeds, own);
      }
      feeds.putAll(own);
      OrtSession.Result result = mover(parts).run(feeds);
      return KvCache.of(result, names.stream().map(name -> "all/" + name).toList(), names, columns);
    } finally {
      own.values().forEach(OnnxTensor::close);
    }
  }

  private void feed(
      int i, KvCache.Part part, Map<String, OnnxTensor> feeds, Map<String, OnnxTensor> own)
      throws OrtException {
    part.cache().forEach((name, tensor) -> feeds.put(i + "/" + name, tensor));
    if (!part.isWhole()) {
      long[] rows = Arrays.stream(part.rows()).asLongStream().toArray();
      own.put(i + ".rows", whole(rows));
    }
    if (part.shift() < 0) {
      own.put(i + ".start", whole(behind ? 0 : -part.shift()));
      own.put(i + ".end", whole(behind ? part.shift() : Long.MAX_VALUE));
    }
    if (part.shift() > 0) {
      int batch = part.cache().batchAxis();
      for (String name : part.cache().names()) {
        long[] dims = part.cache().dims(name);
        dims[batch] = part.rows().length;
        dims[batch + 2] = part.shift();
        own.put(i + ".padding/" + name, whole(dims));
      }
    }
  }

  private OnnxTensor whole(long... numbers) throws OrtException {
    return OnnxTensor.createTensor(
        environment, LongBuffer.wrap(numbers), new long[] {numbers.length});
  }

  /** The graph for parts of that kind, made when it is first needed. */
  private OrtSession mover(List<KvCache.Part> parts) throws OrtException {
    String kind =
        parts.stream()
            .map(part -> (part.isWhole() ? "w" : "r") + Integer.signum(part.shift()))
            .collect(Collectors.joining(","));
    OrtSession there = movers.get(kind);
    if (there != null) {
      return there;
    }
    try (SessionOptions options = new SessionOptions()) {
      options.setOptimizationLevel(OptLevel.NO_OPT);
      options.setMemoryPatternOptimization(false);
      options.setIntraOpNumThreads(1); // it only copies
      // there is a session for each kind of move, and each would keep the memory of its largest one
      options.setCPUArenaAllocator(false);
      OrtSession made = environment.createSession(graph(parts).toByteArray(), options);
      OrtSession other = movers.putIfAbsent(kind, made);
      if (other != null) {
        made.close();
      }
      return other != null ? other : made;
    }
  }

  private ModelProto graph(List<KvCache.Part> parts) {
    GraphProto.Builder graph = GraphProto.newBuilder().setName("move");
    for (int i = 0; i < parts.size(); i++) {
      if (!parts.get(i).isWhole()) {
        graph.addInput(value(i + ".rows", OnnxJavaType.INT64, 1));
      }
      if (parts.get(i).shift() < 0) {
        graph.addInput(value(i + ".start", OnnxJavaType.INT64, 1));
        graph.addInput(value(i + ".end", OnnxJavaType.INT64, 1));
      }
    }
    int batch = parts.get(0).cache().batchAxis();
    graph.addInitializer(constant("columns", batch + 2));
    parts
        .get(0)
        .cache()
        .forEach((name, tensor) -> move(graph, name, tensor.getInfo().type, batch, parts));
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
        .setGraph(graph)
        .build();
  }

  private void move(
      GraphProto.Builder graph,
      String name,
      OnnxJavaType type,
      int batch,
      List<KvCache.Part> parts) {
    NodeProto.Builder all = node("Concat", "all/" + name);
    for (int i = 0; i < parts.size(); i++) {
      KvCache.Part part = parts.get(i);
      String now = i + "/" + name;
      graph.addInput(value(now, type, batch + 4));
      if (!part.isWhole()) {
        String chosen = i + ".chosen/" + name;
        graph.addNode(
            node("Gather", chosen, now, i + ".rows").addAttribute(attribute("axis", batch)));
        now = chosen;
      }
      if (part.shift() < 0) {
        String cut = i + ".cut/" + name;
        graph.addNode(node("Slice", cut, now, i + ".start", i + ".end", "columns"));
        now = cut;
      }
      if (part.shift() > 0) {
        String dims = i + ".padding/" + name;
        String padding = i + ".zeros/" + name;
        String padded = i + ".padded/" + name;
        graph.addInput(value(dims, OnnxJavaType.INT64, 1));
        graph.addNode(node("ConstantOfShape", padding, dims).addAttribute(zero(type)));
        graph.addNode(
            node("Concat", padded, behind ? now : padding, behind ? padding : now)
                .addAttribute(attribute("axis", batch + 2)));
        now = padded;
      }
      all.addInput(now);
    }
    graph.addNode(all.addAttribute(attribute("axis", batch)));
    graph.addOutput(value("all/" + name, type, batch + 4));
  }

  private static int number(OnnxJavaType type) {
    return switch (type) {
      case FLOAT -> ElementType.FLOAT32.number();
      case DOUBLE -> ElementType.FLOAT64.number();
      default -> ElementType.valueOf(type.name()).number();
    };
  }

  private static NodeProto.Builder node(String op, String output, String... inputs) {
    return NodeProto.newBuilder().setOpType(op).addOutput(output).addAllInput(List.of(inputs));
  }

  private static AttributeProto.Builder attribute(String name, long number) {
    return AttributeProto.newBuilder().setName(name).setType(2).setI(number);
  }

  private static AttributeProto.Builder zero(OnnxJavaType type) {
    TensorProto.Builder zero =
        TensorProto.newBuilder()
            .setDataType(number(type))
            .addDims(1)
            .setRawData(ByteString.copyFrom(new byte[type.size]));
    return AttributeProto.newBuilder().setName("value").setType(4).setT(zero);
  }

  private static TensorProto.Builder constant(String name, long number) {
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(number(OnnxJavaType.INT64))
        .addDims(1)
        .addInt64Data(number);
  }

  private static ValueInfoProto.Builder value(String name, OnnxJavaType type, int rank) {
    TypeProto.Tensor.Builder tensor = TypeProto.Tensor.newBuilder().setElemType(number(type));
    for (int i = 0; i < rank; i++) {
      tensor.getShapeBuilder().addDimBuilder();
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor));
  }

  @Override
  public void close() {
    for (OrtSession mover : movers.values()) {
      try {
        mover.close();
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    }
    movers.clear();
  }
}
