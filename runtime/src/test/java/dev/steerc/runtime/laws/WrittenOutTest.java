package dev.steerc.runtime.laws;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.TextFormat;
import dev.steerc.onnx.Edit;
import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Node;
import dev.steerc.onnx.Patch;
import dev.steerc.onnx.Splice;
import dev.steerc.onnx.proto.ModelProto;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ONNX Runtime gives the same for a call and for what steerc writes in its place. */
class WrittenOutTest {
  private static final String MODEL =
      """
      ir_version: 8
      opset_import { version: 17 }
      opset_import { domain: "f" version: 1 }
      graph {
        name: "g"
        input { name: "x" type { tensor_type { elem_type: 1 shape {
          dim { dim_param: "b" } dim { dim_param: "s" } dim { dim_value: 4 } } } } }
        CALLS
        output { name: "y" type { tensor_type { elem_type: 1 } } }
      }
      functions {
        domain: "DOMAIN" name: "NAME"
        opset_import { version: 17 }
        FUNCTION
      }
      """;

  @TempDir private Path folder;

  @Test
  void attributesAreTheCallsOrTheDefaults() throws Exception {
    check(
        """
        node { domain: "f" op_type: "F" name: "a" input: "x" output: "h"
          attribute { name: "alpha" type: 1 f: 0.25 } }
        node { domain: "f" op_type: "F" name: "b" input: "h" output: "y" }
        """,
        "f",
        "F",
        """
        input: "x" output: "y"
        attribute_proto { name: "alpha" type: 1 f: 0.5 }
        attribute_proto { name: "bias" type: 1 f: 1 }
        node { op_type: "Elu" input: "x" output: "e"
          attribute { name: "alpha" type: 1 ref_attr_name: "alpha" } }
        node { op_type: "Constant" output: "c"
          attribute { name: "value_float" type: 1 ref_attr_name: "bias" } }
        node { op_type: "Add" input: "e" input: "c" output: "y" }
        """);
  }

  @Test
  void optionalOperandsMayBeLeftOut() throws Exception {
    check(
        """
        node { domain: "f" op_type: "F" name: "a" input: "x" output: "" output: "y" }
        """,
        "f",
        "F",
        """
        input: "x" input: "lowest" output: "small" output: "y"
        node { op_type: "Clip" input: "x" input: "lowest" output: "small" }
        node { op_type: "Neg" input: "small" output: "y" }
        """);
  }

  @Test
  void branchesReadWhatIsAroundThem() throws Exception {
    check(
        """
        node { domain: "f" op_type: "F" name: "a" input: "x" output: "h" }
        node { domain: "f" op_type: "F" name: "b" input: "h" output: "y" }
        """,
        "f",
        "F",
        """
        input: "x" output: "y"
        node { op_type: "Abs" input: "x" output: "h" }
        node { op_type: "ReduceMax" input: "x" output: "top" attribute { name: "keepdims" type: 2 i: 0 } }
        node { op_type: "Constant" output: "zero" attribute { name: "value_float" type: 1 f: 0 } }
        node { op_type: "Greater" input: "top" input: "zero" output: "c" }
        node { op_type: "If" input: "c" output: "y"
          attribute { name: "then_branch" type: 5 g { name: "t"
            node { op_type: "Add" input: "h" input: "x" output: "s" } output { name: "s" } } }
          attribute { name: "else_branch" type: 5 g { name: "e"
            node { op_type: "Neg" input: "h" output: "n" } output { name: "n" } } } }
        """);
  }

  /** Why steerc takes no function in ONNX's own domain for what its name means. */
  @Test
  void operatorsWinOverFunctionsOfTheirName() throws Exception {
    Path model =
        model(
            """
            node { op_type: "Relu" name: "a" input: "x" output: "y" }
            """,
            "",
            "Relu",
            """
            input: "x" output: "y"
            node { op_type: "Neg" input: "x" output: "y" }
            """);
    assertThat(run(model)).containsExactly(1, 0, 3, 0, 0, 0.25f, 0, 0);
    assertThat(ModelFile.open(model).graph().nodes()).extracting(Node::op).containsExactly("Relu");
  }

  /** Writes every call out, and changes nothing else. */
  private void check(String calls, String domain, String name, String function) throws Exception {
    Path original = model(calls, domain, name, function);
    ModelFile file = ModelFile.open(original);
    List<Edit> edits = new ArrayList<>();
    file.graph().nodes().forEach(node -> edits.add(new Edit.InsertBefore(node, List.of())));
    Path written = folder.resolve("written.onnx");
    Splice.of(file, new Patch(edits)).write(written);
    assertThat(ModelFile.open(written).written().nodes())
        .hasSameSizeAs(edits)
        .noneMatch(node -> node.op().equals(name));
    assertThat(run(written)).containsExactly(run(original));
  }

  private Path model(String calls, String domain, String name, String function) throws Exception {
    String text =
        MODEL
            .replace("CALLS", calls)
            .replace("DOMAIN", domain)
            .replace("NAME", name)
            .replace("FUNCTION", function);
    ModelProto.Builder model = ModelProto.newBuilder();
    TextFormat.merge(text, model);
    return Files.write(folder.resolve("model.onnx"), model.build().toByteArray());
  }

  private static float[] run(Path model) throws OrtException {
    float[][][] x = {{{1, -2, 3, -4}, {-0.5f, 0.25f, 0, -8}}};
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(model.toString());
        OnnxTensor input = OnnxTensor.createTensor(environment, x);
        OrtSession.Result result = session.run(Map.of("x", input))) {
      OnnxTensor y = (OnnxTensor) result.get(0);
      float[] floats = new float[y.getFloatBuffer().remaining()];
      y.getFloatBuffer().get(floats);
      return floats;
    }
  }
}
