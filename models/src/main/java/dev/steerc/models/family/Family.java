package dev.steerc.models.family;

import dev.steerc.models.Batch;
import dev.steerc.models.Feed;
import dev.steerc.models.Gpt2Graph;
import dev.steerc.models.GraphBuilder;
import dev.steerc.models.Signature;
import dev.steerc.models.Tensors;
import dev.steerc.models.Weight;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A graph in {@code testdata/families} and what it was written from.
 *
 * @param name of the file, without its ending
 * @param about whose architecture it is and what is special about it, in one line
 */
public record Family(String name, String about, Architecture architecture, Spelling spelling) {

  /** Where the graph lies in a checkout. */
  public Path file(Path root) {
    return root.resolve("testdata/families").resolve(fileName());
  }

  String fileName() {
    return name + ".onnx";
  }

  /** The model, its weights inside. */
  ModelProto model() {
    Map<String, Weight> weights = new LinkedHashMap<>();
    var builder = new GraphBuilder(spelling.dialect(), weights);
    new Body(builder, architecture, spelling).write();
    var graph = builder.graph();
    Gpt2Graph.store(graph, weights, Tensors.FLOAT);
    graph.addAllInput(inputs()).addAllOutput(outputs());
    ModelProto.Builder model = Gpt2Graph.around(graph, spelling.dialect());
    if (spelling.isContrib()) {
      model.addOpsetImport(Gpt2Graph.opset("com.microsoft", 1));
    }
    return model.build();
  }

  /** Whether rows of different length can be told from their padding. */
  public boolean takesPadding() {
    return spelling.attention() != AttentionOp.GROUP_QUERY
        && (spelling.takesPositions() || !spelling.has(Quirk.COUNTED_POSITIONS));
  }

  /** Whether the graph keeps keys and values from run to run. */
  public boolean isCached() {
    return spelling.isCached();
  }

  /** The input that takes what this output gave in the run before. */
  public String pastOf(String present) {
    return present.replace("present.", "past_key_values.");
  }

  /** The inputs of a run without a past; a cache is fed with length 0. */
  public List<Feed> feeds(Batch batch) {
    List<Feed> feeds = stepFeeds(batch);
    Shape shape = architecture.shape();
    for (ValueInfoProto past : kept("past_key_values", "past_sequence_length")) {
      feeds.add(
          Feed.empty(
              past.getName(), Tensors.FLOAT, batch.rows(), shape.keyHeads(), 0, shape.headWidth()));
    }
    return feeds;
  }

  /** The inputs of a run behind a past, except for the past itself. */
  public List<Feed> stepFeeds(Batch batch) {
    var feeds = new ArrayList<Feed>();
    feeds.add(Feed.of("input_ids", batch.ids()));
    feeds.add(Feed.of("attention_mask", batch.mask()));
    if (hasPositions()) {
      feeds.add(Feed.of("position_ids", batch.positions()));
    }
    return feeds;
  }

  private boolean hasPositions() {
    boolean fused = spelling.attention() == AttentionOp.GROUP_QUERY;
    boolean used =
        architecture.positions().is(Positions.Kind.LEARNED)
            || architecture.positions().is(Positions.Kind.ROTARY) && !fused;
    return used && spelling.takesPositions();
  }

  private List<ValueInfoProto> inputs() {
    var inputs = new ArrayList<ValueInfoProto>();
    String batch = "batch_size";
    String width = "sequence_length";
    String total = isCached() ? "total_sequence_length" : width;
    inputs.add(Signature.value("input_ids", Tensors.INT64, batch, width));
    inputs.add(Signature.value("attention_mask", Tensors.INT64, batch, total));
    if (hasPositions()) {
      inputs.add(Signature.value("position_ids", Tensors.INT64, batch, width));
    }
    inputs.addAll(kept("past_key_values", "past_sequence_length"));
    return inputs;
  }

  private List<ValueInfoProto> outputs() {
    var outputs = new ArrayList<ValueInfoProto>();
    int vocab = architecture.shape().vocab();
    outputs.add(Signature.value("logits", Tensors.FLOAT, "batch_size", "sequence_length", vocab));
    outputs.addAll(kept("present", "total_sequence_length"));
    return outputs;
  }

  private List<ValueInfoProto> kept(String prefix, String length) {
    var values = new ArrayList<ValueInfoProto>();
    Shape shape = architecture.shape();
    for (int i = 0; isCached() && i < shape.blocks(); i++) {
      for (String part : List.of("key", "value")) {
        String name = prefix + "." + i + "." + part;
        Object[] dims = {"batch_size", shape.keyHeads(), length, shape.headWidth()};
        values.add(Signature.value(name, Tensors.FLOAT, dims));
      }
    }
    return values;
  }

  @Override
  public String toString() {
    return name;
  }
}
