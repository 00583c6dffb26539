package dev.steerc.cli;

import dev.steerc.Inspection;
import dev.steerc.ModelFolder;
import dev.steerc.Steerc;
import dev.steerc.manifest.Description;
import dev.steerc.manifest.Json;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Site;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code steerc inspect}: what is in a model, and where it can be steered. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Show the residual stream of a model: every site that can be steered.",
      "",
      "  steerc inspect gpt2.onnx",
      "  steerc inspect --json gpt2.steered.onnx"
    })
final class InspectCommand implements Runnable {
  @Parameters(paramLabel = "MODEL", description = "A .onnx file, or a folder with several.")
  private Path model;

  @Mixin private Talk talk;

  @Override
  public void run() {
    if (!Files.isDirectory(model)) {
      Inspection inspection = Steerc.inspect(model);
      print(inspection.toMap());
      show(inspection);
      return;
    }
    Map<String, Object> files = new LinkedHashMap<>();
    ModelFolder folder = ModelFolder.open(model);
    talk.warn(folder.doubts());
    for (Map.Entry<Path, Inspection> decoder : folder.decoders().entrySet()) {
      files.put(decoder.getKey().getFileName().toString(), decoder.getValue().toMap());
      show(decoder.getValue());
    }
    print(files);
  }

  private void print(Map<String, Object> document) {
    if (talk.isJson()) {
      System.out.println(Json.write(document));
    }
  }

  private void show(Inspection inspection) {
    Style style = Style.ofTerminal();
    Description model = inspection.model();
    talk.say(style.bold(inspection.file().path().toString()) + ": " + summary(model));
    Table table =
        new Table("block", "site", "value", inspection.manifest().isPresent() ? "steering" : "");
    int[] last = {-1};
    model
        .sites()
        .forEach(
            (site, value) -> {
              boolean repeats = site.kind() == Site.Kind.RESID_PRE && site.block() > 0;
              String steering = steering(inspection, site);
              if (!(repeats && steering.isEmpty())) {
                String block = site.block() == last[0] ? "" : Integer.toString(site.block());
                table.row(block, site.kind().label(), value, steering);
                last[0] = site.block();
              }
            });
    table.lines(style).forEach(talk::say);
    talk.say(style.faint("  resid_pre of a block is resid_post of the one before"));
    named(inspection);
    next(inspection);
  }

  private void named(Inspection inspection) {
    inspection.manifest().stream()
        .flatMap(manifest -> manifest.interventions().stream())
        .filter(intervention -> intervention.site() instanceof Site.Named)
        .forEach(intervention -> talk.say("  steered by name: " + intervention.text()));
  }

  static String summary(Description model) {
    if (model.blocks() == 0) {
      return "no residual stream proven";
    }
    return model.blocks()
        + (model.blocks() == 1 ? " block" : " blocks")
        + ", hidden "
        + model.hidden()
        + ", "
        + model.dtype()
        + model.vocabulary().map(v -> ", vocabulary " + v).orElse("")
        + (model.cache().isPresent() ? ", KV cache" : "")
        + where(model);
  }

  private static String where(Description model) {
    if (model.operator().isPresent()) {
      return ", inside a " + model.operator().get();
    }
    return model.branches() > 1 ? ", in both branches of an If" : "";
  }

  private static String steering(Inspection inspection, Site site) {
    return inspection.manifest().stream()
        .flatMap(manifest -> manifest.interventions().stream())
        .filter(intervention -> intervention.site().equals(site))
        .map(Intervention::op)
        .reduce((a, b) -> a + ", " + b)
        .orElse("");
  }

  private void next(Inspection inspection) {
    if (inspection.manifest().isEmpty()) {
      int middle = inspection.model().blocks() / 2;
      Path name = inspection.file().path();
      talk.say("next: steerc patch " + name + " --layers " + middle);
    }
  }
}
