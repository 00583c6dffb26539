package dev.steerc.models;

import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.TensorProto;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Graphs that look more or less like decoders and have no residual stream that can be steered. */
final class Refused {
  private static final Gpt2 MODEL = Gpt2.random(new Gpt2.Config(3, 8, 2, 16, 16), 7);
  private static final Dialect DIALECT =
      Dialect.of(
          "pytorch",
          8,
          17,
          Trait.NORM_OP,
          Trait.MATMUL_ADD,
          Trait.ZERO_RESHAPES,
          Trait.CONSTANT_INITIALIZERS);

  private Refused() {}

  static List<RefusedGraph> graphs() {
    return Stream.of(
            others(), encoders(), withoutAttention(), damagedSums(), damagedStreams(), unopened())
        .flatMap(List::stream)
        .toList();
  }

  private static List<RefusedGraph> others() {
    return List.of(
        loads(
            "post-norm",
            "each block ends in a norm of the sum",
            "the blocks end in a norm, so no stream passes through",
            OtherModels.postNorm(MODEL)),
        loads(
            "mlp-only",
            "blocks without attention",
            "the blocks have no attention",
            OtherModels.mlpOnly(MODEL)),
        loads(
            "cnn",
            "a convolutional classifier with residual sums",
            "no token table leads to the sums",
            OtherModels.cnn()),
        loads(
            "encoder-only-linear",
            "an MLP without residual sums",
            "there is no residual addition",
            OtherModels.perceptron()));
  }

  private static List<RefusedGraph> encoders() {
    return List.of(
        loads(
            "bert",
            "an encoder with a norm behind each sum",
            "the blocks end in a norm, so no stream passes through",
            Encoders.bert()),
        loads(
            "distilbert-classifier",
            "a classifier of texts with a norm behind each sum",
            "the blocks end in a norm, so no stream passes through",
            Encoders.classifier()),
        loads(
            "bidirectional",
            "a pre-norm encoder for masked words",
            "attention sees later tokens, so this is no decoder",
            Encoders.bidirectional()),
        loads(
            "vit",
            "a pre-norm encoder of images",
            "no token table leads to the sums",
            Encoders.vision()),
        loads(
            "encoder-decoder",
            "an encoder, and a decoder with cross attention",
            "the graph has two streams, of an encoder and of a decoder",
            Encoders.twoSided()),
        loads(
            "gpt1",
            "a decoder with a norm behind each sum",
            "the blocks end in a norm, so no stream passes through",
            Encoders.postNormDecoder()),
        loads(
            "opt-350m",
            "a decoder with norms behind the sums and projected tokens",
            "the blocks end in a norm, so no stream passes through",
            Encoders.projected()),
        loads(
            "clip-text",
            "a causal encoder that gives one vector for the text",
            "the output has no scores for tokens",
            Encoders.textOfClip()));
  }

  private static List<RefusedGraph> withoutAttention() {
    return List.of(
        loads(
            "lstm",
            "a recurrent language model",
            "there is no residual addition",
            WithoutAttention.recurrent("LSTM", 4)),
        loads(
            "rnn",
            "a simple recurrent language model",
            "there is no residual addition",
            WithoutAttention.recurrent("RNN", 1)),
        loads(
            "mamba",
            "pre-norm blocks with a running state",
            "the blocks have no attention",
            WithoutAttention.stateSpace()),
        loads(
            "mixer",
            "MLPs over patches and channels of an image",
            "no token table leads to the sums",
            WithoutAttention.mixer()),
        loads(
            "u-net",
            "convolutions with sums across the levels",
            "no token table leads to the sums",
            WithoutAttention.uNet()),
        loads(
            "resnet",
            "a pre-activation residual network",
            "no token table leads to the sums",
            WithoutAttention.residualNetwork()));
  }

  private static List<RefusedGraph> damagedSums() {
    return List.of(
        loads(
            "one-add-removed",
            "the MLP of block 1 replaces the stream",
            "the stream ends in block 1",
            removed("/h.1/Add_1_output_0", "/h.1/mlp/c_proj/Add_output_0")),
        loads(
            "attention-add-removed",
            "the attention of block 1 replaces the stream",
            "the stream ends in block 1",
            removed("/h.1/Add_output_0", "/h.1/attn/c_proj/Add_output_0")),
        loads(
            "first-add-removed",
            "the MLP of block 0 replaces the stream",
            "the stream ends in block 0",
            removed("/h.0/Add_1_output_0", "/h.0/mlp/c_proj/Add_output_0")),
        loads(
            "last-add-removed",
            "the MLP of the last block replaces the stream",
            "the final norm reads no sum of the stream",
            removed("/h.2/Add_1_output_0", "/h.2/mlp/c_proj/Add_output_0")),
        loads(
            "branch-twice",
            "a sum in block 1 adds the branch to itself",
            "the stream ends in block 1",
            rewired("/h.1/Add_output_0", "/h.0/Add_1_output_0", "/h.1/attn/c_proj/Add_output_0")),
        loads(
            "multiplied",
            "the MLP of block 1 is multiplied, not added",
            "the stream ends in block 1",
            edited(
                node ->
                    node.getOutput(0).equals("/h.1/Add_1_output_0")
                        ? node.toBuilder().setOpType("Mul").build()
                        : node)),
        loads(
            "rewired-add",
            "the attention sum of block 2 skips block 1",
            "two sums continue the stream behind block 0",
            rewired("/h.2/Add_output_0", "/h.1/Add_1_output_0", "/h.0/Add_1_output_0")),
        loads(
            "rewired-mlp-add",
            "the MLP sum of block 2 skips half of block 1 and the attention of block 2",
            "two sums continue the stream in block 1",
            rewired("/h.2/Add_1_output_0", "/h.2/Add_output_0", "/h.1/Add_output_0")),
        loads(
            "subtracted",
            "the MLP of block 1 is subtracted",
            "the stream ends in block 1",
            edited(
                node ->
                    node.getOutput(0).equals("/h.1/Add_1_output_0")
                        ? node.toBuilder().setOpType("Sub").build()
                        : node)),
        loads(
            "stale-norm",
            "the attention of block 2 reads what the stream was before block 1",
            "a norm in block 2 reads the stream before block 1",
            rewired(
                "/h.2/ln_1/LayerNormalization_output_0",
                "/h.1/Add_1_output_0",
                "/h.0/Add_1_output_0")),
        loads(
            "reused-branch",
            "the MLP sum of block 1 adds the MLP of block 0 once more",
            "a branch is added twice",
            rewired(
                "/h.1/Add_1_output_0",
                "/h.1/mlp/c_proj/Add_output_0",
                "/h.0/mlp/c_proj/Add_output_0")),
        loads(
            "early-end",
            "the final norm reads the stream before the last block",
            "no output depends on the last block",
            rewired(
                "/ln_f/LayerNormalization_output_0", "/h.2/Add_1_output_0", "/h.1/Add_1_output_0")),
        loads(
            "raw-read",
            "the MLP of block 1 reads the stream without a norm",
            "an MLP reads the stream without a norm",
            rawRead("/h.1/ln_2/LayerNormalization_output_0", "/h.1/Add_output_0")),
        loads(
            "raw-attention",
            "the attention of block 1 reads the stream without a norm",
            "attention reads the stream without a norm",
            rawRead("/h.1/ln_1/LayerNormalization_output_0", "/h.0/Add_1_output_0")));
  }

  private static List<RefusedGraph> damagedStreams() {
    return List.of(
        loads(
            "two-streams",
            "two decoders over the same ids",
            "the graph has two streams",
            Damaged.twoStreams(MODEL, DIALECT)),
        loads(
            "ensemble",
            "two decoders whose logits are averaged",
            "the graph has two streams",
            Damaged.ensemble(MODEL, DIALECT)),
        loads(
            "gated",
            "a gate multiplies the stream between blocks 0 and 1",
            "the stream is multiplied with what was computed from it",
            Damaged.gated(decoder(), MODEL.config().hidden())),
        loads(
            "narrow-branch",
            "the attention of block 1 is one number, added to all of the stream",
            "a branch and the stream differ in width",
            Damaged.narrow(decoder())),
        loads(
            "qlinear-add",
            "the stream is 8-bit integers, summed by QLinearAdd",
            "the stream is of integers, to which no vector can be added",
            Damaged.integers(decoder())),
        loads(
            "unread",
            "the logits come from the positions; nothing reads the last sum",
            "no output depends on the stream",
            Damaged.unread(decoder())),
        loads(
            "loop",
            "the blocks are runs of a Loop",
            "the blocks are in the body of a Loop",
            LoopedBlocks.model(MODEL, DIALECT)));
  }

  private static List<RefusedGraph> unopened() {
    return List.of(
        new RefusedGraph(
            "no-graph", "a model without a graph", "the model has no graph", noGraph(), false));
  }

  private static RefusedGraph loads(String name, String about, String reason, ModelProto model) {
    return new RefusedGraph(name, about, reason, model, true);
  }

  private static ModelProto decoder() {
    return Gpt2Graph.model(MODEL, DIALECT);
  }

  private static ModelProto noGraph() {
    return decoder().toBuilder().clearGraph().build();
  }

  /** The branch in place of a sum. */
  private static ModelProto removed(String sum, String branch) {
    return edited(
        node ->
            node.getOutput(0).equals(sum)
                ? node.toBuilder().clearInput().addInput(branch).setOpType("Identity").build()
                : node);
  }

  private static ModelProto rewired(String sum, String from, String to) {
    return edited(node -> node.getOutput(0).equals(sum) ? renamed(node, from, to) : node);
  }

  private static ModelProto rawRead(String normed, String stream) {
    ModelProto model = edited(node -> renamed(node, normed, stream));
    ModelProto.Builder out = model.toBuilder();
    GraphProto.Builder graph = out.getGraphBuilder();
    NodeProto norm = Damaged.producer(graph, normed);
    graph.removeNode(graph.getNodeList().indexOf(norm));
    List<TensorProto> left =
        graph.getInitializerList().stream()
            .filter(tensor -> !norm.getInputList().contains(tensor.getName()))
            .toList();
    graph.clearInitializer().addAllInitializer(left);
    return out.build();
  }

  private static ModelProto edited(UnaryOperator<NodeProto> edit) {
    ModelProto model = decoder();
    List<NodeProto> nodes = model.getGraph().getNodeList().stream().map(edit).toList();
    if (nodes.equals(model.getGraph().getNodeList())) {
      throw new IllegalStateException("the edit found no node");
    }
    ModelProto.Builder out = model.toBuilder();
    out.getGraphBuilder().clearNode().addAllNode(nodes);
    return out.build();
  }

  static NodeProto renamed(NodeProto node, String from, String to) {
    NodeProto.Builder out = node.toBuilder();
    for (int i = 0; i < node.getInputCount(); i++) {
      if (node.getInput(i).equals(from)) {
        out.setInput(i, to);
      }
    }
    return out.build();
  }
}
