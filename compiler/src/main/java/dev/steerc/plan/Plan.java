package dev.steerc.plan;

import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Patch;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.residual.Clip;
import dev.steerc.residual.NamedValue;
import dev.steerc.residual.Place;
import dev.steerc.residual.Residual;
import dev.steerc.residual.Stream;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Interventions that are known to be possible in a model, in canonical order. */
public final class Plan {

  /** Above any number of blocks: added to it, all numbers have as many digits. */
  private static final int MOST_BLOCKS = 1_000_000;

  /**
   * By block and site; what is at one site keeps the order that the user gave, behind a bias, which
   * is in the branch.
   */
  private static final Comparator<Intervention> CANONICAL =
      Comparator.comparing(Plan::order).thenComparing(one -> !(one instanceof Bias));

  /**
   * An intervention with everything that carrying it out needs.
   *
   * @param places where its site is: one, or one in each branch of an {@code If}
   * @param width the last dimension of the value
   * @param bias what the branch there ends in, where that is steered; else empty
   */
  public record Step(Intervention intervention, List<Place> places, int width, FloatBuffer bias) {
    Step(Intervention intervention, List<Place> places, int width) {
      this(intervention, places, width, FloatBuffer.allocate(0));
    }

    public List<Port> ports() {
      return intervention.ports(this);
    }
  }

  private final ModelFile file;
  private final Optional<Residual> residual;
  private final List<Step> steps;
  private final InputMode mode;
  private final boolean lastLogits;
  private final Patch patch;

  private Plan(
      ModelFile file,
      Optional<Residual> residual,
      List<Step> steps,
      InputMode mode,
      boolean lastLogits) {
    this.file = file;
    this.residual = residual;
    this.steps = List.copyOf(steps);
    this.mode = mode;
    this.lastLogits = lastLogits;
    this.patch = Rewrite.of(this);
  }

  /**
   * Checks interventions against a model.
   *
   * @param residual the model's stream; may be empty when every site is a named value
   * @throws SteercException with every problem found
   */
  public static Plan of(
      ModelFile file,
      Optional<Residual> residual,
      List<Intervention> interventions,
      InputMode mode) {
    return of(file, residual, interventions, mode, false);
  }

  /**
   * Checks interventions against a model.
   *
   * @param lastLogits whether the model is to score the last position of each row only
   */
  public static Plan of(
      ModelFile file,
      Optional<Residual> residual,
      List<Intervention> interventions,
      InputMode mode,
      boolean lastLogits) {
    if (interventions.isEmpty() && !lastLogits) {
      throw Problem.of(Code.NOTHING_TO_DO, "no intervention is asked for")
          .help("say where: --layers 6, or --at 6.resid_post:add")
          .exception();
    }
    List<Problem> problems = new ArrayList<>();
    List<Step> steps = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Intervention intervention : interventions.stream().sorted(CANONICAL).toList()) {
      if (!seen.add(intervention.site().path() + ":" + intervention.op())) {
        problems.add(duplicate(intervention));
        continue;
      }
      try {
        Step step = checked(file, resolve(file, residual, intervention));
        steps.add(new Biases(file, mode).with(step));
      } catch (SteercException e) {
        e.problems().stream().filter(p -> !problems.contains(p)).forEach(problems::add);
      }
    }
    if (!problems.isEmpty()) {
      throw new SteercException(problems);
    }
    Biases.check(file, steps);
    Plan plan = new Plan(file, residual, steps, mode, lastLogits);
    plan.refuseTakenNames();
    return plan;
  }

  public ModelFile file() {
    return file;
  }

  public Optional<Residual> residual() {
    return residual;
  }

  public List<Step> steps() {
    return steps;
  }

  public InputMode mode() {
    return mode;
  }

  /** Whether the model is to score the last position of each row only. */
  public boolean lastLogits() {
    return lastLogits;
  }

  /** What carries the plan out, in graph terms. */
  public Patch patch() {
    return patch;
  }

  /** What is possible and may still not be what is wanted, one sentence each. */
  public List<String> warnings() {
    int first =
        steps.stream()
            .map(Step::intervention)
            .filter(Intervention::edits)
            .filter(intervention -> intervention.site() instanceof Site.InBlock)
            .map(intervention -> (Site.InBlock) intervention.site())
            .mapToInt(site -> Clip.order(site.block(), site.kind().ordinal()))
            .min()
            .orElse(Integer.MAX_VALUE);
    return residual.stream()
        .flatMap(found -> found.streams().get(0).clips().stream())
        .filter(clip -> clip.order() >= first)
        .min(Comparator.comparing((Clip clip) -> !clip.ofStream()).thenComparing(Clip::high))
        .map(Plan::clipped)
        .stream()
        .toList();
  }

  private static String clipped(Clip clip) {
    String what = clip.ofStream() ? "the stream" : "what is computed behind it";
    String beyond =
        Double.isNaN(clip.high())
            ? "its range"
            : String.format(Locale.ROOT, "%.4g .. %.4g", clip.low(), clip.high());
    return "`%s` quantises %s with a scale that was fixed without steering"
            .formatted(clip.node(), what)
        + ": values outside of "
        + beyond
        + " are cut off";
  }

  private static String order(Intervention intervention) {
    return intervention.site() instanceof Site.InBlock site
        ? MOST_BLOCKS + site.block() + "." + site.kind().ordinal()
        : "value." + intervention.site().path();
  }

  private static Step resolve(
      ModelFile file, Optional<Residual> residual, Intervention intervention) {
    if (intervention.site() instanceof Site.Named named) {
      NamedValue value = NamedValue.find(file, named.value());
      return new Step(intervention, value.places(), value.width());
    }
    Residual found = residual.orElseThrow(() -> new IllegalStateException("no residual stream"));
    return new Step(
        intervention, places(file, found, (Site.InBlock) intervention.site()), found.hidden());
  }

  private static Step checked(ModelFile file, Step step) {
    if (step.intervention() instanceof Project project && project.rank().orElse(1) > step.width()) {
      throw Problem.of(Code.RANK_TOO_HIGH, "rank " + project.rank().getAsInt() + " is too high")
          .at(file.where())
          .note("the value has " + step.width() + " channels")
          .help("a few directions are the rule, such as --rank 2")
          .exception();
    }
    return step;
  }

  private static List<Place> places(ModelFile file, Residual residual, Site.InBlock site) {
    if (site.block() < 0 || site.block() >= residual.blocks()) {
      throw outOfRange(file, residual, site.block()).exception();
    }
    List<Place> places = new ArrayList<>();
    for (Stream stream : residual.streams()) {
      Optional<Place> place = site.kind().in(stream.blocks().get(site.block()));
      places.add(place.orElseThrow(() -> absent(file, stream, site).exception()));
    }
    return places;
  }

  static Problem outOfRange(ModelFile file, Residual residual, long block) {
    int last = residual.blocks() - 1;
    String graph = residual.streams().get(0).graph().name();
    return Problem.of(Code.LAYER_OUT_OF_RANGE, "layer " + block + " does not exist")
        .at(file.where() + ", graph `" + graph + "`: " + (last + 1) + " layers, 0.." + last)
        .help(
            "pass --layers 0.."
                + last
                + ", or list the sites with `steerc inspect "
                + file.where()
                + "`");
  }

  private static Problem absent(ModelFile file, Stream stream, Site.InBlock site) {
    List<String> sites = new ArrayList<>();
    for (Site.Kind kind : Site.Kind.values()) {
      kind.in(stream.blocks().get(site.block())).ifPresent(place -> sites.add(kind.label()));
    }
    String why =
        site.kind() == Site.Kind.RESID_MID && stream.blocks().get(site.block()).isParallel()
            ? "its attention and MLP run in parallel"
            : "no tensor of the graph holds it";
    return Problem.of(
            Code.SITE_NOT_IN_GRAPH,
            "block " + site.block() + " has no `" + site.kind().label() + "`")
        .at(file.where() + ", graph `" + stream.graph().name() + "`")
        .note(why)
        .help("its sites are " + String.join(", ", sites));
  }

  private static Problem duplicate(Intervention intervention) {
    return Problem.of(
            Code.DUPLICATE_INTERVENTION,
            "`" + intervention.op() + "` is asked for twice at " + intervention.site().text())
        .help("ask for it once; several vectors at one site are added up before they are fed");
  }

  private void refuseTakenNames() {
    Set<String> taken = file.graph().names();
    List<Problem> problems = new ArrayList<>();
    for (String name : new TreeSet<>(Rewrite.names(patch))) {
      if (taken.contains(name)) {
        problems.add(
            Problem.of(Code.NAME_TAKEN, "the name `" + name + "` is taken")
                .at(file.where())
                .help("rename it in the model, or choose another site"));
      }
    }
    if (!problems.isEmpty()) {
      throw new SteercException(problems);
    }
  }
}
