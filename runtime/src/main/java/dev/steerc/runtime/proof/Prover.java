package dev.steerc.runtime.proof;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.steerc.Steerc;
import dev.steerc.manifest.Manifest;
import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.Graph;
import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Scratch;
import dev.steerc.plan.Bias;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Plan;
import dev.steerc.plan.Port;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import dev.steerc.problem.Code;
import dev.steerc.problem.SteercException;
import dev.steerc.residual.Block;
import dev.steerc.residual.Place;
import dev.steerc.residual.Residual;
import dev.steerc.runtime.Engine;
import dev.steerc.runtime.format.Floats;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** Makes the measurements of a {@link Proof}. */
final class Prover implements AutoCloseable {

  /** What the trials of a model gave, by output name. */
  private record Results(Map<Trial, Map<String, Floats>> byTrial) {
    List<Trial> trials() {
      return List.copyOf(byTrial.keySet());
    }
  }

  private final ModelFile original;
  private final ModelFile patched;
  private final Plan plan;
  private final Random random;
  private final long seed;
  private final Proof.Progress progress;
  private final Path scratch;
  private final List<Check> checks = new ArrayList<>();

  Prover(
      ModelFile original,
      ModelFile patched,
      Manifest manifest,
      long seed,
      Proof.Progress progress) {
    this.original = original;
    this.patched = patched;
    this.plan =
        Plan.of(
            original,
            residual(original),
            manifest.interventions(),
            manifest.mode(),
            manifest.lastLogits());
    this.seed = seed;
    this.random = new Random(seed);
    this.progress = progress;
    try {
      this.scratch = Scratch.folder("steerc-verify");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A model in which only named values are steered needs no stream. */
  private static Optional<Residual> residual(ModelFile file) {
    try {
      return Optional.of(Residual.find(file));
    } catch (SteercException e) {
      return Optional.empty();
    }
  }

  Proof prove() {
    restores();
    Results plain = original(OptLevel.NO_OPT);
    unsteered(plain, OptLevel.NO_OPT, Claim.EQUAL_AS_WRITTEN);
    unsteered(original(OptLevel.ALL_OPT), OptLevel.ALL_OPT, Claim.EQUAL_OPTIMISED);
    steered(plain.trials());
    return new Proof(plain.trials(), checks);
  }

  /** Undoing the patch has to give the original, so the patch changes nothing in secret. */
  private void restores() {
    progress.at("unpatching", 0, steps());
    Path folder = scratch.resolve("restored");
    double differs = 1;
    try {
      Path restored = Files.createDirectory(folder).resolve("restored.onnx");
      Steerc.unpatch(patched.path(), restored);
      differs = Files.mismatch(original.path(), restored) < 0 ? 0 : 1;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (SteercException e) {
      // a file that was changed after the patch is a finding; a full disk is none
      if (e.problems().stream().anyMatch(p -> p.code() != Code.CHANGED_AFTER_PATCH)) {
        throw e;
      }
    } finally {
      Scratch.discard(folder);
    }
    checks.add(new Check("", Claim.RESTORES, differs, 0));
  }

  /** Runs the original on the trials it can run: half of a pair of decoders runs one of them. */
  private Results original(OptLevel level) {
    Map<Trial, Map<String, Floats>> results = new LinkedHashMap<>();
    SteercException failure = null;
    try (Engine engine = Engine.open(original.path(), level)) {
      for (Trial trial : Trial.of(engine.inputs(), plan.residual(), seed)) {
        try {
          results.put(trial, engine.run(trial.feeds(), Map.of()));
        } catch (SteercException e) {
          failure = e;
        }
      }
    }
    if (results.isEmpty() && failure != null) {
      throw failure;
    }
    return new Results(results);
  }

  private void unsteered(Results expected, OptLevel level, Claim claim) {
    progress.at("unsteered", checks.size(), steps());
    Worst worst = new Worst();
    try (Engine engine = Engine.open(patched.path(), level)) {
      for (Trial trial : expected.trials()) {
        Map<String, Floats> measured = engine.run(trial.feeds(), neutral(engine));
        expected
            .byTrial()
            .get(trial)
            .forEach((name, e) -> worst.add(comparable(e, measured.get(name)), measured.get(name)));
      }
    }
    // a product of one row may be summed up in another order than that of many
    boolean exact = !plan.lastLogits() && (addsOnly() || level == OptLevel.NO_OPT && isSingle());
    double bound = exact ? 0 : rerun().of(worst.magnitude());
    checks.add(new Check("", claim, worst.difference(), bound));
  }

  /** What is left of the original's logits where only the last position has some. */
  private Floats comparable(Floats expected, Floats measured) {
    boolean isCut = plan.lastLogits() && expected.dims().length == 3 && measured.dims()[1] == 1;
    return isCut ? expected.lastOfRows() : expected;
  }

  /**
   * Whether every value is float32. Operators that have no kernel for less are run in float32, and
   * what is between two of them is rounded only when something reads it.
   */
  private boolean isSingle() {
    return plan.steps().stream()
        .flatMap(step -> step.places().stream())
        .allMatch(place -> place.type() == ElementType.FLOAT32);
  }

  /**
   * The twin is made from the original, so it does not inherit what is wrong with the patched
   * model; its taps stand behind all edits, so they show them.
   */
  private void steered(List<Trial> trials) {
    Path folder = scratch.resolve("tapped");
    List<Intervention> all = new ArrayList<>();
    plan.steps().stream()
        .map(Plan.Step::intervention)
        .filter(Intervention::edits)
        .forEach(all::add);
    all.addAll(taps());
    try {
      Path twin = Files.createDirectory(folder).resolve("tapped.onnx");
      Request request = Request.of(all, plan.mode()).withLastLogits(plan.lastLogits());
      Steerc.patch(original.path(), request, twin);
      try (Engine tapped = Engine.open(twin, OptLevel.ALL_OPT);
          Engine real = Engine.open(patched.path(), OptLevel.ALL_OPT)) {
        Map<Trial, Map<String, Floats>> before = new LinkedHashMap<>();
        for (Trial trial : trials) {
          before.put(trial, tapped.run(trial.feeds(), neutral(tapped)));
        }
        for (Plan.Step step : plan.steps()) {
          if (step.intervention().edits()) {
            steered(step, before, tapped, real);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      Scratch.discard(folder);
    }
  }

  private void steered(
      Plan.Step step, Map<Trial, Map<String, Floats>> before, Engine tapped, Engine real) {
    String subject = step.intervention().text();
    progress.at(subject, checks.size(), steps());
    String tap = new Tap(step.intervention().site()).output();
    List<String> upstream = upstream(step.intervention());
    Worst site = new Worst();
    Worst above = new Worst();
    Worst twin = new Worst();
    boolean early = isTappedBefore(step);
    double moved = Double.POSITIVE_INFINITY;
    for (Map.Entry<Trial, Map<String, Floats>> entry : before.entrySet()) {
      Trial trial = entry.getKey();
      Map<String, Floats> was = entry.getValue();
      RandomEdit edit = RandomEdit.of(step, trial.rows(), typical(was.get(tap)), random);
      Map<String, Floats> is = tapped.run(trial.feeds(), with(neutral(tapped), edit.feeds()));
      Map<String, Floats> really = real.run(trial.feeds(), with(neutral(real), edit.feeds()));
      site.add(edit.apply(was.get(tap)), is.get(tap));
      upstream.forEach(name -> above.add(was.get(name), is.get(name)));
      really.forEach(
          (name, value) -> twin.add(value, (early && name.equals(tap) ? was : is).get(name)));
      moved = Math.min(moved, movement(was, really));
    }
    Tolerance tolerance = tolerance();
    checks.add(new Check(subject, Claim.EXACT, site.difference(), tolerance.of(site.magnitude())));
    if (!upstream.isEmpty()) {
      checks.add(new Check(subject, Claim.LOCAL, above.difference(), 0));
    }
    double agreement = rerun().of(twin.magnitude());
    checks.add(new Check(subject, Claim.SAME_AS_TAPPED, twin.difference(), agreement));
    checks.add(new Check(subject, Claim.EFFECTIVE, moved, 0));
  }

  /** How far the outputs lie apart that are neither taps nor the cache. */
  private double movement(Map<String, Floats> was, Map<String, Floats> is) {
    double moved = 0;
    for (Map.Entry<String, Floats> output : is.entrySet()) {
      boolean cache =
          plan.residual().map(r -> r.cache().outputs().contains(output.getKey())).orElse(false);
      if (!cache && !output.getKey().startsWith("tap.")) {
        moved = Math.max(moved, output.getValue().distance(was.get(output.getKey())));
      }
    }
    return moved;
  }

  /** Taps at every site of the stream, and at the named values that are steered. */
  private List<Intervention> taps() {
    Stream<Site> all =
        plan.residual().stream()
            .flatMap(r -> r.streams().get(0).blocks().stream())
            .flatMap(Prover::sites);
    Stream<Site> own = plan.steps().stream().map(step -> step.intervention().site());
    return Stream.concat(all, own)
        .filter(site -> !isBranchOfBias(site))
        .distinct()
        .map(site -> (Intervention) new Tap(site))
        .toList();
  }

  /** Whether a sum is steered through the bias of the branch there, which sees the vector so. */
  private boolean isBranchOfBias(Site site) {
    return plan.steps().stream()
        .filter(step -> step.intervention() instanceof Bias)
        .flatMap(step -> step.places().stream())
        .filter(Place.Output.class::isInstance)
        .anyMatch(place -> ((Place.Output) place).branch().equals(branch(site)));
  }

  private Optional<Place.Branch> branch(Site site) {
    if (!(site instanceof Site.InBlock in) || plan.residual().isEmpty()) {
      return Optional.empty();
    }
    Block block = plan.residual().get().streams().get(0).blocks().get(in.block());
    return in.kind().in(block).filter(Place.Branch.class::isInstance).map(Place.Branch.class::cast);
  }

  /** The input of a block is the output of the one before; it is named anew only for the first. */
  private static Stream<Site> sites(Block block) {
    return Stream.of(Site.Kind.values())
        .filter(kind -> kind.in(block).isPresent())
        .filter(kind -> kind != Site.Kind.RESID_PRE || block.index() == 0)
        .map(kind -> new Site.InBlock(block.index(), kind));
  }

  /** The taps of the sites that are computed before a site. */
  private List<String> upstream(Intervention intervention) {
    if (!(intervention.site() instanceof Site.InBlock site)) {
      return List.of();
    }
    return taps().stream()
        .map(Intervention::site)
        .filter(other -> other instanceof Site.InBlock earlier && isBefore(earlier, site))
        .map(other -> new Tap(other).output())
        .toList();
  }

  private static boolean isBefore(Site.InBlock a, Site.InBlock b) {
    return a.block() != b.block() ? a.block() < b.block() : a.kind().compareTo(b.kind()) < 0;
  }

  /** Whether the model's own tap stands before this edit, and so does not show it. */
  private boolean isTappedBefore(Plan.Step step) {
    List<Intervention> all = plan.steps().stream().map(Plan.Step::intervention).toList();
    int tap = all.indexOf(new Tap(step.intervention().site()));
    return tap >= 0 && tap < all.indexOf(step.intervention());
  }

  /** Half of the root mean square, so that an edit is neither lost nor all there is. */
  private static double typical(Floats value) {
    double squares = 0;
    for (float x : value.values()) {
      squares += (double) x * x;
    }
    return 0.5 * Math.sqrt(squares / value.values().length);
  }

  private boolean addsOnly() {
    return plan.steps().stream().allMatch(step -> step.intervention().worksOnSummands());
  }

  /** Ports that have to be fed get what leaves the model as it is. */
  private Map<String, Floats> neutral(Engine engine) {
    Map<String, Floats> feeds = new HashMap<>();
    for (Plan.Step step : plan.steps()) {
      for (Port port : step.ports()) {
        if (engine.inputs().containsKey(port.name())) {
          long[] dims = port.dims().stream().mapToLong(Port.Dimension::size).toArray();
          Floats neutral = Floats.filled(0, dims);
          for (int i = 0; i < neutral.values().length; i++) {
            neutral.values()[i] = port.neutral(i);
          }
          feeds.put(port.name(), neutral);
        }
      }
    }
    return feeds;
  }

  private static Map<String, Floats> with(Map<String, Floats> all, Map<String, Floats> some) {
    Map<String, Floats> joined = new HashMap<>(all);
    joined.putAll(some);
    return joined;
  }

  private int steps() {
    return 3 + 4 * (int) plan.steps().stream().filter(s -> s.intervention().edits()).count();
  }

  private Tolerance tolerance() {
    return Tolerance.of(plan.residual().map(Residual::type).orElse(ElementType.FLOAT32));
  }

  /** The tolerance between two ways to run the same model. */
  private Tolerance rerun() {
    return isQuantised(original.graph()) ? Tolerance.QUANTISED : tolerance();
  }

  private static boolean isQuantised(Graph graph) {
    return graph.nodes().stream()
        .anyMatch(
            node ->
                node.op().contains("QuantizeLinear")
                    || node.op().contains("DynamicQuantize")
                    || node.subgraphs().stream().anyMatch(Prover::isQuantised));
  }

  @Override
  public void close() {
    Scratch.discard(scratch);
  }
}
