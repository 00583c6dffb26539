package dev.steerc.models;

import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.OperatorSetIdProto;
import dev.steerc.onnx.proto.TensorProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A {@link Gpt2} as an ONNX model in one {@link Dialect}. */
public final class Gpt2Graph {
  private final Gpt2 model;
  private final Dialect dialect;
  private final Signature signature;

  /** A model whose weights are still to be stored. */
  record Skeleton(ModelProto model, Map<String, Weight> weights) {}

  private Gpt2Graph(Gpt2 model, Dialect dialect) {
    this.model = model;
    this.dialect = dialect;
    this.signature = new Signature(model.config(), dialect);
  }

  /**
   * The files that make up the model.
   *
   * @param name of the model's file; external data takes it too, with {@code _data} behind it
   * @return bytes by file name
   */
  public static SortedMap<String, byte[]> write(Gpt2 model, Dialect dialect, String name) {
    var files = new TreeMap<String, byte[]>();
    if (dialect.has(Trait.EXTERNAL)) {
      ExternalData.store(skeleton(model, dialect), name, name + "_data", files);
    } else {
      ModelProto stored = model(model, dialect);
      files.put(name, dialect.has(Trait.ODD_WIRE) ? OddWire.of(stored) : stored.toByteArray());
    }
    return files;
  }

  /** The model with its weights inside. */
  static ModelProto model(Gpt2 model, Dialect dialect) {
    Skeleton skeleton = skeleton(model, dialect);
    ModelProto.Builder out = skeleton.model().toBuilder();
    store(out.getGraphBuilder(), skeleton.weights(), dialect.storedType());
    return dialect.functions() ? Outline.of(out.build(), dialect) : out.build();
  }

  /** A model around a graph that has everything but a name. */
  public static ModelProto.Builder around(GraphProto.Builder graph, Dialect dialect) {
    graph.setName(dialect.has(Trait.NUMBERED_NAMES) ? "torch-jit-export" : "main_graph");
    var out = ModelProto.newBuilder().setIrVersion(dialect.ir()).setGraph(graph);
    out.setProducerName(dialect.producer()).addOpsetImport(opset("", dialect.opset()));
    return out;
  }

  public static void store(GraphProto.Builder graph, Map<String, Weight> weights, int type) {
    weights.forEach((name, weight) -> graph.addInitializer(Tensors.weight(name, weight, type)));
  }

  static Skeleton skeleton(Gpt2 model, Dialect dialect) {
    return new Gpt2Graph(model, dialect).skeleton();
  }

  private Skeleton skeleton() {
    var weights = new LinkedHashMap<String, Weight>();
    GraphProto.Builder graph = dialect.has(Trait.MERGED) ? merged(weights) : plain(weights);
    graph.addAllInput(signature.inputs()).addAllOutput(signature.outputs());
    if (dialect.has(Trait.LISTED_INITIALIZERS)) {
      graph.addAllInput(listed(graph.getInitializerList(), weights));
    }
    ModelProto.Builder out = around(graph, dialect);
    if (dialect.contrib()) {
      out.addOpsetImport(opset("com.microsoft", 1));
    }
    return new Skeleton(out.build(), weights);
  }

  private GraphProto.Builder plain(Map<String, Weight> weights) {
    return body(weights, dialect.has(Trait.PAST) || dialect.has(Trait.FUSED_ATTENTION));
  }

  private GraphProto.Builder merged(Map<String, Weight> weights) {
    GraphProto cached = branch("with_past", weights, true);
    GraphProto fresh = branch("no_past", weights, false);
    var choice = NodeProto.newBuilder().setName("optimum::if").setOpType("If");
    choice.addInput(TestGraph.BRANCH);
    cached.getOutputList().forEach(output -> choice.addOutput(output.getName()));
    choice.addAttribute(Attributes.graph("then_branch", cached));
    choice.addAttribute(Attributes.graph("else_branch", fresh));
    return GraphProto.newBuilder().addNode(choice);
  }

  private GraphProto branch(String name, Map<String, Weight> outer, boolean past) {
    boolean inner = dialect.has(Trait.INNER_WEIGHTS);
    Map<String, Weight> weights = inner ? new LinkedHashMap<>() : outer;
    GraphProto.Builder graph = body(weights, past).setName(name);
    graph.addAllOutput(signature.outputs());
    if (inner) {
      store(graph, weights, dialect.storedType());
    }
    return graph.build();
  }

  private GraphProto.Builder body(Map<String, Weight> weights, boolean past) {
    var graph = new GraphBuilder(dialect, weights);
    new DecoderBody(graph, model, past).write();
    return graph.graph();
  }

  private List<ValueInfoProto> listed(List<TensorProto> constants, Map<String, Weight> weights) {
    var inputs = new ArrayList<ValueInfoProto>();
    weights.forEach(
        (name, w) -> inputs.add(Signature.value(name, dialect.storedType(), w.dims().toArray())));
    for (TensorProto tensor : constants) {
      Object[] dims = tensor.getDimsList().stream().map(Math::toIntExact).toArray();
      inputs.add(Signature.value(tensor.getName(), tensor.getDataType(), dims));
    }
    return inputs;
  }

  public static OperatorSetIdProto opset(String domain, int version) {
    return OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version).build();
  }
}
