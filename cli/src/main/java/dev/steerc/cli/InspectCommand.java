package dev.steerc.cli;

import dev.steerc.Explanation;
import dev.steerc.Inspection;
import dev.steerc.ModelFolder;
import dev.steerc.Steerc;
import dev.steerc.manifest.Json;
import java.nio.file.Files;
import java.nio.file.Path;
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
      print(show(model, true));
      return;
    }
    Map<String, Object> files = new LinkedHashMap<>();
    ModelFolder folder = ModelFolder.open(model);
    talk.warn(folder.doubts());
    List<Path> decoders = List.copyOf(folder.decoders().keySet());
    picture.checkFolder(model, decoders);
    Path last = decoders.get(decoders.size() - 1);
    decoders.forEach(
        file -> files.put(file.getFileName().toString(), show(file, file.equals(last))));
    print(files);
  }

  private void print(Map<String, Object> document) {
    if (talk.isJson()) {
      System.out.println(Json.write(document));
    }
  }

  /** Shows a model, the last one with what to do next, and gives the same as a document. */
  private Map<String, Object> show(Path file, boolean isLast) {
    Style style = Style.ofTerminal();
    if (!explain) {
      Inspection found = Steerc.inspect(file);
      show(new InspectReport(found, style, Screen.width()), List.of(), isLast);
      return found.toMap();
    }
    Explanation explanation = Steerc.explain(file);
    EvidenceReport evidence = new EvidenceReport(explanation, style, Screen.width());
    Inspection found = explanation.inspection();
    show(new InspectReport(found, style, Screen.width()), evidence.lines(), isLast);
    return explanation.toMap();
  }

  private void show(InspectReport report, List<String> evidence, boolean isLast) {
    if (picture.isAsked()) {
      picture.draw(report.inspection(), talk);
      return;
    }
    report.summary().forEach(talk::say);
    report.structure().forEach(talk::say);
    evidence.forEach(talk::say);
    (sites ? report.sites() : report.kinds()).forEach(talk::say);
    report.steering().forEach(talk::say);
    if (isLast) {
      report.next(model).forEach(talk::say);
    }
  }
}
