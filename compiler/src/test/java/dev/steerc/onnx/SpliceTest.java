package dev.steerc.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpliceTest {
  private static final String NESTED =
      """
      input flag bool []
      y = If(flag) then
        a = Relu(w)
        z = If(flag) then
          b = Neg(a)
          output b float [2]
        else
          b = Abs(a)
          output b float [2]
        end
        output z float [2]
      else
        output w float [2]
      end
      weight w float [2]
      output y float [2]
      """;

  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("dev.steerc.onnx.Corpus#all")
  void noEditsGiveBackTheSameBytes(Path model) {
    Path output = folder.resolve("same.onnx");
    Splice.of(ModelFile.open(model), new Patch(List.of())).write(output);
    assertThat(output).hasSameBinaryContentAs(model);
  }

  @Test
  void interceptChangesOneNodeAndNoConsumer() {
    check(
        """
        input x float [2]
        a = Relu(x)
        b = Neg(a)
        c = Add(a, b)
        output a float [2]
        """,
        file -> {
          Node relu = file.graph().nodes().get(0);
          return List.of(
              new Edit.RenameOutput(relu, 0, "a/raw"),
              new Edit.InsertAfter(relu, List.of(node("a = Abs(a/raw)"))));
        },
        """
        - a = Relu(x)
        + a/raw = Relu(x)
        + a = Abs(a/raw)
        """);
  }

  @Test
  void insertionsAtOnePlaceKeepTheirOrder() {
    check(
        """
        a = Relu(x)
        b = Neg(a)
        """,
        file -> {
          Node relu = file.graph().nodes().get(0);
          Node neg = file.graph().nodes().get(1);
          return List.of(
              new Edit.InsertAfter(relu, List.of(node("p = One()"), node("q = Two()"))),
              new Edit.InsertBefore(neg, List.of(node("r = Three()"))),
              new Edit.InsertAfter(relu, List.of(node("s = Four()"))));
        },
        """
        + p = One()
        + q = Two()
        + r = Three()
        + s = Four()
        """);
  }

  @Test
  void absentOperandsBecomePresent() {
    check(
        """
        a = Relu(x)
        = Neg()
        """,
        file ->
            List.of(
                new Edit.RenameOutput(file.graph().nodes().get(0), 2, "late"),
                new Edit.RenameOutput(file.graph().nodes().get(1), 0, "first"),
                new Edit.ReplaceInput(file.graph().nodes().get(1), 1, "in")),
        """
        - a = Relu(x)
        -  = Neg()
        + a, _, late = Relu(x)
        + first = Neg(_, in)
        """);
  }

  @Test
  void nestedBranchesAreEditedInPlace() {
    check(
        NESTED,
        file -> {
          Graph outer = file.graph().nodes().get(0).subgraph("then_branch").orElseThrow();
          Graph inner = outer.nodes().get(1).subgraph("else_branch").orElseThrow();
          ValueInfoProto tap = ValueInfoProto.newBuilder().setName("t").build();
          return List.of(
              new Edit.RenameOutput(inner.nodes().get(0), 0, "b/raw"),
              new Edit.InsertAfter(inner.nodes().get(0), List.of(node("b = Ceil(b/raw)"))),
              new Edit.AddOutput(inner, tap),
              new Edit.RenameOutput(outer.nodes().get(1), 1, "t"),
              new Edit.AddOutput(outer, tap),
              new Edit.AddOutput(file.graph(), tap));
        },
        """
        -   z = If(flag)
        +   z, t = If(flag)
        -     b = Abs(a)
        +     b/raw = Abs(a)
        +     b = Ceil(b/raw)
        +     output t type 0 []
        +   output t type 0 []
        + output t type 0 []
        """);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 60, 100, 120, 127, 128, 200, 16_000, 16_383, 16_384, 20_000})
  void lengthsGrowByABytePerLevel(int length) {
    ModelFile file = GraphText.open(folder, NESTED);
    Graph outer = file.graph().nodes().get(0).subgraph("then_branch").orElseThrow();
    Node inner = outer.nodes().get(1).subgraph("then_branch").orElseThrow().nodes().get(0);
    Patch patch = new Patch(List.of(new Edit.RenameOutput(inner, 0, "n".repeat(length))));
    checkAgainstReencoding(file, patch, "length " + length);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "merged.onnx",
        "merged-inner.onnx",
        "wire.onnx",
        "fused.onnx",
        "static-idsonly-ir3.onnx",
        "external.onnx",
        "one-block.onnx"
      })
  void spliceEqualsFullReencode(String name) {
    Random random = Seed.random("spliceEqualsFullReencode " + name);
    ModelFile file = ModelFile.open(Corpus.graph(name));
    for (int round = 0; round < 25; round++) {
      Patch patch = RandomPatch.of(file, random, 1 + random.nextInt(40));
      checkAgainstReencoding(file, patch, name + ", round " + round);
    }
  }

  @Test
  void unknownFieldsSurvive() {
    ModelProto.Builder model = GraphText.model(NESTED).toBuilder();
    UnknownFieldSet unknown = unknownFields();
    model.setUnknownFields(unknown).getGraphBuilder().setUnknownFields(unknown);
    model.getGraphBuilder().getNodeBuilder(0).setUnknownFields(unknown);
    model.getGraphBuilder().getNodeBuilder(0).getAttributeBuilder(0).setUnknownFields(unknown);
    ModelFile file = ModelFile.open(GraphText.write(folder, model.build()));
    Random random = Seed.random("unknownFieldsSurvive");
    for (int round = 0; round < 50; round++) {
      checkAgainstReencoding(file, RandomPatch.of(file, random, 12), "round " + round);
    }
  }

  @Test
  void metadataIsTheLastField() {
    Path model = Corpus.graph("wire.onnx");
    Path output = folder.resolve("out.onnx");
    Splice.of(ModelFile.open(model), new Patch(List.of())).withMetadata("k", "v").write(output);
    byte[] before = Corpus.bytes(model);
    assertThat(Corpus.bytes(output)).startsWith(before).hasSize(before.length + 8);
    assertThat(ModelFile.open(output).metadata()).containsEntry("k", "v");
  }

  private void checkAgainstReencoding(ModelFile file, Patch patch, String what) {
    Path output = folder.resolve("spliced.onnx");
    Splice splice = Splice.of(file, patch);
    splice.write(output);
    ModelProto slow = Reencoded.of(file, parse(file.path()), patch);
    assertThat(parse(output).equals(slow)).as(what).isTrue();
    assertThat(output).as(what).hasSize(splice.size());
    Path restored = folder.resolve("restored.onnx");
    Splice.undoing(ModelFile.open(output), splice.undo()).write(restored);
    assertThat(Corpus.bytes(restored)).as(what).isEqualTo(Corpus.bytes(file.path()));
  }

  private interface Edits {
    List<Edit> of(ModelFile file);
  }

  private void check(String model, Edits edits, String difference) {
    ModelFile file = GraphText.open(folder, model);
    Patch patch = new Patch(edits.of(file));
    checkAgainstReencoding(file, patch, "the same message");
    String found = GraphLines.diff(parse(file.path()), parse(folder.resolve("spliced.onnx")));
    assertThat(found).isEqualTo(difference);
  }

  private static NodeProto node(String text) {
    return GraphText.model(text).getGraph().getNode(0);
  }

  private static UnknownFieldSet unknownFields() {
    UnknownFieldSet.Field field =
        UnknownFieldSet.Field.newBuilder()
            .addVarint(-1)
            .addFixed32(7)
            .addFixed64(8)
            .addLengthDelimited(ByteString.copyFromUtf8("x".repeat(90)))
            .addGroup(UnknownFieldSet.newBuilder().build())
            .build();
    return UnknownFieldSet.newBuilder().addField(90, field).addField(100_000, field).build();
  }

  static ModelProto parse(Path file) {
    try {
      return ModelProto.parseFrom(Corpus.bytes(file));
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(file + " is no protobuf", e);
    }
  }
}
