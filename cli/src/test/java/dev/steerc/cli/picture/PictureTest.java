package dev.steerc.cli.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steerc.Inspection;
import dev.steerc.Steerc;
import dev.steerc.models.Gpt2;
import dev.steerc.models.RandomGpt2;
import dev.steerc.models.TestData;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import dev.steerc.plan.AddVector;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** Pictures show every site, and are well-formed whatever a model's names are. */
class PictureTest {
  private static final Path GRAPHS = TestData.root().resolve("testdata/graphs");
  private static final Path SHARED = TestData.root().resolve("../shared/graphs").normalize();

  /** What no tensor should be called, and what a file may call one all the same. */
  private static final String HOSTILE =
      "</text><script>alert(1)</script>\"];\n\u0007 a -> b \\N &lt;'";

  @TempDir Path folder;

  static List<Path> graphs() throws IOException {
    try (Stream<Path> files = Files.list(GRAPHS)) {
      return files.filter(file -> file.toString().endsWith(".onnx")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("graphs")
  void everySiteIsInBothPictures(Path graph) throws Exception {
    check(Steerc.inspect(graph));
  }

  @Test
  void realExportsAreDrawn() throws Exception {
    assumeTrue(Files.isDirectory(SHARED), "no ../shared/graphs");
    for (String name : List.of("llama-genai-fp32", "gptneox-withpast")) {
      check(Steerc.inspect(SHARED.resolve(name).resolve("model.onnx")));
    }
  }

  /** A site's mark has a hint that begins with its name and ends with its tensor. */
  private static void check(Inspection model) throws Exception {
    List<String> hints = texts(svg(model), "title");
    DotReader dot = DotReader.read(Dot.of(model));
    model
        .model()
        .sites()
        .forEach(
            (site, value) -> {
              assertThat(hints)
                  .anyMatch(hint -> hint.endsWith(": " + value) && hint.contains(site.text()));
              assertThat(dot.nodes.values())
                  .anyMatch(
                      node ->
                          node.get("label").contains(site.text())
                              && node.get("label").contains(value));
            });
    assertThat(dot.edges.keySet())
        .allMatch(edge -> Stream.of(edge.split(" -> ")).allMatch(dot.nodes::containsKey));
  }

  @Test
  void streamRunsThroughAllItsSums() {
    DotReader dot = DotReader.read(Dot.of(Steerc.inspect(GRAPHS.resolve("one-block.onnx"))));
    List<String> stream = new ArrayList<>(dot.edges.keySet());
    stream.removeIf(edge -> dot.edges.get(edge).isEmpty());
    assertThat(stream)
        .containsExactly(
            "beginning -> 0.resid_pre",
            "0.resid_pre -> 0 sum of attention",
            "0 sum of attention -> 0.resid_mid",
            "0.resid_mid -> 0 sum of mlp",
            "0 sum of mlp -> 0.resid_post",
            "0.resid_post -> ending");
    assertThat(dot.edges).containsKeys("0.resid_mid -> 0 MLP", "0 MLP -> 0.mlp_out");
    assertThat(dot.nodes.get("0 attention").get("label"))
        .isEqualTo("LayerNorm\\nattention\\nspelled out\\n4 heads");
  }

  @Test
  void patchedSitesStandOut() throws Exception {
    Path patched = folder.resolve("patched.onnx");
    Site site = new Site.InBlock(2, Site.Kind.RESID_PRE);
    Site named = new Site.Named("/h.1/mlp/c_fc/Reshape_1_output_0");
    Request request =
        Request.of(
            List.of(new AddVector(site), new Tap(site), new AddVector(named)), InputMode.OPTIONAL);
    Steerc.patch(GRAPHS.resolve("withpast.onnx"), request, patched);
    Inspection model = Steerc.inspect(patched);
    Document svg = svg(model);
    assertThat(texts(svg, "text", "name patched")).containsExactly("1.resid_post = 2.resid_pre");
    assertThat(texts(svg, "text", "ops")).containsExactly("add, tap");
    assertThat(texts(svg, "text")).contains("value:/h.1/mlp/c_fc/Reshape_1_output_0:add");
    DotReader dot = DotReader.read(Dot.of(model));
    assertThat(dot.nodes.get("1.resid_post").get("label")).endsWith("\\nadd, tap");
    assertThat(dot.nodes.get("1.resid_post").get("fillcolor"))
        .isNotEqualTo(dot.nodes.get("0.resid_post").get("fillcolor"));
  }

  @Test
  void hostileNamesAreTextAndNothingElse() throws Exception {
    Path hostile = folder.resolve("<b>&\"hostile\".onnx");
    Files.write(hostile, renamed("/h.0/Add_output_0", "input_ids").toByteArray());
    Inspection model = Steerc.inspect(hostile);
    assertThat(model.model().sites()).containsValue(HOSTILE + "/h.0/Add_output_0");
    Document svg = svg(model);
    assertThat(svg.getElementsByTagName("script").getLength()).isZero();
    String shown = HOSTILE.replaceAll("[\n\u0007]", "\ufffd");
    assertThat(texts(svg, "title")).contains("0.resid_mid: " + shown + "/h.0/Add_output_0");
    assertThat(texts(svg, "text")).contains(shown.substring(0, 9) + "…nput_ids");
    DotReader dot = DotReader.read(Dot.of(model));
    assertThat(dot.nodes.keySet())
        .containsExactlyInAnyOrderElementsOf(
            DotReader.read(Dot.of(Steerc.inspect(GRAPHS.resolve("one-block.onnx"))))
                .nodes
                .keySet());
    assertThat(dot.nodes.get("0.resid_mid").get("label"))
        .contains("alert(1)</script>\\\"];", "\\\\N &amp;lt;'");
  }

  private static ModelProto renamed(String... names) throws IOException {
    ModelProto model = ModelProto.parseFrom(Files.readAllBytes(GRAPHS.resolve("one-block.onnx")));
    GraphProto.Builder graph = model.getGraph().toBuilder();
    for (String name : names) {
      String other = HOSTILE + name;
      for (NodeProto.Builder node : graph.getNodeBuilderList()) {
        for (int i = 0; i < node.getInputCount(); i++) {
          node.setInput(i, node.getInput(i).equals(name) ? other : node.getInput(i));
        }
        for (int i = 0; i < node.getOutputCount(); i++) {
          node.setOutput(i, node.getOutput(i).equals(name) ? other : node.getOutput(i));
        }
      }
      for (ValueInfoProto.Builder input : graph.getInputBuilderList()) {
        input.setName(input.getName().equals(name) ? other : input.getName());
      }
    }
    return model.toBuilder().setGraph(graph).build();
  }

  @Test
  void eightyBlocksFitIntoOnePicture() throws Exception {
    Path big = folder.resolve("big.onnx");
    RandomGpt2.write(big, new Gpt2.Config(80, 16, 4, 64, 32), 1, false);
    Inspection model = Steerc.inspect(big);
    check(model);
    Element picture = svg(model).getDocumentElement();
    double bottom = Double.parseDouble(picture.getAttribute("height"));
    NodeList marks = picture.getElementsByTagName("circle");
    assertThat(marks.getLength()).isEqualTo(1 + 1 + 4 * 80);
    for (int i = 0; i < marks.getLength(); i++) {
      double at = Double.parseDouble(((Element) marks.item(i)).getAttribute("cy"));
      assertThat(at).isBetween(0.0, bottom);
    }
  }

  @Test
  void pictureNeedsNothingFromElsewhere() {
    String svg = Svg.of(Steerc.inspect(GRAPHS.resolve("fused.onnx")));
    assertThat(svg.replace("xmlns=\"http://www.w3.org/2000/svg\"", ""))
        .doesNotContain("http", "@import", "@font-face", "href", "<image");
    assertThat(svg).contains("prefers-color-scheme: dark");
  }

  private static Document svg(Inspection model) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(Svg.of(model))));
  }

  private static List<String> texts(Document svg, String element, String... css) {
    NodeList found = svg.getElementsByTagName(element);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < found.getLength(); i++) {
      Element each = (Element) found.item(i);
      if (css.length == 0 || each.getAttribute("class").equals(css[0])) {
        texts.add(each.getTextContent());
      }
    }
    return texts;
  }
}
