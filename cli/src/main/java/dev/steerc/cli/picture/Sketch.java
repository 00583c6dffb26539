package dev.steerc.cli.picture;

import dev.steerc.Inspection;
import dev.steerc.manifest.Description;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Site;
import dev.steerc.residual.Anatomy;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What every picture of a residual stream shows, whatever draws it. */
record Sketch(Inspection inspection) {

  /**
   * A value of the stream or of a branch, which may be two sites: what a block leaves is what the
   * next one reads.
   *
   * @param name the sites, as the command line writes them
   * @param value the tensor
   * @param ops what a patch does there; none in a model that is not patched
   */
  record Spot(String name, String value, List<String> ops) {
    boolean isPatched() {
      return !ops.isEmpty();
    }
  }

  /**
   * A branch of a block.
   *
   * @param title what it is
   * @param before the norm that reads the stream for it, or empty
   * @param details what is known of it
   * @param behind the norm of its result, or empty
   */
  record Branch(String title, String before, List<String> details, String behind) {
    /** All its lines in the order of computation. */
    List<String> lines() {
      return Stream.of(List.of(before), List.of(title), details, List.of(behind))
          .flatMap(List::stream)
          .filter(line -> !line.isEmpty())
          .toList();
    }
  }

  Description model() {
    return inspection.model();
  }

  String title() {
    return inspection.file().path().getFileName().toString();
  }

  String summary() {
    Description model = model();
    return model.blocks()
        + (model.blocks() == 1 ? " block" : " blocks")
        + ", hidden "
        + model.hidden()
        + ", "
        + model.dtype();
  }

  /** What the stream begins with. */
  List<String> beginning() {
    List<String> lines = new ArrayList<>(List.of("embedding"));
    if (!model().ids().isEmpty()) {
      lines.add(model().ids());
    }
    model().vocabulary().ifPresent(rows -> lines.add(rows + " tokens"));
    model().context().ifPresent(rows -> lines.add(rows + " positions"));
    return lines;
  }

  /** What follows the last block. */
  List<String> ending() {
    return model().ending().map(Words::ending).orElse(List.of("outputs"));
  }

  boolean isParallel(int block) {
    return anatomy(block)
        .map(Anatomy::isParallel)
        .orElse(spot(block, Site.Kind.RESID_MID).isEmpty());
  }

  boolean hasParallel() {
    return Stream.iterate(0, block -> block < model().blocks(), block -> block + 1)
        .anyMatch(this::isParallel);
  }

  Branch attention(int block) {
    List<String> details = new ArrayList<>();
    anatomy(block).ifPresent(parts -> details.add(parts.attention()));
    anatomy(block).flatMap(Anatomy::heads).ifPresent(heads -> details.add(heads.text() + " heads"));
    anatomy(block).filter(Anatomy::isRotary).ifPresent(parts -> details.add("rotary"));
    return branch(block, "attention", details);
  }

  Branch mlp(int block) {
    return branch(block, "MLP", anatomy(block).stream().map(Anatomy::mlp).toList());
  }

  private Branch branch(int block, String title, List<String> details) {
    return new Branch(title, norm(block, "behind"), details, norm(block, "before"));
  }

  /** The norm of a block, unless it stands on one side only, and that is the other. */
  private String norm(int block, String other) {
    return anatomy(block)
        .filter(parts -> !parts.norm().equals("none") && !parts.normed().equals(other))
        .map(Anatomy::norm)
        .orElse("");
  }

  private Optional<Anatomy> anatomy(int block) {
    return model().anatomy().stream().skip(block).findFirst();
  }

  /** A site's value; what a block leaves is named after the next one's site as well. */
  Optional<Spot> spot(int block, Site.Kind kind) {
    Site.InBlock site = new Site.InBlock(block, kind);
    Site.InBlock next = new Site.InBlock(block + 1, Site.Kind.RESID_PRE);
    boolean isBoth =
        kind == Site.Kind.RESID_POST
            && model().sites().containsKey(next)
            && model().sites().get(next).equals(model().sites().get(site));
    List<Site.InBlock> sites = isBoth ? List.of(site, next) : List.of(site);
    return Optional.ofNullable(model().sites().get(site))
        .map(value -> new Spot(String.join(" = ", names(sites)), value, ops(sites)));
  }

  private static List<String> names(List<Site.InBlock> sites) {
    return sites.stream().map(Site.InBlock::text).toList();
  }

  private List<String> ops(List<Site.InBlock> sites) {
    Set<String> ops = new LinkedHashSet<>();
    interventions().filter(each -> sites.contains(each.site())).forEach(each -> ops.add(each.op()));
    return List.copyOf(ops);
  }

  /** What is steered at values that a user named, which stand nowhere in particular. */
  List<String> named() {
    return interventions()
        .filter(each -> each.site() instanceof Site.Named)
        .map(Intervention::text)
        .toList();
  }

  private Stream<Intervention> interventions() {
    return inspection.manifest().stream().flatMap(each -> each.interventions().stream());
  }
}
