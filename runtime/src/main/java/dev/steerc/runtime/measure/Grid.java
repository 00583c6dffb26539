package dev.steerc.runtime.measure;

import dev.steerc.plan.AddVector;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Layers;
import dev.steerc.plan.Project;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.steering.Condition;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Positions;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What is tried: a vector at some places, at each with some strengths.
 *
 * @param vector with an edit at every site of every place
 * @param places the rows
 * @param amounts the strengths, or fractions of the typical length; weakest first
 * @param fractions whether the amounts are fractions
 * @param positions the tokens that are steered
 * @param when the prompts that are steered; empty for all
 */
public record Grid(
    Vector vector,
    List<Place> places,
    List<Double> amounts,
    boolean fractions,
    Positions positions,
    Optional<Condition> when) {

  /** Times the vector, where nothing else is said. */
  public static final List<Double> USUAL = List.of(0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0);

  public Grid {
    places = places.stream().distinct().toList();
    amounts = amounts.stream().distinct().sorted(Comparator.comparingDouble(Math::abs)).toList();
    if (fractions) {
      places.forEach(place -> needShare(vector, place));
    }
  }

  private static void needShare(Vector vector, Place place) {
    if (!Double.isFinite(place.share()) || place.share() == 0) {
      throw Problem.of(Code.NORM_MISSING, "no fraction of the typical length can be told")
          .at("`" + vector.name() + "`, layers " + place.label())
          .note("it needs a vector that is added, and the metadata norm.<site> in its file")
          .help("pass --strengths instead")
          .exception();
    }
  }

  /**
   * The places of a vector.
   *
   * @param layers a row of the grid each; none for every site of the vector, one at a time
   * @param norms the typical lengths, where they are known
   * @throws dev.steerc.problem.SteercException when the vector has nothing there
   */
  public static List<Place> places(
      Vector vector, List<String> layers, Map<Site, Double> norms, int blocks) {
    List<Place> places = new ArrayList<>();
    if (layers.isEmpty()) {
      boolean alike = vector.edits().keySet().stream().map(Grid::kind).distinct().count() == 1;
      for (Site site : vector.edits().keySet()) {
        places.add(Place.of(label(site, alike), vector, Set.of(site), norms));
      }
    }
    for (String row : layers) {
      Set<Site> sites = sites(vector, Layers.parse(row), blocks);
      if (sites.isEmpty()) {
        throw Problem.of(
                Code.SITE_NOT_NAMED, "`" + vector.name() + "` has no direction at layers " + row)
            .note("it has " + vector.edits().keySet().stream().map(Site::text).toList())
            .help("choose one of those, or leave --layers out to try each")
            .exception();
      }
      places.add(Place.of(row, vector, sites, norms));
    }
    return places;
  }

  private static Object kind(Site site) {
    return site instanceof Site.InBlock in ? in.kind() : site;
  }

  private static String label(Site site, boolean alike) {
    return alike && site instanceof Site.InBlock in ? Integer.toString(in.block()) : site.text();
  }

  private static Set<Site> sites(Vector vector, Layers layers, int blocks) {
    Set<Integer> wanted = layers.of(blocks);
    Set<Site> sites = new LinkedHashSet<>(vector.edits().keySet());
    sites.removeIf(site -> !(site instanceof Site.InBlock in && wanted.contains(in.block())));
    return sites;
  }

  /** A vector that says nothing of its place, at the output of each block. */
  public static Vector placed(Vector vector, int blocks) {
    if (vector.placeless().isEmpty()) {
      return vector;
    }
    Map<Site, Edit> edits = new LinkedHashMap<>();
    for (int block = 0; block < blocks; block++) {
      edits.put(new Site.InBlock(block, Site.Kind.RESID_POST), vector.placeless().orElseThrow());
    }
    return new Vector(vector.name(), edits, Optional.empty(), vector.base());
  }

  /** What a model needs so that a vector can act wherever it has an edit. */
  public static List<Intervention> needs(Vector vector, Optional<Condition> when) {
    List<Intervention> needs = new ArrayList<>();
    when.ifPresent(condition -> needs.add(new Tap(condition.site())));
    vector
        .edits()
        .forEach(
            (site, edit) ->
                needs.add(
                    edit instanceof Edit.Projecting
                        ? new Project(site, OptionalInt.empty())
                        : new AddVector(site)));
    return needs;
  }

  /** The strength of an amount at a place. */
  double strength(Place place, double amount) {
    return fractions ? amount / place.share() : amount;
  }

  /** The number of points. */
  public int size() {
    return places.size() * amounts.size();
  }

  /** The vector at a place as strong as that. */
  public Steering steering(Place place, double strength) {
    Term term = Term.of(vector.at(place.sites()), strength).on(positions);
    return Steering.of(when.map(term::when).orElse(term));
  }
}
