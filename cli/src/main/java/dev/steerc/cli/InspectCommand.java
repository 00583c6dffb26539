package dev.steerc.cli;

import dev.steerc.Inspection;
import dev.steerc.ModelFolder;
import dev.steerc.Steerc;
import dev.steerc.manifest.Json;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Site;
import dev.steerc.residual.Block;
import dev.steerc.residual.Residual;
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
    header = "Show the residual stream of a model: every site that can be steered.%n",
    description = {"  steerc inspect gpt2.onnx", "  steerc inspect --json gpt2.steered.onnx", ""})
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
    for (Map.Entry<Path, Inspection> decoder : ModelFolder.open(model).decoders().entrySet()) {
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
    Style style = Style.out();
    Residual residual = inspection.residual();
    talk.say(style.bold(inspection.file().path().toString()) + ": " + summary(residual));
    Table table = new Table("block", "site", "value", "steering");
    for (Block block : residual.streams().get(0).blocks()) {
      String index = Integer.toString(block.index());
      for (Site.Kind kind : Site.Kind.values()) {
        Site site = new Site.InBlock(block.index(), kind);
        boolean repeats = kind == Site.Kind.RESID_PRE && block.index() > 0;
        String steering = steering(inspection, site);
        if (kind.in(block).isPresent() && !(repeats && steering.isEmpty())) {
          table.row(index, kind.label(), kind.in(block).get().value(), steering);
          index = "";
        }
      }
    }
    table.lines(style).forEach(talk::say);
    talk.say(style.faint("  resid_pre of a block is resid_post of the one before"));
    next(inspection);
  }

  static String summary(Residual residual) {
    String vocabulary =
        residual.vocabulary().isPresent()
            ? ", vocabulary " + residual.vocabulary().getAsLong()
            : "";
    String cache = residual.cache().isPresent() ? ", KV cache" : "";
    String branches = residual.streams().size() > 1 ? ", in both branches of an If" : "";
    return residual.blocks()
        + (residual.blocks() == 1 ? " block" : " blocks")
        + ", hidden "
        + residual.hidden()
        + ", "
        + residual.type().label()
        + vocabulary
        + cache
        + branches;
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
      int middle = inspection.residual().blocks() / 2;
      Path name = inspection.file().path();
      talk.say("next: steerc patch " + name + " --layers " + middle);
    }
  }
}
