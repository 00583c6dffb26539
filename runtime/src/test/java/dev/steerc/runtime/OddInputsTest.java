package dev.steerc.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.steerc.models.CachedLlama;
import dev.steerc.models.CachedLlama.Way;
import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.TensorProto;
import dev.steerc.onnx.proto.TypeProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Inputs and caches that some exporters have: fed where it is sure what they are, else refused. */
class OddInputsTest {
  private static final int INT32 = 6;
  private static final int INT64 = 7;

  @TempDir private Path folder;

  @Test
  void theNumberOfScoresToKeepIsFed() throws IOException {
    same(
        graph -> {
          scalar(graph, "num_logits_to_keep", INT64);
          NodeProto.Builder minus = node("Neg", "start", "num_logits_to_keep");
          graph.addNode(minus);
          graph.addInitializer(longs("one", 1));
          graph.addInitializer(longs("most", Long.MAX_VALUE));
          graph.addNode(node("Reshape", "start.1", "start", "one"));
          renamed(graph, "logits", "all logits");
          graph.addNode(node("Slice", "logits", "all logits", "start.1", "most", "one"));
        });
  }

  @Test
  void theBeamOfEachRowIsItsOwn() throws IOException {
    same(
        graph -> {
          ValueInfoProto.Builder beams = scalar(graph, "beam_idx", INT32);
          beams.getTypeBuilder().getTensorTypeBuilder().getShapeBuilder().addDimBuilder();
          renamed(graph, "logits", "all logits");
          graph.addNode(node("Gather", "logits", "all logits", "beam_idx"));
        });
  }

  @Test
  void idsMayHave32Bits() throws IOException {
    same(
        graph -> {
          ValueInfoProto.Builder ids = graph.getInputBuilder(0);
          assertThat(ids.getName()).isEqualTo("input_ids");
          ids.getTypeBuilder().getTensorTypeBuilder().setElemType(INT32);
        });
  }

  @Test
  void anInputOfAnUnknownKindIsRefused() throws IOException {
    Path file = write(Way.GROWING, graph -> scalar(graph, "temperature_steps", INT64));
    Problem problem = refusal(() -> SteeredModel.open(file));
    assertThat(problem.code()).isEqualTo(Code.UNKNOWN_INPUT);
    assertThat(problem.what()).contains("temperature_steps");
  }

  @Test
  void buffersWithoutAPlaceForATokenAreRefused() throws IOException {
    Path file =
        write(
            Way.BIAS,
            graph ->
                graph.getInputBuilderList().stream()
                    .filter(input -> input.getName().startsWith("past"))
                    .forEach(OddInputsTest::fix));
    Problem problem = refusal(() -> SteeredModel.open(file));
    assertThat(problem.code()).isEqualTo(Code.UNKNOWN_CACHE);
    assertThat(problem.notes()).containsExactly("`past_key_values.0.key` is for 8 tokens");
  }

  @Test
  void aCacheThatForgetsIsRefused() throws IOException {
    Path file = write(Way.BIAS, OddInputsTest::forget);
    try (SteeredModel model = SteeredModel.open(file)) {
      Completion few = model.generate(prompt(1, 2, 3)).get(0);
      assertThat(few.tokens()).hasSize(3); // 2 more are run, which the window still holds
      Problem problem = refusal(() -> model.generate(prompt(1, 2, 3, 4, 5, 6)));
      assertThat(problem.code()).isEqualTo(Code.UNKNOWN_CACHE);
      assertThat(problem.notes()).containsExactly("6 were run, and it has 5");
    }
  }

  private static Prompt prompt(long... ids) {
    return Prompt.ofIds(ids).with(s -> s.greedy().maxNewTokens(3).endTokens(Set.of()));
  }

  /** A decoder with another input generates what it does without. */
  private void same(Consumer<GraphProto.Builder> change) throws IOException {
    Prompt[] prompts = {prompt(5, 9, 2, 7), prompt(3)};
    try (SteeredModel plain = SteeredModel.open(write(Way.GROWING, graph -> {}));
        SteeredModel changed = SteeredModel.open(write(Way.GROWING, change))) {
      List<Completion> expected = plain.generate(prompts);
      List<Completion> measured = changed.generate(prompts);
      for (int row = 0; row < prompts.length; row++) {
        assertThat(measured.get(row).orThrow().tokens())
            .isEqualTo(expected.get(row).orThrow().tokens());
      }
    }
  }

  private Path write(Way way, Consumer<GraphProto.Builder> change) throws IOException {
    ModelProto.Builder model = ModelProto.parseFrom(CachedLlama.bytes(way)).toBuilder();
    change.accept(model.getGraphBuilder());
    Path file = Files.createTempDirectory(folder, "odd").resolve("model.onnx");
    return Files.write(file, model.build().toByteArray());
  }

  private static Problem refusal(Runnable work) {
    return catchThrowableOfType(SteercException.class, work::run).problems().get(0);
  }

  private static ValueInfoProto.Builder scalar(GraphProto.Builder graph, String name, int type) {
    TypeProto.Tensor.Builder tensor = TypeProto.Tensor.newBuilder().setElemType(type);
    tensor.getShapeBuilder();
    return graph
        .addInputBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor));
  }

  private static void fix(ValueInfoProto.Builder past) {
    var shape = past.getTypeBuilder().getTensorTypeBuilder().getShapeBuilder();
    shape.getDimBuilder(2).clearDimParam().setDimValue(8);
  }

  /** Keeps the last five tokens only. */
  private static void forget(GraphProto.Builder graph) {
    graph.addInitializer(longs("from", -5));
    graph.addInitializer(longs("to", Long.MAX_VALUE));
    graph.addInitializer(longs("axis", 2));
    for (ValueInfoProto output : List.copyOf(graph.getOutputList())) {
      if (output.getName().startsWith("present")) {
        String whole = output.getName() + ".whole";
        renamed(graph, output.getName(), whole);
        graph.addNode(node("Slice", output.getName(), whole, "from", "to", "axis"));
      }
    }
  }

  /** Has a value be called otherwise by all nodes. */
  private static void renamed(GraphProto.Builder graph, String from, String to) {
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      for (int i = 0; i < node.getInputCount(); i++) {
        node.setInput(i, node.getInput(i).equals(from) ? to : node.getInput(i));
      }
      for (int i = 0; i < node.getOutputCount(); i++) {
        node.setOutput(i, node.getOutput(i).equals(from) ? to : node.getOutput(i));
      }
    }
  }

  private static NodeProto.Builder node(String op, String output, String... inputs) {
    NodeProto.Builder node = NodeProto.newBuilder().setOpType(op).setName("odd/" + output);
    if (op.equals("Gather")) {
      node.addAttribute(AttributeProto.newBuilder().setName("axis").setType(2).setI(0));
    }
    return node.addOutput(output).addAllInput(List.of(inputs));
  }

  private static TensorProto longs(String name, long number) {
    byte[] bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array();
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(INT64)
        .addDims(1)
        .setRawData(ByteString.copyFrom(bytes))
        .build();
  }
}
