package dev.steerc.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.problem.Code;
import dev.steerc.problem.Refusal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Calls of local functions: seen through in the graph, written out only where an edit is inside.
 */
class LocalFunctionTest {
  private static final String TWICE =
      """
      opset 17
      opset local 1
      function local.Add1(x) -> y
        opset 17
        h = Relu(x) @relu
        y = Add(h, x)
      end
      input x float [2]
      a = local.Add1(x) @first
      b = local.Add1(a)
      output b float [2]
      """;

  private static final String NESTED =
      """
      opset 17
      opset local 1
      function local.Inner(x) -> y
        z = Abs(x)
        y = Neg(z)
      end
      function local.Outer(x) -> y
        h = local.Inner(x) @in
        k = local.Inner(h) @in
        y = Add(h, k)
      end
      input x float [2]
      a = local.Outer(x) @out
      output a float [2]
      """;

  private static final String IN_BRANCH =
      """
      opset 17
      opset local 1
      function local.Choose(x, flag) -> y
        h = Relu(x)
        y = If(flag) then
          x = Neg(h)
          output x float [2]
        else
          s = Add(x, h)
          output s float [2]
        end
      end
      input f bool []
      input v float [2]
      y = If(f) then
        c = local.Choose(v, f) @choose
        output c float [2]
      else
        output v float [2]
      end
      output y float [2]
      """;

  @TempDir Path folder;

  @Test
  void nodesOfTheBodyStandForEachCall() {
    check(
        TWICE,
        """
        first/h = Relu(x)
        a = Add(first/h, x)
        b/h = Relu(a)
        b = Add(b/h, a)
        """);
  }

  @Test
  void callsInsideCallsAreSeenThrough() {
    check(
        NESTED,
        """
        out/in/z = Abs(x)
        out/h = Neg(out/in/z)
        out/in~1/z = Abs(out/h)
        out/k = Neg(out/in~1/z)
        a = Add(out/h, out/k)
        """);
  }

  @Test
  void aNodeKnowsTheCallsItCameThrough() {
    Node abs = GraphText.open(folder, NESTED).graph().nodes().get(2);
    assertThat(abs.calls()).extracting(Node::op).containsExactly("Outer", "Inner");
    assertThat(abs.calls()).extracting(Node::label).containsExactly("out", "out/in");
    assertThat(GraphText.open(folder, "a = Relu(x)").graph().nodes().get(0).calls()).isEmpty();
  }

  @Test
  void namesOfSubgraphsAreTheirOwn() {
    Graph then =
        GraphText.open(folder, IN_BRANCH)
            .graph()
            .nodes()
            .get(0)
            .subgraph("then_branch")
            .orElseThrow();
    assertThat(lines(then)).isEqualTo("choose/h = Relu(v)\nc = If(f)\n");
    Node inner = then.nodes().get(1);
    assertThat(lines(inner.subgraph("then_branch").orElseThrow()))
        .isEqualTo("choose/x = Neg(choose/h)\n");
    assertThat(lines(inner.subgraph("else_branch").orElseThrow()))
        .isEqualTo("choose/s = Add(v, choose/h)\n");
  }

  @Test
  void attributesComeFromTheCallOrItsDefaults() {
    String function =
        """
        opset 17
        function local.F(x) -> y {axis, alpha=0.5, mode}
          y = Op(x) {axis=@axis, alpha=@alpha, mode=@mode}
        end
        """;
    Node node = GraphText.open(folder, function + "a = local.F(x) {axis=3}").graph().nodes().get(0);
    assertThat(node.attribute("axis").orElseThrow().i()).isEqualTo(3);
    assertThat(node.attribute("alpha").orElseThrow().f()).isEqualTo(0.5f);
    assertThat(node.attribute("mode")).isEmpty();
  }

  @Test
  void operandsMayBeAbsent() {
    check(
        """
        function local.F(x, bias, gain) -> y, z
          y = Norm(x, gain, bias)
          z = Abs(y)
        end
        a = local.F(x, _, g)
        _, b = local.F(x) @f
        """,
        """
        a = Norm(x, g, _)
        a/z = Abs(a)
        f/y = Norm(x, _, _)
        b = Abs(f/y)
        """);
  }

  @Test
  void whatIsHandedThroughIsAnIdentity() {
    check(
        """
        function local.F(x) -> x, y, y
          y = Relu(x)
        end
        a, b, c = local.F(v) @f
        """,
        """
        b = Relu(v)
        a = Identity(v)
        c = Identity(b)
        """);
  }

  @Test
  void namesThatAreTakenGetAnotherPrefix() {
    check(
        """
        function local.F(x) -> y
          h = Relu(x)
          y = Neg(h)
        end
        f/h = Abs(v)
        a = local.F(f/h) @f
        b = local.F(a) @f
        """,
        """
        f/h = Abs(v)
        f~1/h = Relu(f/h)
        a = Neg(f~1/h)
        f~2/h = Relu(a)
        b = Neg(f~2/h)
        """);
  }

  @Test
  void editsInsideWriteOnlyThatCallOut() {
    checkSplice(
        NESTED,
        file -> {
          Node neg = file.graph().nodes().get(1);
          return List.of(
              new Edit.ReplaceInput(neg, 0, "new"),
              new Edit.InsertBefore(neg, List.of(node("new = Ceil(out/in/z)"))));
        },
        """
        - a = local.Outer(x)
        + out/in/z = Abs(x)
        + new = Ceil(out/in/z)
        + out/h = Neg(new)
        + out/k = local.Inner(out/h)
        + a = Add(out/h, out/k)
        """);
  }

  @Test
  void editsOfWhatACallYieldsLeaveTheCall() {
    checkSplice(
        TWICE,
        file -> {
          Node add = file.graph().nodes().get(1);
          return List.of(
              new Edit.RenameOutput(add, 0, "raw"),
              new Edit.InsertAfter(add, List.of(node("a = Ceil(raw)"))));
        },
        """
        - a = local.Add1(x)
        + raw = local.Add1(x)
        + a = Ceil(raw)
        """);
  }

  @Test
  void whatIsReadInsideAsWellIsEditedInside() {
    checkSplice(
        """
        function local.F(x) -> h, y
          h = Relu(x)
          y = Neg(h)
        end
        a, b = local.F(v) @f
        """,
        file -> {
          Node relu = file.graph().nodes().get(0);
          return List.of(
              new Edit.RenameOutput(relu, 0, "raw"),
              new Edit.InsertAfter(relu, List.of(node("a = Ceil(raw)"))));
        },
        """
        - a, b = local.F(v)
        + raw = Relu(v)
        + a = Ceil(raw)
        + b = Neg(a)
        """);
  }

  @Test
  void editsOfAnInnerCallsResultMoveOutAsFarAsTheyCan() {
    checkSplice(
        NESTED,
        file -> {
          Node last = file.graph().nodes().get(3);
          return List.of(
              new Edit.RenameOutput(last, 0, "raw"),
              new Edit.InsertAfter(last, List.of(node("out/k = Ceil(raw)"))));
        },
        """
        - a = local.Outer(x)
        + out/h = local.Inner(x)
        + raw = local.Inner(out/h)
        + out/k = Ceil(raw)
        + a = Add(out/h, out/k)
        """);
  }

  @Test
  void subgraphsOfABodyAreEdited() {
    checkSplice(
        IN_BRANCH,
        file -> {
          Graph branch = file.graph().nodes().get(0).subgraph("then_branch").orElseThrow();
          Graph inner = branch.nodes().get(1).subgraph("else_branch").orElseThrow();
          return List.of(
              new Edit.RenameOutput(inner.nodes().get(0), 0, "raw"),
              new Edit.InsertAfter(inner.nodes().get(0), List.of(node("choose/s = Ceil(raw)"))));
        },
        """
        -   c = local.Choose(v, f)
        +   choose/h = Relu(v)
        +   c = If(f)
        +   then_branch
        +     choose/x = Neg(choose/h)
        +     output choose/x float [2]
        +   else_branch
        +     raw = Add(v, choose/h)
        +     choose/s = Ceil(raw)
        +     output choose/s float [2]
        """);
  }

  @Test
  void insertionsAroundACallKeepTheirOrder() {
    checkSplice(
        """
        function local.F(x) -> y
          h = Relu(x)
          y = Neg(h)
        end
        p = Abs(v)
        a = local.F(p) @f
        q = Abs(a)
        """,
        file -> {
          List<Node> nodes = file.graph().nodes();
          return List.of(
              new Edit.InsertAfter(nodes.get(0), List.of(node("i = One()"))),
              new Edit.InsertBefore(nodes.get(1), List.of(node("j = Two()"))),
              new Edit.InsertAfter(nodes.get(2), List.of(node("k = Three()"))),
              new Edit.InsertBefore(nodes.get(3), List.of(node("l = Four()"))));
        },
        """
        - a = local.F(p)
        + i = One()
        + j = Two()
        + f/h = Relu(p)
        + a = Neg(f/h)
        + k = Three()
        + l = Four()
        """);
  }

  @Test
  void randomEditsCanBeUndone() {
    Random random = Seed.random("randomEditsCanBeUndone");
    for (String text : List.of(TWICE, NESTED, IN_BRANCH)) {
      ModelFile file = GraphText.open(folder, text);
      for (int round = 0; round < 20; round++) {
        Patch patch = RandomPatch.of(file, random, 1 + random.nextInt(8));
        splice(file, patch);
        ModelProto spliced = SpliceTest.parse(folder.resolve("spliced.onnx"));
        assertThat(spliced.getFunctionsList())
            .isEqualTo(SpliceTest.parse(file.path()).getFunctionsList());
        patch.edits().forEach(edit -> checkThere(edit, spliced));
      }
    }
  }

  /** What an edit puts in is in the file once, wherever that is. */
  private static void checkThere(Edit edit, ModelProto model) {
    List<NodeProto> inserted =
        edit instanceof Edit.InsertBefore before
            ? before.nodes()
            : edit instanceof Edit.InsertAfter after ? after.nodes() : List.of();
    List<NodeProto> all = new ArrayList<>();
    collect(model.getGraph(), all);
    assertThat(all).containsAll(inserted);
  }

  private static void collect(dev.steerc.onnx.proto.GraphProto graph, List<NodeProto> all) {
    all.addAll(graph.getNodeList());
    for (NodeProto node : graph.getNodeList()) {
      node.getAttributeList().forEach(attribute -> collect(attribute.getG(), all));
    }
  }

  @Test
  void anotherOpsetForbidsEditsInside() {
    String model = TWICE.replace("(x) -> y\n  opset 17", "(x) -> y\n  opset 13");
    ModelFile file = GraphText.open(folder, model);
    Node relu = file.graph().nodes().get(0);
    assertThat(relu.obstacle()).contains("it uses opset 13 of `ai.onnx`, the model 17");
    Refusal.check(
        """
        error[local-function]: the call of a local function cannot be changed inside
          --> model.onnx, node `first`
          note: it uses opset 13 of `ai.onnx`, the model 17
          help: steer what the call yields, or inline the functions first
        """,
        () -> Splice.of(file, new Patch(List.of(new Edit.ReplaceInput(relu, 0, "z")))));
    Node add = file.graph().nodes().get(1);
    splice(file, new Patch(List.of(new Edit.RenameOutput(add, 0, "z"))));
  }

  @Test
  void domainsThatTheModelLacksForbidEditsInside() {
    String model =
        "function local.F(x) -> y\nopset other 1\nopset com.microsoft 1\n%s\nend\na = local.F(x)";
    assertThat(obstacle(model.formatted("y = other.Op(x)")))
        .isEqualTo("it uses the operator set `other`, which the model does not import");
    assertThat(obstacle(model.formatted("y = com.microsoft.FastGelu(x)"))).isNull();
  }

  private String obstacle(String model) {
    return GraphText.open(folder, model).graph().nodes().get(0).obstacle().orElse(null);
  }

  @Test
  void functionsDoNotShadowOperators() {
    ModelProto.Builder model = GraphText.model(TWICE).toBuilder();
    model.addFunctions(model.getFunctions(0).toBuilder().setDomain("com.microsoft"));
    model.getFunctionsBuilder(0).setDomain("").setName("Gelu");
    model.getGraphBuilder().getNodeBuilder(0).setDomain("ai.onnx").setOpType("Gelu");
    model.getGraphBuilder().getNodeBuilder(1).setDomain("com.microsoft");
    Graph graph = ModelFile.open(GraphText.write(folder, model.build())).graph();
    assertThat(lines(graph)).isEqualTo("a = Gelu(x)\nb = Add1(a)\n");
  }

  @Test
  void overloadsAreFunctionsOfTheirOwn() {
    ModelProto.Builder model = GraphText.model(TWICE).toBuilder();
    model.addFunctions(
        model.getFunctions(0).toBuilder()
            .setOverload("other")
            .clearNode()
            .addNode(node("y = X()")));
    model.getGraphBuilder().getNodeBuilder(1).setOverload("other");
    Graph graph = ModelFile.open(GraphText.write(folder, model.build())).graph();
    assertThat(lines(graph)).isEqualTo("first/h = Relu(x)\na = Add(first/h, x)\nb = X()\n");
  }

  @Test
  void circlesAreRefused() {
    checkRefused(
        "function local.F(x) -> y\ny = local.G(x)\nend\nfunction local.G(x) -> y\ny = local.F(x)\nend"
            + "\na = local.F(x)",
        """
        error[malformed]: the local function `local.F` contradicts itself
          --> model.onnx
          note: it calls itself, or is called by what it calls
          help: export the model again
        """);
  }

  @Test
  void outputsThatNothingYieldsAreRefused() {
    checkRefused(
        "function local.F(x) -> y, z\ny = Relu(x)\nend\na, b = local.F(x)",
        """
        error[malformed]: the local function `local.F` contradicts itself
          --> model.onnx
          note: nothing in it yields its output `z`
          help: export the model again
        """);
    check("function local.F(x) -> y, z\ny = Relu(x)\nend\na = local.F(x)", "a = Relu(x)\n");
  }

  @Test
  void growthWithoutEndIsRefused() {
    StringBuilder model = new StringBuilder("function local.F0(x) -> y\ny = Relu(x)\nend\n");
    for (int i = 1; i <= 30; i++) {
      String inner = "local.F" + (i - 1);
      model.append(
          "function local.F%d(x) -> y\nh = %s(x)\ny = %s(h)\nend\n".formatted(i, inner, inner));
    }
    checkRefused(
        model + "a = local.F30(x)",
        """
        error[local-function]: the calls of local functions unfold to too much
          --> model.onnx
          note: more than 8 MiB of nodes
          help: inline the functions first, then patch
        """);
    check(model + "a = local.F1(x) @f", "f/h = Relu(x)\na = Relu(f/h)\n");
  }

  @Test
  void longNamesAreNoWayAroundTheLimit() {
    String name = "n".repeat(100_000);
    String body = "g = Relu(x)\n".repeat(200);
    Refusal.check(
        Code.LOCAL_FUNCTION,
        () ->
            GraphText.open(
                    folder,
                    "function local.F(x) -> h\nh = Abs(x)\n"
                        + body
                        + "end\na = local.F(x) @"
                        + name)
                .graph());
  }

  @Test
  void callsNestedTooDeeplyAreRefused() {
    StringBuilder model = new StringBuilder("function local.F0(x) -> y\ny = Relu(x)\nend\n");
    for (int i = 1; i <= 10_000; i++) {
      model.append("function local.F%d(x) -> y\ny = local.F%d(x)\nend\n".formatted(i, i - 1));
    }
    Refusal.check(
        Code.MALFORMED, () -> GraphText.open(folder, model + "a = local.F10000(x)").graph());
    check(model + "a = local.F31(x)", "a = Relu(x)\n");
  }

  @Test
  void aFunctionThatNobodyCallsMayBeAnything() {
    byte[] lying = {(byte) (7 << 3 | 2), 100, 1, 2};
    byte[] function = ByteEdits.field(25, lying);
    byte[] model = GraphText.model("a = Relu(x)").toByteArray();
    byte[] both = java.util.Arrays.copyOf(model, model.length + function.length);
    System.arraycopy(function, 0, both, model.length, function.length);
    Refusal.check(Code.TRUNCATED, () -> ModelFile.open(GraphText.write(folder, both)));
    check("function local.F(x) -> y\nh = local.F(x)\nend\na = Relu(x)", "a = Relu(x)\n");
  }

  @Test
  void fingerprintsAreOfTheFile() {
    String other = TWICE.replace("h = Relu(x)", "h = Ceil(x)");
    String before = Fingerprint.of(GraphText.open(folder, TWICE));
    assertThat(Fingerprint.of(GraphText.open(folder, other))).isNotEqualTo(before);
    ModelFile read = GraphText.open(folder, TWICE);
    read.graph();
    assertThat(Fingerprint.of(read)).isEqualTo(before);
  }

  private void check(String model, String nodes) {
    assertThat(lines(GraphText.open(folder, model).graph())).isEqualTo(nodes);
  }

  private void checkRefused(String model, String text) {
    Refusal.check(text, () -> GraphText.open(folder, model).graph());
  }

  private interface Edits {
    List<Edit> of(ModelFile file);
  }

  private void checkSplice(String model, Edits edits, String difference) {
    ModelFile file = GraphText.open(folder, model);
    splice(file, new Patch(edits.of(file)));
    ModelProto before = SpliceTest.parse(file.path());
    assertThat(GraphLines.diff(before, SpliceTest.parse(folder.resolve("spliced.onnx"))))
        .isEqualTo(difference);
  }

  /** Splices and undoes it. */
  private void splice(ModelFile file, Patch patch) {
    Path output = folder.resolve("spliced.onnx");
    Splice splice = Splice.of(file, patch);
    splice.write(output);
    Path restored = folder.resolve("restored.onnx");
    Splice.undoing(ModelFile.open(output), splice.undo()).write(restored);
    assertThat(restored).hasSameBinaryContentAs(file.path());
  }

  private static NodeProto node(String text) {
    return GraphText.model(text).getGraph().getNode(0);
  }

  private static String lines(Graph graph) {
    return graph.nodes().stream()
        .map(
            node ->
                operands(node.outputs())
                    + " = "
                    + node.op()
                    + "("
                    + operands(node.inputs())
                    + ")\n")
        .collect(Collectors.joining());
  }

  private static String operands(List<String> names) {
    return names.stream().map(n -> n.isEmpty() ? "_" : n).collect(Collectors.joining(", "));
  }
}
