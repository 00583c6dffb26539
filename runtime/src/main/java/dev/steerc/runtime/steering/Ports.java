package dev.steerc.runtime.steering;

import dev.steerc.manifest.Manifest;
import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Value;
import dev.steerc.plan.AddVector;
import dev.steerc.plan.Bias;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Project;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The steering inputs and taps of one model.
 *
 * @param sites the inputs by site
 * @param taps the outputs by site
 * @param required whether every run has to feed all inputs
 * @param blocks the blocks of the model
 * @param base the fingerprint of the model before it was patched
 * @param model what problems call the model
 */
public record Ports(
    Map<Site, SitePorts> sites,
    Map<Site, String> taps,
    boolean required,
    int blocks,
    String base,
    String model) {

  /**
   * The inputs at one site.
   *
   * @param width of the stream there
   * @param add the input that is added, if there is one
   * @param bias the input that carries the bias of a branch, if there is one
   * @param project the inputs of a projection by role, if there are any
   * @param rank the rank that the projection is fixed to; 0 when it is free
   * @param addFirst whether the projection sees what was added
   */
  record SitePorts(
      int width,
      Optional<String> add,
      Optional<CarryingBias> bias,
      Optional<Map<String, String>> project,
      int rank,
      boolean addFirst) {

    /** Whether a vector has to be the same for all rows and tokens of a run. */
    boolean takesOneVector() {
      return bias.isPresent() && add.isEmpty() && project.isEmpty();
    }

    /** Whether vectors are added through the input for that; else as part of the projection. */
    boolean addsApart() {
      return add.isPresent() && (addFirst || project.isEmpty());
    }
  }

  /**
   * The bias of a branch as an input.
   *
   * @param own what it is without a vector
   */
  record CarryingBias(String input, FloatBuffer own) {}

  /** The same, with another name of the model in problems. */
  public Ports called(String name) {
    return new Ports(sites, taps, required, blocks, base, name);
  }

  /** The ports that a manifest promises. */
  public static Ports of(ModelFile file, Manifest manifest) {
    Map<Site, List<Intervention>> bySite = new LinkedHashMap<>();
    Map<Site, String> taps = new LinkedHashMap<>();
    for (Intervention one : manifest.interventions()) {
      if (one instanceof Tap tap) {
        taps.put(tap.site(), tap.output());
      } else {
        bySite.computeIfAbsent(one.site(), site -> new ArrayList<>()).add(one);
      }
    }
    Map<Site, SitePorts> sites = new LinkedHashMap<>();
    bySite.forEach((site, edits) -> sites.put(site, ports(file, manifest, edits)));
    return new Ports(
        sites,
        taps,
        manifest.mode() == InputMode.REQUIRED,
        manifest.model().blocks(),
        manifest.fingerprint(),
        file.where());
  }

  /** The ports of a model that is not patched: none. */
  public static Ports none(int blocks, String base, String model) {
    return new Ports(Map.of(), Map.of(), false, blocks, base, model);
  }

  private static SitePorts ports(ModelFile file, Manifest manifest, List<Intervention> edits) {
    Optional<String> add = Optional.empty();
    Optional<CarryingBias> bias = Optional.empty();
    Optional<Map<String, String>> project = Optional.empty();
    int rank = 0;
    boolean addFirst = false;
    for (Intervention edit : edits) {
      Map<String, String> names = manifest.ports().get(edit.text());
      if (edit instanceof AddVector) {
        add = Optional.of(names.get("add"));
        addFirst = project.isEmpty();
      } else if (edit instanceof Bias) {
        bias = Optional.of(bias(file, names.get("branch_bias")));
      } else if (edit instanceof Project projection) {
        project = Optional.of(names);
        rank = projection.rank().orElse(0);
      }
    }
    Map<String, String> first = manifest.ports().get(edits.get(0).text());
    String wide = first.getOrDefault("write", first.values().iterator().next());
    return new SitePorts(width(file, wide), add, bias, project, rank, addFirst);
  }

  private static CarryingBias bias(ModelFile file, String input) {
    return Optional.ofNullable(file.graph().initializers().get(input))
        .flatMap(tensor -> tensor.floats(file))
        .map(own -> new CarryingBias(input, own))
        .orElseThrow(() -> new IllegalStateException("no default of " + input));
  }

  /** The last dimension of an input. */
  private static int width(ModelFile file, String input) {
    return file.graph().inputs().stream()
        .filter(value -> value.name().equals(input))
        .findFirst()
        .flatMap(Value::shape)
        .map(dims -> (int) dims.get(dims.size() - 1).size())
        .orElseThrow(() -> new IllegalStateException("no input " + input));
  }

  /** Whether an edit acts through a projection whose rank is fixed. */
  public boolean isOfFixedRank(Bound bound) {
    return bound.edits().keySet().stream().anyMatch(site -> sites.get(site).rank() > 0);
  }

  /** Whether the model has what an intervention puts in, at its site. */
  public boolean has(Intervention intervention) {
    if (intervention instanceof Tap tap) {
      return taps.containsKey(tap.site());
    }
    SitePorts here = sites.get(intervention.site());
    if (here == null) {
      return false;
    }
    return intervention instanceof Bias
        ? here.bias().isPresent()
        : (intervention instanceof AddVector ? here.add() : here.project()).isPresent();
  }

  /** Whether there are sites where all rows and tokens of a run have the same vector. */
  public boolean takeOneVector() {
    return sites.values().stream().anyMatch(SitePorts::takesOneVector);
  }

  /**
   * Checks that the tokens of each run get the same at the sites where they have to.
   *
   * @param tokens how many tokens of the text are run at once, from its start
   * @throws dev.steerc.problem.SteercException when they do not
   */
  public void checkOneVector(Bound bound, int prompt, int tokens) {
    Schedule schedule = new Schedule(prompt, bound);
    sites.forEach(
        (site, here) -> {
          if (here.takesOneVector()) {
            new Lowering(here, List.of(schedule.at(site, 0, tokens)), tokens).checkOneVector();
          }
        });
  }

  /** Whether two texts can run together: where a run has one vector, they have the same. */
  public boolean areAlike(Schedule a, Schedule b) {
    return sites.entrySet().stream()
        .filter(site -> site.getValue().takesOneVector())
        .allMatch(site -> a.isAlike(b, site.getKey()));
  }

  /** The places that can be steered, in the order of their effect. */
  public Set<Site> steerable() {
    return sites.keySet();
  }

  /** The width of the stream at a site, as far as the inputs tell it; else 0. */
  int width(Site site) {
    SitePorts here = sites.get(site);
    if (here != null) {
      return here.width();
    }
    return sites.keySet().stream()
        .filter(other -> site instanceof Site.InBlock && other instanceof Site.InBlock)
        .mapToInt(other -> sites.get(other).width())
        .findFirst()
        .orElse(0);
  }

  /**
   * Fits a steering to this model.
   *
   * @param anyBase whether vectors that were made for another model are taken as well
   * @throws dev.steerc.problem.SteercException with all that does not fit
   */
  public Bound bind(Steering steering, boolean anyBase) {
    return new Binder(this, anyBase).bind(steering);
  }
}
