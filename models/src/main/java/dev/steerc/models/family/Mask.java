package dev.steerc.models.family;

import dev.steerc.models.Attributes;
import dev.steerc.models.GraphBuilder;
import dev.steerc.models.Tensors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which key a query sees, and how far away it is; shared by all blocks. */
final class Mask {
  private final Nodes nodes;
  private final GraphBuilder graph;
  private final Architecture architecture;
  private final Spelling spelling;
  private final Map<Boolean, String> additive = new HashMap<>();
  private String alibi;
  private String counted;

  Mask(Nodes nodes, Architecture architecture, Spelling spelling) {
    this.nodes = nodes;
    this.graph = nodes.graph();
    this.architecture = architecture;
    this.spelling = spelling;
  }

  /** 0 where a query sees a key and very low where not, [batch, 1, query, key]. */
  String of(int block) {
    return additive.computeIfAbsent(
        architecture.isWindowed(block),
        windowed -> {
          graph.enter("/model");
          boolean infinite = spelling.attention() == AttentionOp.GUARDED;
          double lowest = infinite ? Double.NEGATIVE_INFINITY : -Float.MAX_VALUE;
          return nodes.op("Where", visible(windowed), graph.number(0), graph.number(lowest));
        });
  }

  private String visible(boolean windowed) {
    String one = graph.integer(1);
    String first = first();
    String total = nodes.add(first, graph.size("input_ids", 1));
    String keys = nodes.op("Range", graph.integer(0), total, one);
    String queries = graph.unsqueeze(nodes.op("Range", first, total, one), 1);
    String near = nodes.op("LessOrEqual", keys, queries);
    if (windowed) {
      String edge = nodes.op("Sub", queries, graph.integer(architecture.shape().window()));
      near = nodes.op("And", near, nodes.op("Greater", keys, edge));
    }
    String tokens = graph.cast("attention_mask", Tensors.BOOL);
    return nodes.op("And", near, graph.unsqueeze(graph.unsqueeze(tokens, 1), 2));
  }

  private String first() {
    return spelling.isCached() ? graph.size("past_key_values.0.key", 2) : graph.integer(0);
  }

  /** Positions of this run's tokens, [batch or 1, sequence]. */
  String positions() {
    if (spelling.takesPositions()) {
      return "position_ids";
    }
    if (counted == null) {
      counted = spelling.has(Quirk.MASKED_POSITIONS) ? masked() : ranged();
    }
    return counted;
  }

  private String ranged() {
    String first = first();
    String total = nodes.add(first, graph.size("input_ids", 1));
    return graph.unsqueeze(nodes.op("Range", first, total, graph.integer(1)), 0);
  }

  private String masked() {
    String all = ofKeys();
    String first = graph.unsqueeze(first(), 0);
    return nodes.op("Slice", all, first, graph.integers(Long.MAX_VALUE), graph.integers(1));
  }

  /** Positions of all tokens, as the mask tells, [batch, key]; −1 is padding. */
  private String ofKeys() {
    String sums = nodes.op("CumSum", "attention_mask", graph.integer(1));
    return nodes.op("Sub", nodes.mul(sums, "attention_mask"), graph.integer(1));
  }

  /** What ALiBi adds to the scores, [batch, heads, 1, key]: softmax takes away what is equal. */
  String alibi() {
    if (alibi == null) {
      graph.enter("/model/alibi");
      int heads = architecture.shape().heads();
      var slopes = new float[heads];
      for (int head = 0; head < heads; head++) {
        slopes[head] = (float) architecture.slope(head);
      }
      String far = nodes.toFloat(graph.unsqueeze(graph.unsqueeze(ofKeys(), 1), 2));
      var dims = List.of(1, heads, 1, 1);
      alibi = nodes.mul(graph.constant(Tensors.floats(Tensors.FLOAT, dims, slopes)), far);
    }
    return alibi;
  }

  /** The number of keys before the last one, int32 [batch, 1], as GroupQueryAttention wants it. */
  String lengths() {
    String sum =
        nodes.op(
            "ReduceSum",
            List.of("attention_mask", graph.integers(1)),
            Attributes.integer("keepdims", 1));
    return graph.cast(nodes.op("Sub", sum, graph.integers(1)), Tensors.INT32);
  }

  /** The number of columns of the mask, int32. */
  String total() {
    return graph.cast(graph.size("attention_mask", 1), Tensors.INT32);
  }
}
