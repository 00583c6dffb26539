package dev.steerc.models;

import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A decoder inside an operator of ONNX Runtime that generates with it, as {@code
 * convert_generation.py} writes it.
 *
 * @param name of the file in {@code testdata/containers}, without its ending
 * @param about what is special about it, in one line
 */
public record Container(String name, String about, Gpt2 decoder, ModelProto model) {
  /** The token that ends a text. */
  public static final int END = 95;

  private static final Dialect DIALECT =
      Dialect.of(
          "onnxruntime.transformers",
          8,
          11,
          Trait.FUSED_ATTENTION,
          Trait.MATMUL_ADD,
          Trait.FAST_GELU,
          Trait.SKIP_BIAS,
          Trait.FUSED_NAMES,
          Trait.CONSTANT_INITIALIZERS);

  private static final List<String> LENGTHS = List.of("max_length", "min_length");
  private static final List<String> BEAMS = List.of("num_beams", "num_return_sequences");

  /** One container of each kind. */
  static List<Container> all(Gpt2 decoder) {
    return List.of(
        new Container(
            "beam-search",
            "a decoder with its weights inside a BeamSearch",
            decoder,
            of(decoder, "BeamSearch", true)),
        new Container(
            "greedy-search",
            "a decoder inside a GreedySearch, its weights outside",
            decoder,
            of(decoder, "GreedySearch", false)),
        new Container(
            "sampling",
            "a decoder with its weights inside a Sampling",
            decoder,
            of(decoder, "Sampling", true)));
  }

  private static ModelProto of(Gpt2 decoder, String operator, boolean inner) {
    ModelProto whole = Gpt2Graph.model(decoder, DIALECT);
    GraphProto.Builder body = body(whole.getGraph());
    GraphProto.Builder graph = GraphProto.newBuilder();
    if (!inner) {
      graph.addAllInitializer(body.getInitializerList());
      body.clearInitializer();
    }
    boolean beams = operator.equals("BeamSearch");
    graph.addNode(node(operator, body.build(), beams)).addAllInput(inputs(beams));
    graph.addOutput(
        beams
            ? Signature.value("sequences", Tensors.INT32, "batch", "returned", "max_length")
            : Signature.value("sequences", Tensors.INT32, "batch", "max_length"));
    graph.setName("generation");
    return whole.toBuilder().setGraph(graph).build();
  }

  /** The decoder with its inputs in the order and of the type that the operators demand. */
  private static GraphProto.Builder body(GraphProto graph) {
    GraphProto.Builder body = graph.toBuilder().setName("decoder").clearInput();
    List<ValueInfoProto> inputs = new ArrayList<>(graph.getInputList());
    inputs.add(1, inputs.remove(2));
    for (ValueInfoProto input : inputs) {
      ValueInfoProto.Builder out = input.toBuilder();
      if (body.getInputCount() < 3) {
        out.getTypeBuilder().getTensorTypeBuilder().setElemType(Tensors.INT32);
      }
      body.addInput(out);
    }
    return body;
  }

  private static NodeProto node(String operator, GraphProto body, boolean beams) {
    NodeProto.Builder node = NodeProto.newBuilder().setName(operator + "_gpt2").setOpType(operator);
    node.setDomain("com.microsoft").addInput("input_ids").addAllInput(LENGTHS);
    if (beams) {
      node.addAllInput(BEAMS).addInput("length_penalty");
      node.addAttribute(Attributes.integer("early_stopping", 1));
    }
    node.addAllInput(List.of("repetition_penalty", "", "", "attention_mask"));
    for (AttributeProto attribute : attributes(body)) {
      node.addAttribute(attribute);
    }
    return node.addOutput("sequences").build();
  }

  private static List<AttributeProto> attributes(GraphProto body) {
    return List.of(
        Attributes.integer("eos_token_id", END),
        Attributes.integer("pad_token_id", END),
        Attributes.integer("no_repeat_ngram_size", 0),
        Attributes.integer("model_type", 0),
        Attributes.graph("decoder", body));
  }

  private static List<ValueInfoProto> inputs(boolean beams) {
    List<ValueInfoProto> inputs = new ArrayList<>();
    inputs.add(Signature.value("input_ids", Tensors.INT32, "batch", "sequence"));
    LENGTHS.forEach(name -> inputs.add(Signature.value(name, Tensors.INT32, 1)));
    if (beams) {
      BEAMS.forEach(name -> inputs.add(Signature.value(name, Tensors.INT32, 1)));
      inputs.add(Signature.value("length_penalty", Tensors.FLOAT, 1));
    }
    inputs.add(Signature.value("repetition_penalty", Tensors.FLOAT, 1));
    inputs.add(Signature.value("attention_mask", Tensors.INT32, "batch", "sequence"));
    return inputs;
  }

  /** Where the model lies in a checkout. */
  public Path file(Path root) {
    return root.resolve("testdata/containers").resolve(fileName());
  }

  String fileName() {
    return name + ".onnx";
  }

  @Override
  public String toString() {
    return name;
  }
}
