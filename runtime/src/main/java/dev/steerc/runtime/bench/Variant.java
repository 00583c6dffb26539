package dev.steerc.runtime.bench;

import dev.steerc.Steerc;
import dev.steerc.Weights;
import dev.steerc.manifest.Description;
import dev.steerc.plan.AddVector;
import dev.steerc.plan.Bias;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Project;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.ahead.Preparation;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/** A way to patch a model that is measured. */
public enum Variant {
  ADD_ONE("add at one block"),
  ADD_ALL("add at all blocks"),
  PROJECT_ALL("project at all blocks"),
  BIAS_ALL("bias at all blocks"),
  LAST_LOGITS("last logits only"),
  PREPARED("add at one block, prepared");

  private static final List<Site.Kind> PREFERRED =
      List.of(
          Site.Kind.RESID_POST,
          Site.Kind.RESID_PRE,
          Site.Kind.RESID_MID,
          Site.Kind.MLP_OUT,
          Site.Kind.ATTN_OUT);

  private final String text;

  Variant(String text) {
    this.text = text;
  }

  /** What it is called in JSON, such as {@code add-one}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What a table calls it. */
  public String text() {
    return text;
  }

  /** Whether its weights are in the original's file. */
  public boolean isThin() {
    return this != ADD_ONE && this != PREPARED;
  }

  /** Whether the profiler tells its inserted nodes: what is prepared has those of the others. */
  boolean isProfiled() {
    return this != PREPARED;
  }

  /**
   * Patches a model.
   *
   * @param folder where to write, and where those before it in order are
   * @throws SteercException when the model cannot be patched that way
   */
  Path of(Path model, Description description, Path folder) {
    if (this == PREPARED) {
      Path prepared = folder.resolve(label());
      Preparation.write(ADD_ONE.in(folder), prepared);
      return ADD_ONE.in(prepared);
    }
    Request request =
        Request.of(interventions(description), InputMode.OPTIONAL)
            .withLastLogits(this == LAST_LOGITS);
    Steerc.patch(model, request, in(folder), isThin() ? Weights.REFERRED : Weights.AS_THEY_ARE);
    return in(folder);
  }

  private Path in(Path folder) {
    return folder.resolve(label() + ".onnx");
  }

  private List<Intervention> interventions(Description model) {
    if (this == LAST_LOGITS) {
      return List.of();
    }
    List<Site.InBlock> sites = sites(model);
    if (this == ADD_ONE) {
      return List.of(new AddVector(sites.get(sites.size() / 2)));
    }
    return sites.stream().map(this::at).toList();
  }

  private Intervention at(Site site) {
    return switch (this) {
      case PROJECT_ALL -> new Project(site, OptionalInt.empty());
      case BIAS_ALL -> new Bias(site);
      default -> new AddVector(site);
    };
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
