package dev.steerc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steerc.Explanation;
import dev.steerc.Steerc;
import dev.steerc.cli.picture.Svg;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.plan.AddVector;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.residual.Anatomy;
import dev.steerc.residual.Heads;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code steerc inspect} says of models; testdata/transcripts has more of it. */
class InspectTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Path GRAPHS = Steered.root().resolve("testdata/graphs");
  private static final Path SHARED = Steered.root().resolve("../shared/graphs").normalize();
  private static final int WIDTH = 100;

  @TempDir Path folder;

  @Test
  void llamaOfTheModelBuilderIsTold() {
    checkShared(
        "llama-genai-fp32",
        """
          block  norm            attention                    heads  MLP         order       weights
            0-3  RMSNorm before  GroupQueryAttention, rotary  4/2    gated SiLU  sequential  float32  fused
          then: RMSNorm, head
          sites: resid_pre, attn_out, resid_mid, mlp_out, resid_post; --sites lists their tensors
        """);
  }

  @Test
  void parallelBlocksAreTold() {
    checkShared(
        "gptneox-withpast",
        """
          block  norm              attention            heads  MLP   order     weights
            0-3  LayerNorm before  spelled out, rotary      4  GELU  parallel  float32
          then: LayerNorm, head
          sites: resid_pre, attn_out, mlp_out, resid_post; --sites lists their tensors
        """);
  }

  @Test
  void decoderInsideASearchIsExplainedAsOne() {
    Path model = Steered.root().resolve("testdata/containers/beam-search.onnx");
    List<String> stream =
        Steerc.explain(model).stream().stream()
            .map(each -> each.what() + ": " + each.because())
            .toList();
    assertThat(stream)
        .contains("graph: a BeamSearch generates with the decoder inside it")
        .noneMatch(line -> line.startsWith("cache"));
  }

  private static void checkShared(String name, String expected) {
    assumeTrue(Files.isDirectory(SHARED), "no ../shared/graphs");
    InspectReport report = report(SHARED.resolve(name).resolve("model.onnx"));
    List<String> lines = new ArrayList<>(report.structure());
    lines.addAll(report.kinds());
    assertThat(String.join("\n", lines)).isEqualTo(expected.stripTrailing());
    assertThat(lines).allMatch(line -> line.length() <= WIDTH);
  }

  private static InspectReport report(Path model) {
    return new InspectReport(Steerc.inspect(model), Style.plain(), WIDTH);
  }

  @Test
  void unlikeBlocksHaveRowsOfTheirOwn() {
    List<Anatomy> blocks =
        IntStream.range(0, 26)
            .mapToObj(block -> block == 0 ? "SiLU" : block % 2 == 0 ? "experts" : "gated GELU")
            .map(InspectTest::anatomy)
            .toList();
    assertThat(String.join("\n", new BlockTable(blocks).lines(Style.plain(), WIDTH)) + "\n")
        .isEqualTo(
            """
              block     norm            attention    heads  MLP         order       weights
              0         RMSNorm around  spelled out  32/8   SiLU        sequential  4-bit    fused
              1,3,…,25  RMSNorm around  spelled out  32/8   gated GELU  sequential  4-bit    fused
              2,4,…,24  RMSNorm around  spelled out  32/8   experts     sequential  4-bit    fused
            """);
  }

  /** What is too wide for a table is a list. */
  @Test
  void narrowTerminalGetsAList() {
    String list =
        String.join("\n", new BlockTable(List.of(anatomy("SiLU"))).lines(Style.plain(), 60));
    assertThat(list + "\n")
        .isEqualTo(
            """
              block      0
              norm       RMSNorm around
              attention  spelled out
              heads      32/8
              MLP        SiLU
              order      sequential
              weights    4-bit
                         fused
            """);
  }

  private static Anatomy anatomy(String mlp) {
    Optional<Heads> heads = Optional.of(new Heads(32, 8));
    return new Anatomy("RMSNorm", "around", "spelled out", heads, false, mlp, false, "4-bit", true);
  }

  @Test
  void rangesReadAsPeopleWriteThem() {
    assertThat(Numbers.ranges(List.of(3))).isEqualTo("3");
    assertThat(Numbers.ranges(List.of(0, 1, 2, 5, 7, 8))).isEqualTo("0-2,5,7-8");
    assertThat(Numbers.ranges(List.of(0, 2, 4))).isEqualTo("0,2,4");
    assertThat(Numbers.ranges(List.of(0, 6, 12, 18, 24))).isEqualTo("0,6,…,24");
    assertThat(Numbers.ranges(List.of(0, 2, 4, 6, 9))).isEqualTo("0,2,4,6,9");
  }

  @Test
  void blocksThatAreAlikeAreExplainedOnce() {
    Explanation explanation = Steerc.explain(GRAPHS.resolve("withpast.onnx"));
    List<String> lines = new EvidenceReport(explanation, Style.plain(), WIDTH).lines();
    assertThat(lines).contains("  block 0, and 1-3 likewise, because");
    assertThat(lines).filteredOn(line -> line.endsWith("because")).hasSize(2);
    assertThat(lines).allMatch(line -> line.length() <= WIDTH);
  }

  @Test
  void coloursAreNothingButColours() throws Exception {
    Steered steered = new Steered(GRAPHS);
    ProcessBuilder forced = steered.builder(List.of(), "inspect", "fused.onnx", "--explain");
    forced.environment().put("CLICOLOR_FORCE", "1");
    String coloured = output(forced);
    forced.environment().put("NO_COLOR", "1");
    String plain = output(forced);
    assertThat(coloured).contains("\u001b[1m");
    assertThat(plain).doesNotContain("\u001b");
    assertThat(coloured.replaceAll("\u001b\\[[0-9;]*m", "")).isEqualTo(plain);
  }

  private static String output(ProcessBuilder builder) throws Exception {
    Process process = builder.redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), "UTF-8");
    assertThat(process.waitFor()).isZero();
    return text;
  }

  /** The patched graph has other names and nodes; what is shown is in the original. */
  @Test
  void patchedModelIsExplainedByItsOriginal() throws Exception {
    Path original = GRAPHS.resolve("fused.onnx");
    Path patched = folder.resolve("patched.onnx");
    Site site = new Site.InBlock(2, Site.Kind.RESID_MID);
    Steerc.patch(original, Request.of(List.of(new AddVector(site)), InputMode.OPTIONAL), patched);
    Explanation explanation = Steerc.explain(patched);
    assertThat(explanation.stream()).isEqualTo(Steerc.explain(original).stream());
    assertThat(explanation.blocks()).isEqualTo(Steerc.explain(original).blocks());
    assertThat(explanation.inspection().model()).isEqualTo(Steerc.inspect(patched).model());
    assertThat(report(patched).steering()).contains("  2.resid_mid  add");
    try (var left = Files.list(folder)) {
      assertThat(left).containsExactly(patched);
    }
  }

  @Test
  void evidenceIsInTheDocument() throws Exception {
    Steered steered = new Steered(GRAPHS);
    String text = steered.run("inspect", "one-block.onnx", "--explain", "--json").output();
    JsonNode evidence = JSON.readTree(text).get("evidence");
    JsonNode first = evidence.get(0);
    assertThat(first.get("block").isNull()).isTrue();
    assertThat(first.get("what").asString()).isEqualTo("beginning");
    assertThat(first.get("node").asString()).isEqualTo("/Add_2");
    assertThat(evidence.valueStream().filter(each -> each.get("block").asInt(-1) == 0))
        .anyMatch(
            each ->
                each.get("what").asString().equals("attention")
                    && each.get("node").asString().equals("/h.0/attn/MatMul_1"));
    JsonNode plain = JSON.readTree(steered.run("inspect", "one-block.onnx", "--json").output());
    assertThat(plain.has("evidence")).isFalse();
    assertThat(plain.get("structure").get(0).get("heads").asInt()).isEqualTo(4);
    assertThat(plain.get("ending").get("head").asString()).isEqualTo("separate");
  }

  /** {@code -Dsteerc.rewrite=true} draws it anew. */
  @Test
  void pictureInTheDocsIsReal() throws Exception {
    Path patched = folder.resolve("steered.onnx");
    Site site = new Site.InBlock(0, Site.Kind.RESID_POST);
    Request request = Request.of(List.of(new AddVector(site)), InputMode.OPTIONAL);
    Steerc.patch(GRAPHS.resolve("one-block.onnx"), request, patched);
    Path shown = Steered.root().resolve("docs/inspect.svg");
    String svg = Svg.of(Steerc.inspect(patched));
    if (Boolean.getBoolean("steerc.rewrite")) {
      Files.writeString(shown, svg);
    }
    assertThat(shown).hasContent(svg);
  }

  @Test
  void pictureGoesToStdoutOrAFile() throws Exception {
    Files.copy(GRAPHS.resolve("one-block.onnx"), folder.resolve("model.onnx"));
    Steered steered = new Steered(folder);
    String printed = steered.run("inspect", "model.onnx", "--svg").output();
    assertThat(printed).startsWith("<svg ").endsWith("</svg>\n");
    assertThat(steered.run("inspect", "model.onnx", "--svg", "-o", "model.svg").output())
        .isEqualTo("wrote model.svg\n");
    assertThat(folder.resolve("model.svg")).hasContent(printed);
    assertThat(steered.run("inspect", "model.onnx", "--dot").output()).startsWith("digraph ");
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() throws Exception {
    Files.copy(GRAPHS.resolve("one-block.onnx"), folder.resolve("model.onnx"));
    Steered steered = new Steered(folder);
    for (List<String> options :
        List.of(
            List.of("--svg", "--dot"), List.of("--svg", "--json"), List.of("-o", "model.txt"))) {
      List<String> arguments = new ArrayList<>(List.of("inspect", "model.onnx"));
      arguments.addAll(options);
      Steered.Run run = steered.run(arguments.toArray(String[]::new));
      assertThat(run.output()).startsWith("error[usage]: ").contains("help: pass ");
      assertThat(run.exit()).isEqualTo(2);
    }
    Steered.Run over = steered.run("inspect", "model.onnx", "--svg", "-o", "model.onnx");
    assertThat(over.output()).startsWith("error[output-is-input]");
  }

  /** A name that would move a terminal's cursor or change its title. */
  @Test
  void namesDoNotSteerTheTerminal() throws Exception {
    ModelProto model = ModelProto.parseFrom(Files.readAllBytes(GRAPHS.resolve("one-block.onnx")));
    GraphProto.Builder graph = model.getGraph().toBuilder();
    String plain = "/h.0/Add_output_0";
    graph
        .getNodeBuilderList()
        .forEach(
            node -> {
              List<String> inputs = new ArrayList<>(node.getInputList());
              List<String> outputs = new ArrayList<>(node.getOutputList());
              Collections.replaceAll(inputs, plain, "a\u001b]0;b\u0007");
              Collections.replaceAll(outputs, plain, "a\u001b]0;b\u0007");
              node.clearInput().addAllInput(inputs).clearOutput().addAllOutput(outputs);
            });
    Path file = folder.resolve("model.onnx");
    Files.write(file, model.toBuilder().setGraph(graph).build().toByteArray());
    String sites = String.join("\n", report(file).sites());
    String evidence =
        String.join("\n", new EvidenceReport(Steerc.explain(file), Style.plain(), WIDTH).lines());
    assertThat(sites + evidence)
        .contains("a\ufffd]0;b\ufffd")
        .doesNotContainPattern("[\u001b\u0007]");
  }
}
