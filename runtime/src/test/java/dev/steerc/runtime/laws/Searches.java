package dev.steerc.runtime.laws;

import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.OperatorSetIdProto;
import dev.steerc.onnx.proto.TensorShapeProto;
import dev.steerc.onnx.proto.TypeProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A decoder wrapped into an operator of ONNX Runtime that generates with it. */
final class Searches {
  private static final int INT32 = 6;

  /** A token that the tests' generations do not meet. */
  private static final int END = 1_000_000;

  private Searches() {}

  /**
   * A model around a decoder with ONNX Runtime's Attention.
   *
   * @param operator {@code BeamSearch}, {@code GreedySearch} or {@code Sampling}
   * @param twice whether the operator has a decoder of its own for the prompt
   */
  static ModelProto around(Path decoder, String operator, boolean twice) {
    GraphProto graph = decoder(FullEncoding.parse(decoder).getGraph());
    NodeProto.Builder node =
        NodeProto.newBuilder().setName("search").setOpType(operator).setDomain("com.microsoft");
    List<String> inputs = inputs(operator);
    node.addAllInput(inputs).addOutput("sequences");
    if (operator.equals("Sampling")) {
      node.addInput("").addInput("").addInput("").addInput("").addInput("seed");
    }
    node.addAttribute(integer("eos_token_id", END)).addAttribute(integer("pad_token_id", 0));
    node.addAttribute(integer("model_type", 0));
    node.addAttribute(AttributeProto.newBuilder().setName("decoder").setType(5).setG(graph));
    if (twice) {
      node.addAttribute(AttributeProto.newBuilder().setName("init_decoder").setType(5).setG(graph));
    }
    GraphProto.Builder outer = GraphProto.newBuilder().setName("search").addNode(node);
    outer.addInput(value("input_ids", INT32, "batch", "sequence"));
    inputs.stream()
        .skip(1)
        .forEach(name -> outer.addInput(value(name, name.endsWith("penalty") ? 1 : INT32, "one")));
    if (operator.equals("Sampling")) {
      outer.addInput(value("seed", INT32, "one"));
    }
    boolean beams = operator.equals("BeamSearch");
    outer.addOutput(
        beams
            ? value("sequences", INT32, "batch", "returned", "length")
            : value("sequences", INT32, "batch", "length"));
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(11))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("com.microsoft").setVersion(1))
        .setGraph(outer)
        .build();
  }

  static List<String> inputs(String operator) {
    return operator.equals("BeamSearch")
        ? List.of(
            "input_ids",
            "max_length",
            "min_length",
            "num_beams",
            "num_return_sequences",
            "length_penalty",
            "repetition_penalty")
        : List.of("input_ids", "max_length", "min_length", "repetition_penalty");
  }

  /** The operators feed int32, in an order of their own. */
  private static GraphProto decoder(GraphProto graph) {
    List<ValueInfoProto> inputs = new ArrayList<>();
    for (String name : List.of("input_ids", "position_ids", "attention_mask")) {
      ValueInfoProto.Builder input =
          graph.getInputList().stream()
              .filter(v -> v.getName().equals(name))
              .findFirst()
              .orElseThrow()
              .toBuilder();
      input.getTypeBuilder().getTensorTypeBuilder().setElemType(INT32);
      inputs.add(input.build());
    }
    graph.getInputList().stream().filter(v -> v.getName().startsWith("past_")).forEach(inputs::add);
    return graph.toBuilder().clearInput().addAllInput(inputs).build();
  }

  private static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder().setName(name).setType(2).setI(value).build();
  }

  private static ValueInfoProto value(String name, int type, String... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (String dim : dims) {
      if (dim.equals("one")) {
        shape.addDimBuilder().setDimValue(1);
      } else {
        shape.addDimBuilder().setDimParam(dim);
      }
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type).setShape(shape)))
        .build();
  }
}
