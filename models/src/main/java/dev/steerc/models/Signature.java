package dev.steerc.models;

import dev.steerc.onnx.proto.TensorShapeProto;
import dev.steerc.onnx.proto.TypeProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.List;

/** The inputs and outputs of a model in one dialect, with their types and dimensions. */
public record Signature(Gpt2.Config config, Dialect dialect) {
  /** The output of a model without a head. */
  static final String STATE = "last_hidden_state";

  /** The output of a head in the middle. */
  static final String EARLY = "early_logits";

  List<ValueInfoProto> inputs() {
    var inputs = new ArrayList<ValueInfoProto>();
    inputs.add(value("input_ids", Tensors.INT64, batch(), width()));
    if (!dialect.has(Trait.IDS_ONLY)) {
      String total = pasts().isEmpty() ? "sequence" : "past_and_sequence";
      inputs.add(value("attention_mask", Tensors.INT64, batch(), total));
      inputs.add(value("position_ids", Tensors.INT64, batch(), width()));
    }
    inputs.addAll(pasts());
    if (dialect.has(Trait.MERGED)) {
      inputs.add(value(TestGraph.BRANCH, Tensors.BOOL, 1));
    }
    return inputs;
  }

  List<ValueInfoProto> outputs() {
    var outputs = new ArrayList<ValueInfoProto>();
    int type = dialect.elementType();
    outputs.add(
        dialect.has(Trait.NO_HEAD)
            ? value(STATE, type, batch(), width(), config.hidden())
            : value("logits", dialect.branchType(), batch(), scored(), config.vocab()));
    outputs.addAll(presents());
    if (dialect.has(Trait.HIDDEN_STATES)) {
      for (int i = 0; i <= config.blocks(); i++) {
        outputs.add(value("hidden_states." + i, type, batch(), width(), config.hidden()));
      }
    }
    if (dialect.has(Trait.EARLY_HEAD)) {
      outputs.add(value(EARLY, type, batch(), width(), config.vocab()));
    }
    return outputs;
  }

  private Object scored() {
    return dialect.has(Trait.LAST_TOKEN) ? (Object) 1 : width();
  }

  List<ValueInfoProto> pasts() {
    return kept("past", "past_key_values.", "past_sequence");
  }

  private List<ValueInfoProto> presents() {
    return kept("present", "present.", "past_and_sequence");
  }

  private List<ValueInfoProto> kept(String packed, String split, String length) {
    var values = new ArrayList<ValueInfoProto>();
    int type = dialect.branchType();
    for (int i = 0; i < config.blocks(); i++) {
      if (dialect.has(Trait.FUSED_ATTENTION)) {
        values.add(
            value(packed + "_" + i, type, 2, "batch", config.heads(), length, config.headWidth()));
      } else if (dialect.has(Trait.PAST)) {
        for (String part : List.of("key", "value")) {
          String name = split + i + "." + part;
          values.add(value(name, type, "batch", config.heads(), length, config.headWidth()));
        }
      }
    }
    return values;
  }

  private Object batch() {
    return dialect.has(Trait.STATIC) ? (Object) Dialect.STATIC_BATCH : "batch";
  }

  private Object width() {
    return dialect.has(Trait.STATIC) ? (Object) Dialect.STATIC_WIDTH : "sequence";
  }

  /** A value of which each dimension is a number or a symbol. */
  public static ValueInfoProto value(String name, int type, Object... dims) {
    var shape = TensorShapeProto.newBuilder();
    for (Object dim : dims) {
      if (dim instanceof Integer fixed) {
        shape.addDimBuilder().setDimValue(fixed);
      } else {
        shape.addDimBuilder().setDimParam((String) dim);
      }
    }
    var tensor = TypeProto.Tensor.newBuilder().setElemType(type).setShape(shape);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }
}
