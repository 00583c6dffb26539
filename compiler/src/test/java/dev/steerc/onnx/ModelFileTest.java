package dev.steerc.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.TensorProto;
import dev.steerc.onnx.proto.TensorShapeProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ModelFileTest {
  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("dev.steerc.onnx.Corpus#all")
  void readsWhatProtobufReads(Path path) {
    ModelFile file = ModelFile.open(path);
    ModelProto model = SpliceTest.parse(path);
    assertThat(file.irVersion()).isEqualTo(model.getIrVersion());
    assertThat(file.functions()).hasSize(model.getFunctionsCount());
    model
        .getOpsetImportList()
        .forEach(o -> assertThat(file.opsets()).containsEntry(o.getDomain(), o.getVersion()));
    model
        .getMetadataPropsList()
        .forEach(m -> assertThat(file.metadata()).containsEntry(m.getKey(), m.getValue()));
    checkGraph(file.written(), model.getGraph());
  }

  private static void checkGraph(Graph graph, GraphProto proto) {
    assertThat(graph.name()).isEqualTo(proto.getName());
    checkValues(graph.inputs(), proto.getInputList());
    checkValues(graph.outputs(), proto.getOutputList());
    assertThat(graph.nodes()).hasSize(proto.getNodeCount());
    for (int i = 0; i < proto.getNodeCount(); i++) {
      checkNode(graph, graph.nodes().get(i), proto.getNode(i));
    }
    assertThat(graph.initializers()).hasSize(proto.getInitializerCount());
    proto.getInitializerList().forEach(t -> checkTensor(graph.initializers().get(t.getName()), t));
  }

  private static void checkNode(Graph graph, Node node, NodeProto proto) {
    assertThat(node.op()).isEqualTo(proto.getOpType());
    assertThat(node.domain()).isEqualTo(proto.getDomain());
    assertThat(node.name()).isEqualTo(proto.getName());
    assertThat(node.inputs()).isEqualTo(proto.getInputList());
    assertThat(node.outputs()).isEqualTo(proto.getOutputList());
    for (AttributeProto attribute : proto.getAttributeList()) {
      Attribute read = node.attribute(attribute.getName()).orElseThrow();
      assertThat(read.i()).isEqualTo(attribute.getI());
      assertThat(read.f()).isEqualTo(attribute.getF());
      assertThat(read.s()).isEqualTo(attribute.getS().toStringUtf8());
      assertThat(read.ints()).isEqualTo(attribute.getIntsList());
      if (attribute.hasT()) {
        checkTensor(read.tensor().orElseThrow(), attribute.getT());
      }
      if (attribute.hasG()) {
        assertThat(read.graphs().get(0).outer()).containsSame(graph);
        checkGraph(read.graphs().get(0), attribute.getG());
      }
    }
  }

  private static void checkTensor(Tensor tensor, TensorProto proto) {
    assertThat(tensor.dims()).isEqualTo(proto.getDimsList());
    assertThat(tensor.type().map(ElementType::number)).contains(proto.getDataType());
    boolean inside = proto.getExternalDataCount() == 0;
    assertThat(tensor.external().isEmpty()).isEqualTo(inside);
    if (proto.hasRawData()) {
      assertThat(tensor.payloads())
          .extracting(Span::length)
          .containsExactly(proto.getRawData().size());
    }
  }

  private static void checkValues(List<Value> values, List<ValueInfoProto> protos) {
    assertThat(values).extracting(Value::name).isEqualTo(names(protos));
    for (int i = 0; i < values.size(); i++) {
      ValueInfoProto proto = protos.get(i);
      Value value = values.get(i);
      assertThat(value.type().map(ElementType::number))
          .contains(proto.getType().getTensorType().getElemType());
      TensorShapeProto shape = proto.getType().getTensorType().getShape();
      assertThat(value.shape().orElseThrow())
          .extracting(Dim::size)
          .isEqualTo(
              shape.getDimList().stream()
                  .map(d -> d.hasDimValue() ? d.getDimValue() : -1)
                  .toList());
      assertThat(value.shape().orElseThrow())
          .extracting(Dim::name)
          .isEqualTo(shape.getDimList().stream().map(d -> d.getDimParam()).toList());
    }
  }

  private static List<String> names(List<ValueInfoProto> protos) {
    return protos.stream().map(ValueInfoProto::getName).toList();
  }

  @Test
  void chunkedGraphIsReadAsOne() {
    ModelProto first = GraphText.model("a = Relu(x)\ninput x float [2]\nweight w float [2]");
    ModelProto second = GraphText.model("graph late\nb = Neg(a)\noutput b float [2]");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(first.toByteArray());
    bytes.writeBytes(second.toByteArray());
    Graph graph = ModelFile.open(GraphText.write(folder, bytes.toByteArray())).graph();
    assertThat(graph.nodes()).hasToString("[a = Relu(x), b = Neg(a)]");
    assertThat(graph.name()).isEqualTo("late");
    assertThat(graph.names()).containsExactlyInAnyOrder("a", "b", "w", "x");
    assertThat(graph.producer("b")).containsSame(graph.nodes().get(1));
  }

  @Test
  void typedFieldsAreRead() {
    TensorProto.Builder tensor = TensorProto.newBuilder().addDims(3);
    Graph graph =
        graph(
            tensor
                .clone()
                .setName("i64")
                .setDataType(7)
                .addInt64Data(1)
                .addInt64Data(-2)
                .addInt64Data(3),
            tensor
                .clone()
                .setName("i32")
                .setDataType(6)
                .addInt32Data(4)
                .addInt32Data(5)
                .addInt32Data(6),
            tensor
                .clone()
                .setName("f32")
                .setDataType(1)
                .addFloatData(1)
                .addFloatData(2)
                .addFloatData(3),
            tensor
                .clone()
                .setName("text")
                .setDataType(8)
                .addStringData(ByteString.copyFromUtf8("a")));
    assertThat(graph.initializers().get("i64").longs()).containsExactly(1L, -2L, 3L);
    assertThat(graph.initializers().get("i32").longs()).containsExactly(4L, 5L, 6L);
    assertThat(graph.initializers().get("f32").longs()).isEmpty();
    assertThat(graph.initializers().get("f32").elements()).isEqualTo(3);
    assertThat(graph.initializers().get("text").type()).contains(ElementType.STRING);
  }

  private Graph graph(TensorProto.Builder... tensors) {
    ModelProto.Builder model = GraphText.model("a = Relu(x)").toBuilder();
    List.of(tensors).forEach(model.getGraphBuilder()::addInitializer);
    return ModelFile.open(GraphText.write(folder, model.build())).graph();
  }

  @Test
  void smallIntegersAreReadFromRawBytes() {
    Graph graph =
        GraphText.open(folder, "weight a int64 [2] = 7 -9\nweight b int32 [2] = 1 -1").graph();
    assertThat(graph.initializers().get("a").longs()).containsExactly(7L, -9L);
    assertThat(graph.initializers().get("b").longs()).containsExactly(1L, -1L);
  }

  @Test
  void largeIntegersStayInTheFile() {
    Graph graph = GraphText.open(folder, "weight a int64 [65]").graph();
    assertThat(graph.initializers().get("a").longs()).isEmpty();
  }

  @Test
  void externalReferencesAreRead() {
    Graph graph =
        GraphText.open(folder, "external w float [4, 2] in data/w.bin from 64 to 32").graph();
    assertThat(graph.initializers().get("w").external())
        .contains(new Tensor.External("data/w.bin", 64, 32));
    assertThat(graph.initializers().get("w").payloads()).isEmpty();
  }

  @Test
  void versionsFunctionsAndMetadataAreRead() {
    ModelFile file =
        GraphText.open(
            folder,
            """
            ir 9
            opset ai.onnx 18
            opset com.microsoft 1
            function local.Block(x) -> y
              y = Relu(x)
            end
            meta author me
            a = Relu(x)
            """);
    assertThat(file.irVersion()).isEqualTo(9);
    assertThat(file.opsets()).containsEntry("", 18L).containsEntry("com.microsoft", 1L);
    assertThat(file.functions())
        .extracting(Function::operator)
        .containsExactly(new Operator("local", "Block", ""));
    assertThat(file.metadata()).containsExactly(java.util.Map.entry("author", "me"));
  }

  @Test
  void operandsOfANodeMayBeAbsent() {
    Node node =
        GraphText.open(folder, "a, _, c = ai.onnx.Op(_, x) {axis=3, mode=\"m\"}")
            .graph()
            .nodes()
            .get(0);
    assertThat(node.domain()).isEmpty();
    assertThat(node.input(0)).isEmpty();
    assertThat(node.input(9)).isEmpty();
    assertThat(node.output(1)).isEmpty();
    assertThat(node.output(2)).isEqualTo("c");
    assertThat(node.attribute("axis").orElseThrow().i()).isEqualTo(3);
    assertThat(node.attribute("mode").orElseThrow().s()).isEqualTo("m");
    assertThat(node.label()).isEqualTo("Op -> a");
  }
}
