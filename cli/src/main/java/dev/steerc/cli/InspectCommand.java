package dev.steerc.cli;

import dev.steerc.Explanation;
import dev.steerc.Inspection;
import dev.steerc.ModelFolder;
import dev.steerc.Steerc;
import dev.steerc.manifest.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code steerc inspect}: what is in a model, and where it can be steered. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Show what a model is made of, and every site where it can be steered.",
      "",
      "  steerc inspect gpt2.onnx",
      "  steerc inspect gpt2.onnx --explain",
      "  steerc inspect gpt2.steered.onnx --svg -o gpt2.svg"
    })
final class InspectCommand implements Runnable {
  @Parameters(paramLabel = "MODEL", description = "A .onnx file, or a folder with several.")
  private Path model;

  @Option(names = "--sites", description = "List every site with the tensor that holds it.")
  private boolean sites;

  @Option(
      names = "--explain",
      description =
          "Say by which operators each finding shows; of a patched model in its original.")
  private boolean explain;

  @Mixin private PictureArgs picture;
  @Mixin private Talk talk;

  @Override
  public void run() {
    picture.check(model, talk.isJson());
    if (!Files.isDirectory(model)) {
      print(show(model));
      return;
    }
    Map<String, Object> files = new LinkedHashMap<>();
    ModelFolder folder = ModelFolder.open(model);
    talk.warn(folder.doubts());
    Collection<Path> decoders = folder.decoders().keySet();
    picture.checkFolder(model, decoders);
    decoders.forEach(file -> files.put(file.getFileName().toString(), show(file)));
    print(files);
  }

  private void print(Map<String, Object> document) {
    if (talk.isJson()) {
      System.out.println(Json.write(document));
    }
  }

  /** Shows a model, and gives the same as a document. */
  private Map<String, Object> show(Path file) {
    Style style = Style.ofTerminal();
    if (!explain) {
      Inspection found = Steerc.inspect(file);
      show(found, List.of(), style);
      return found.toMap();
    }
    Explanation explanation = Steerc.explain(file);
    EvidenceReport evidence = new EvidenceReport(explanation, style, Screen.width());
    show(explanation.inspection(), evidence.lines(), style);
    return explanation.toMap();
  }

  private void show(Inspection found, List<String> evidence, Style style) {
    if (picture.isAsked()) {
      picture.draw(found, talk);
      return;
    }
    InspectReport report = new InspectReport(found, style, Screen.width());
    report.summary().forEach(talk::say);
    report.structure().forEach(talk::say);
    evidence.forEach(talk::say);
    (sites ? report.sites() : report.kinds()).forEach(talk::say);
    report.steering().forEach(talk::say);
    report.next().forEach(talk::say);
  }
}
