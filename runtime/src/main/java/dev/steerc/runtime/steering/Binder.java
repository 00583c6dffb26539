package dev.steerc.runtime.steering;

import dev.steerc.plan.Layers;
import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Bound.Part;
import dev.steerc.runtime.steering.Ports.SitePorts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Fits a steering to a model, and collects all that does not fit. */
final class Binder {
  private final Ports ports;
  private final boolean anyBase;
  private final List<Problem> problems = new ArrayList<>();
  private final Map<Site, List<Part>> parts = new LinkedHashMap<>();

  Binder(Ports ports, boolean anyBase) {
    this.ports = ports;
    this.anyBase = anyBase;
  }

  Bound bind(Steering steering) {
    for (Term term : steering.terms()) {
      checkBase(term.vector());
      term.condition().ifPresent(condition -> check(term, condition));
      edits(term).forEach((site, edit) -> add(term, site, edit));
    }
    if (problems.isEmpty()) {
      parts.forEach((site, all) -> checkRank(site, all));
      resolve(steering.conflict());
    }
    if (!problems.isEmpty()) {
      throw new SteercException(problems.stream().distinct().toList());
    }
    return new Bound(steering, parts);
  }

  private void checkBase(Vector vector) {
    if (!anyBase && vector.base().isPresent() && !vector.base().get().equals(ports.base())) {
      problems.add(
          Problem.of(Code.WRONG_BASE_MODEL, "`" + vector.name() + "` was made for another model")
              .at(ports.model())
              .note("its base is " + vector.base().get() + ", this one is " + ports.base())
              .help("use a vector that was learned on this model, or --force if it fits"));
    }
  }

  private void check(Term term, Condition condition) {
    String tap = ports.taps().get(condition.site());
    if (tap == null) {
      problems.add(
          Problem.of(
                  Code.TAP_MISSING,
                  "the condition of `"
                      + term.vector().name()
                      + "` reads "
                      + condition.site().text()
                      + ", which is no output")
              .at(ports.model())
              .help(patch(condition.site(), "tap")));
    }
    checkWidth(term, condition.site(), condition.vector().width());
    Edits.check(new Edit.Add(condition.vector()), "the condition of " + term.vector().name())
        .ifPresent(problems::add);
  }

  /** The edits of a term by site. */
  private Map<Site, Edit> edits(Term term) {
    Vector vector = term.vector();
    Map<Site, Edit> chosen = new LinkedHashMap<>();
    if (term.places().highest() >= ports.blocks()) {
      problems.add(outOfRange(term.places().highest()));
      return chosen;
    }
    if (vector.placeless().isPresent()) {
      sites(term).forEach(site -> chosen.put(site, vector.placeless().get()));
      return chosen;
    }
    if (term.places().isOwn()) {
      return vector.acting();
    }
    vector.edits().entrySet().stream()
        .filter(entry -> term.places().includes(entry.getKey(), ports.blocks()))
        .forEach(entry -> chosen.put(entry.getKey(), entry.getValue()));
    if (chosen.isEmpty()) {
      problems.add(
          Problem.of(
                  Code.SITE_NOT_NAMED,
                  "`" + vector.name() + "` has no direction at @" + term.places())
              .note("it has " + list(vector.edits().keySet()))
              .help("choose one of those, or leave the layers out to use all of them"));
    }
    return chosen;
  }

  /** Where an edit goes that says nothing of its place. */
  private List<Site> sites(Term term) {
    Places places = term.places();
    if (places.value().isPresent()) {
      return List.of(places.value().get());
    }
    if (places.isOwn()) {
      if (ports.steerable().size() == 1) {
        return List.copyOf(ports.steerable());
      }
      problems.add(notPlaced(term));
      return List.of();
    }
    Layers layers = places.layers().orElseThrow();
    Site.Kind kind = places.kind().orElse(Site.Kind.RESID_POST);
    List<Site> sites = new ArrayList<>();
    layers.of(ports.blocks()).forEach(block -> sites.add(new Site.InBlock(block, kind)));
    if (sites.isEmpty()) {
      problems.add(notPlaced(term)); // all blocks of a model in which none is proven
    }
    return sites;
  }

  private Problem notPlaced(Term term) {
    String name = term.vector().name();
    if (ports.steerable().isEmpty()) {
      return Problem.of(Code.PORT_MISSING, "the model has no steering inputs")
          .at(ports.model())
          .help(
              "patch it: `steerc patch "
                  + ports.model()
                  + " --layers N`, and say N for `"
                  + name
                  + "`");
    }
    return Problem.of(Code.SITE_NOT_NAMED, "`" + name + "` does not say where it belongs")
        .at(ports.model())
        .note("the model can be steered at " + list(ports.steerable()))
        .help("say where: --steer " + term.at(ports.steerable().iterator().next()));
  }

  private void add(Term term, Site site, Edit edit) {
    Edits.check(edit, term.vector().name() + ", " + site.text()).ifPresent(problems::add);
    if (overflows(term.strength(), edit)) {
      problems.add(Term.notFinite(term.vector().name(), Double.toString(term.strength())));
    }
    boolean outside = site instanceof Site.InBlock in && in.block() >= ports.blocks();
    SitePorts here = ports.sites().get(site);
    if (outside) {
      problems.add(outOfRange(((Site.InBlock) site).block()));
    } else if (here == null) {
      problems.add(missing(term, site, edit));
    } else if (edit instanceof Edit.Projecting && here.project().isEmpty()) {
      problems.add(missing(term, site, edit));
    } else if (checkWidth(term, site, edit.width()) && problems.isEmpty()) {
      parts.computeIfAbsent(site, s -> new ArrayList<>()).add(part(term, edit));
    }
  }

  private Problem outOfRange(int block) {
    int blocks = ports.blocks();
    return Problem.of(Code.LAYER_OUT_OF_RANGE, "layer " + block + " does not exist")
        .at(ports.model())
        .note(
            blocks == 0
                ? "its blocks are not proven"
                : "it has " + blocks + " layers, 0.." + (blocks - 1))
        .help("choose one of the sites that the model has: " + list(ports.steerable()));
  }

  /** Ports take float32, which ends at 3.4e38. */
  private static boolean overflows(double strength, Edit edit) {
    double largest = edit instanceof Edit.Add add ? add.vector().magnitude() : 1;
    return !Double.isNaN(largest) && Math.abs(strength) * largest > Float.MAX_VALUE;
  }

  private static Part part(Term term, Edit edit) {
    return edit instanceof Edit.Projecting projecting
        ? new Part(term, new float[0], projecting.projection())
        : new Part(term, ((Edit.Add) edit).vector().values(), null);
  }

  private Problem missing(Term term, Site site, Edit edit) {
    String port = edit instanceof Edit.Projecting ? "project" : "add";
    return Problem.of(
            Code.PORT_MISSING,
            "the model has no `"
                + port
                + "` input at "
                + site.text()
                + ", which `"
                + term.vector().name()
                + "` ("
                + edit.op()
                + ") needs")
        .at(ports.model())
        .note(
            ports.sites().isEmpty()
                ? "it has no steering inputs at all"
                : "it can be steered at " + list(ports.steerable()))
        .help(patch(site, port));
  }

  private String patch(Site site, String op) {
    return "add it: `steerc patch " + ports.model() + " --at " + site.text() + ":" + op + "`";
  }

  private boolean checkWidth(Term term, Site site, int width) {
    int there = ports.width(site);
    if (there == 0 || there == width) {
      return true;
    }
    problems.add(
        Problem.of(
                Code.VECTOR_WIDTH,
                "`" + term.vector().name() + "` has width " + width + ", the stream " + there)
            .at(ports.model() + ", " + site.text())
            .help("use a vector that was learned on this model"));
    return false;
  }

  private void checkRank(Site site, List<Part> all) {
    SitePorts here = ports.sites().get(site);
    int rank = Lowering.rank(here, all);
    if (here.rank() > 0 && rank > here.rank()) {
      problems.add(
          Problem.of(Code.RANK_FIXED, "the edits at " + site.text() + " need rank " + rank)
              .at(ports.model())
              .note("it was patched with rank " + here.rank())
              .help("patch it with --rank " + rank + ", or without --rank"));
    }
  }

  private void resolve(Conflict conflict) {
    for (Map.Entry<Site, List<Part>> entry : parts.entrySet()) {
      List<Part> all = entry.getValue();
      if (conflict == Conflict.ERROR && all.size() > 1) {
        String names =
            all.stream()
                .map(p -> "`" + p.term().vector().name() + "`")
                .collect(Collectors.joining(" and "));
        problems.add(
            Problem.of(Code.VECTORS_CONFLICT, names + " meet at " + entry.getKey().text())
                .at(ports.model())
                .help("leave one out, or choose sum or orthogonalise"));
      } else if (conflict == Conflict.ORTHOGONALISE) {
        entry.setValue(orthogonal(all));
      }
    }
  }

  /** Gram and Schmidt's method, in the order given. */
  private static List<Part> orthogonal(List<Part> all) {
    List<Part> result = new ArrayList<>();
    List<float[]> before = new ArrayList<>();
    for (Part part : all) {
      if (!part.isAdded()) {
        result.add(part);
        continue;
      }
      float[] rest = part.added().clone();
      before.forEach(other -> subtract(rest, other));
      if (norm(rest) < Projection.PARALLEL * norm(part.added())) {
        Arrays.fill(rest, 0); // rounding, which is no direction
      }
      result.add(new Part(part.term(), rest, null));
      before.add(rest);
    }
    return result;
  }

  private static double norm(float[] vector) {
    return Edits.norm(new Floats(new long[] {vector.length}, vector));
  }

  private static void subtract(float[] vector, float[] other) {
    double dot = 0;
    double squares = 0;
    for (int i = 0; i < vector.length; i++) {
      dot += (double) vector[i] * other[i];
      squares += (double) other[i] * other[i];
    }
    for (int i = 0; i < vector.length && squares > 0; i++) {
      vector[i] -= (float) (dot / squares * other[i]);
    }
  }

  private static String list(Iterable<Site> sites) {
    List<String> names = new ArrayList<>();
    sites.forEach(site -> names.add(site.text()));
    int shown = Math.min(12, names.size());
    String rest = names.size() > shown ? " and " + (names.size() - shown) + " more" : "";
    return String.join(", ", names.subList(0, shown)) + rest;
  }
}
