package dev.steerc.cli;

import dev.steerc.Inspection;
import dev.steerc.cli.picture.Words;
import dev.steerc.manifest.Description;
import dev.steerc.manifest.Manifest;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Site;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What {@code steerc inspect} says of a model.
 *
 * @param width of the lines; those with tensors are as long as the names are
 */
record InspectReport(Inspection inspection, Style style, int width) {

  /** The model in a line or two. */
  List<String> summary() {
    String path = inspection.file().path().toString();
    List<String> lines =
        new ArrayList<>(Screen.wrapped(path + ": " + summary(inspection.model()), width));
    lines.replaceAll(line -> line.equals(lines.get(0)) ? line : "  " + line);
    lines.set(0, lines.get(0).replace(path, style.bold(path)));
    inspection.manifest().flatMap(Manifest::thin).map(InspectReport::thin).ifPresent(lines::add);
    return lines;
  }

  private static String thin(Manifest.Thin thin) {
    return "  thin: the weights are in " + Screen.harmless(thin.location());
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

  /** What the blocks are made of, and what follows them. */
  List<String> structure() {
    Description model = inspection.model();
    if (model.anatomy().isEmpty()) {
      return List.of();
    }
    List<String> lines = new ArrayList<>(new BlockTable(model.anatomy()).lines(style, width));
    model.ending().ifPresent(end -> lines.add("  then: " + String.join(", ", Words.ending(end))));
    return lines;
  }

  /** Which sites there are. */
  List<String> kinds() {
    Map<List<String>, List<Integer>> blocks = new LinkedHashMap<>();
    for (int block = 0; block < inspection.model().blocks(); block++) {
      blocks.computeIfAbsent(kinds(block), kinds -> new ArrayList<>()).add(block);
    }
    List<String> lines = new ArrayList<>();
    blocks.forEach(
        (kinds, indices) -> {
          String of = blocks.size() == 1 ? "" : " of " + Numbers.ranges(indices);
          lines.add("  sites" + of + ": " + String.join(", ", kinds));
        });
    lines.replaceAll(line -> line.equals(lines.get(0)) ? line + hint() : line);
    return lines;
  }

  private String hint() {
    return style.faint("; --sites lists their tensors");
  }

  private List<String> kinds(int block) {
    return Stream.of(Site.Kind.values())
        .filter(kind -> inspection.model().sites().containsKey(new Site.InBlock(block, kind)))
        .map(Site.Kind::label)
        .toList();
  }

  /** Every site with its tensor. */
  List<String> sites() {
    Table table = new Table("block", "site", "value", isPatched() ? "steering" : "");
    int[] last = {-1};
    inspection
        .model()
        .sites()
        .forEach(
            (site, value) -> {
              boolean repeats = site.kind() == Site.Kind.RESID_PRE && site.block() > 0;
              String steering = steering(site);
              if (!(repeats && steering.isEmpty())) {
                String block = site.block() == last[0] ? "" : Integer.toString(site.block());
                table.row(block, site.kind().label(), Screen.harmless(value), steering);
                last[0] = site.block();
              }
            });
    List<String> lines = new ArrayList<>(table.lines(style));
    lines.add(style.faint("  resid_pre of a block is resid_post of the one before"));
    return lines;
  }

  /** What a patch has added, in the order of the model. */
  List<String> steering() {
    Map<String, List<String>> ops = new LinkedHashMap<>();
    interventions()
        .forEach(
            each ->
                ops.computeIfAbsent(Screen.harmless(each.site().text()), site -> new ArrayList<>())
                    .add(each.op()));
    List<String> lines = new ArrayList<>();
    if (!ops.isEmpty()) {
      Table table = new Table("site", "steering");
      ops.forEach((site, list) -> table.row(site, String.join(", ", list)));
      lines.addAll(table.lines(style));
    }
    if (inspection.manifest().filter(Manifest::lastLogits).isPresent()) {
      lines.add("  logits of the last position only");
    }
    return lines;
  }

  private String steering(Site site) {
    List<String> ops =
        interventions().filter(each -> each.site().equals(site)).map(Intervention::op).toList();
    return String.join(", ", ops);
  }

  private boolean isPatched() {
    return inspection.manifest().isPresent();
  }

  private Stream<Intervention> interventions() {
    return inspection.manifest().stream().flatMap(each -> each.interventions().stream());
  }

  /**
   * What to do next.
   *
   * @param asked the file or folder that was asked about
   */
  List<String> next(Path asked) {
    int middle = inspection.model().blocks() / 2;
    return isPatched() ? List.of() : List.of("next: steerc patch " + asked + " --layers " + middle);
  }
}
