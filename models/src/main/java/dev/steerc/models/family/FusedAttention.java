package dev.steerc.models.family;

import dev.steerc.models.Attributes;
import dev.steerc.models.GraphBuilder;
import dev.steerc.onnx.proto.AttributeProto;
import java.util.ArrayList;
import java.util.List;

/** Attention by one operator, which keeps the cache as well. */
final class FusedAttention {
  private final Nodes nodes;
  private final GraphBuilder graph;
  private final Architecture architecture;
  private final Parameters parameters;
  private final Shape shape;
  private final Mask mask;
  private final Rotary rotary;

  FusedAttention(
      Nodes nodes, Architecture architecture, Parameters parameters, Mask mask, Rotary rotary) {
    this.nodes = nodes;
    this.graph = nodes.graph();
    this.architecture = architecture;
    this.parameters = parameters;
    this.shape = architecture.shape();
    this.mask = mask;
    this.rotary = rotary;
  }

  /**
   * ORT's GroupQueryAttention.
   *
   * @param packed queries, keys and values in one tensor
   * @return [batch, sequence, heads · head width]
   */
  String groupQuery(int block, String packed) {
    String lengths = mask.lengths();
    String total = mask.total();
    List<String> tables = rotary.tables(architecture.base(block));
    graph.enter(Nodes.scope(Parameters.layer(block, "attn")));
    List<String> inputs = new ArrayList<>(List.of(packed, "", ""));
    inputs.addAll(pasts(block));
    inputs.addAll(List.of(lengths, total, tables.get(0), tables.get(1)));
    if (architecture.has(Feature.SINKS)) {
      String path = Parameters.layer(block, "attn.sinks");
      inputs.addAll(List.of("", "", graph.weight(path, parameters.sinks(block))));
    }
    int window = architecture.isWindowed(block) ? shape.window() : -1;
    return run(
        block,
        "GroupQueryAttention",
        inputs,
        Attributes.integer("num_heads", shape.heads()),
        Attributes.integer("kv_num_heads", shape.keyHeads()),
        Attributes.number("scale", architecture.scoreScale()),
        Attributes.integer("local_window_size", window),
        Attributes.number("softcap", architecture.scales().scoreCap()),
        Attributes.integer("do_rotary", 1),
        Attributes.integer("rotary_interleaved", architecture.positions().interleaved() ? 1 : 0));
  }

  /**
   * ORT's MultiHeadAttention, which has as many heads of keys as of queries and does not rotate.
   *
   * @param parts queries, keys and values, [batch, sequence, heads · head width] each
   * @return the same shape
   */
  String multiHead(int block, List<String> parts) {
    String visible = mask.of(block);
    String query = rotary(block, parts.get(0));
    String key = rotary(block, parts.get(1));
    List<String> inputs = new ArrayList<>(List.of(query, key, parts.get(2), "", "", visible));
    inputs.addAll(pasts(block));
    return run(
        block,
        "MultiHeadAttention",
        inputs,
        Attributes.integer("num_heads", shape.heads()),
        Attributes.number("scale", architecture.scoreScale()));
  }

  private String rotary(int block, String x) {
    List<String> tables = rotary.tables(architecture.base(block));
    graph.enter(Nodes.scope(Parameters.layer(block, "attn")));
    return nodes.op(
        "RotaryEmbedding",
        List.of(x, mask.positions(), tables.get(0), tables.get(1)),
        Attributes.integer("interleaved", architecture.positions().interleaved() ? 1 : 0));
  }

  /** ONNX's Attention, on heads. */
  String standard(int block, AttentionSpelling.Heads own) {
    String visible = mask.of(block);
    graph.enter(Nodes.scope(Parameters.layer(block, "self_attn")));
    List<String> inputs = new ArrayList<>(List.of(own.query(), own.key(), own.value(), visible));
    inputs.addAll(pasts(block));
    return run(
        block,
        "Attention",
        inputs,
        Attributes.number("scale", architecture.scoreScale()),
        Attributes.number("softcap", architecture.scales().scoreCap()));
  }

  private String run(int block, String type, List<String> inputs, AttributeProto... attributes) {
    List<String> outputs = new ArrayList<>(List.of(GraphBuilder.OWN));
    outputs.addAll(List.of("present." + block + ".key", "present." + block + ".value"));
    return graph.named(outputs, type, inputs, attributes).get(0);
  }

  private static List<String> pasts(int block) {
    return List.of("past_key_values." + block + ".key", "past_key_values." + block + ".value");
  }
}
