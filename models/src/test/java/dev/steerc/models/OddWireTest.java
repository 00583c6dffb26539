package dev.steerc.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.TensorProto;
import org.junit.jupiter.api.Test;

class OddWireTest {
  private final TestGraph graph = TestData.graph("wire");
  private final byte[] bytes = graph.bytes().get("wire.onnx");

  @Test
  void theGraphComesInThreePieces() throws Exception {
    var in = CodedInputStream.newInstance(bytes);
    int pieces = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      pieces += WireFormat.getTagFieldNumber(tag) == 7 ? 1 : 0;
      in.skipField(tag);
    }
    assertThat(pieces).isEqualTo(3);
  }

  @Test
  void unknownFieldsLieInEveryKindOfMessage() throws Exception {
    var model = ModelProto.parseFrom(bytes);
    assertThat(model.getUnknownFields().hasField(90)).isTrue();
    assertThat(model.getGraph().getUnknownFields().hasField(1000)).isTrue();
    assertThat(model.getGraph().getNodeList()).anyMatch(OddWireTest::strange);
    assertThat(model.getGraph().getInitializerList()).anyMatch(OddWireTest::strange);
  }

  @Test
  void parsingGivesBackFewerBytes() throws Exception {
    assertThat(ModelProto.parseFrom(bytes).getSerializedSize()).isLessThan(bytes.length);
  }

  @Test
  void someNumbersAreInTypedFields() throws Exception {
    var tensors = ModelProto.parseFrom(bytes).getGraph().getInitializerList();
    assertThat(tensors).anyMatch(tensor -> tensor.getFloatDataCount() > 0);
    assertThat(tensors).anyMatch(TensorProto::hasRawData);
  }

  private static boolean strange(NodeProto node) {
    return node.getUnknownFields().hasField(90);
  }

  private static boolean strange(TensorProto tensor) {
    return tensor.getUnknownFields().hasField(90);
  }
}
