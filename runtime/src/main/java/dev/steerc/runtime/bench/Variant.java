package dev.steerc.runtime.bench;

import dev.steerc.Steerc;
import dev.steerc.manifest.Description;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.plan.Target;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** A way to patch a model that is measured. */
public enum Variant {
  ADD_ONE("add", false),
  ADD_ALL("add", true),
  PROJECT_ALL("project", true),
  BIAS_ALL("bias", true);

  private static final List<Site.Kind> PREFERRED =
      List.of(
          Site.Kind.RESID_POST,
          Site.Kind.RESID_PRE,
          Site.Kind.RESID_MID,
          Site.Kind.MLP_OUT,
          Site.Kind.ATTN_OUT);

  private final String op;
  private final boolean everywhere;

  Variant(String op, boolean everywhere) {
    this.op = op;
    this.everywhere = everywhere;
  }

  /** What it is called in JSON, such as {@code add-one}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What a table calls it. */
  public String text() {
    return op + (everywhere ? " at all blocks" : " at one block");
  }

  /**
   * Patches a model.
   *
   * @param folder where to write
   * @throws SteercException when the model cannot be patched that way
   */
  Path of(Path model, Description description, Path folder) {
    Path output = folder.resolve(label() + ".onnx");
    Steerc.patch(model, Request.of(interventions(description), InputMode.OPTIONAL), output);
    return output;
  }

  private List<Intervention> interventions(Description model) {
    List<Site.InBlock> sites = sites(model);
    Stream<Site.InBlock> chosen =
        everywhere ? sites.stream() : Stream.of(sites.get(sites.size() / 2));
    return chosen.map(site -> Target.of(site, op, OptionalInt.empty())).toList();
  }

  /** The outputs of the blocks, or what is most like them. */
  private static List<Site.InBlock> sites(Description model) {
    for (Site.Kind kind : PREFERRED) {
      List<Site.InBlock> sites =
          model.sites().keySet().stream().filter(site -> site.kind() == kind).toList();
      if (!sites.isEmpty()) {
        return sites;
      }
    }
    throw Problem.of(Code.NOTHING_TO_DO, "the model has no site to steer at")
        .help("look at it with `steerc inspect`")
        .exception();
  }
}
