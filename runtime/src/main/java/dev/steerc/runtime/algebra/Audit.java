package dev.steerc.runtime.algebra;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.learn.Seen;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * How directions lie to each other, site by site.
 *
 * @param shared what two or more vectors have at a site that they share
 * @param left the names of vectors that share no site with another one, or have no one direction
 * @param bases the different models that they were made for
 */
public record Audit(List<AtSite> shared, List<String> left, List<String> bases) {
  /** The cosine beyond which two vectors do nearly the same. */
  public static final double NEAR = 0.9;

  /** What was measured of a vector, and is no longer true when it changes. */
  private static final Predicate<String> MEASURED =
      Pattern.compile(
              "(separation|agreement|wrong side|left)\\..*|effect|effect without|perplexity|kl"
                  + "|told by|chosen by|chosen on|chosen when|when")
          .asMatchPredicate();

  /**
   * The directions at one site.
   *
   * @param site empty for vectors without a place
   * @param names of the vectors
   * @param norms their Euclidean lengths
   * @param cosines between each and each; NaN with one that is zero
   */
  public record AtSite(
      Optional<Site> site, List<String> names, List<Double> norms, double[][] cosines) {

    /** How the site is called. */
    public String text() {
      return site.map(Site::text).orElse("no place");
    }

    /** The pairs that are nearly parallel or opposite. */
    public List<Pair> near() {
      List<Pair> pairs = new ArrayList<>();
      for (int i = 0; i < names.size(); i++) {
        for (int j = i + 1; j < names.size(); j++) {
          if (Math.abs(cosines[i][j]) > NEAR) {
            pairs.add(new Pair(names.get(i), names.get(j), text(), cosines[i][j]));
          }
        }
      }
      return pairs;
    }
  }

  /** Two vectors at a site, and their cosine. */
  public record Pair(String first, String second, String site, double cosine) {}

  /** Compares vectors. */
  public static Audit of(List<VectorFile> files) {
    Map<String, Map<String, float[]>> bySite = new TreeMap<>(Audit::inOrder);
    Map<String, Site> sites = new LinkedHashMap<>();
    List<String> alone = new ArrayList<>();
    for (VectorFile file : files) {
      String name = label(file, files);
      alone.add(name);
      directions(file.vector())
          .forEach(
              (site, direction) -> {
                String text = site.map(Site::text).orElse("");
                site.ifPresent(known -> sites.put(text, known));
                bySite.computeIfAbsent(text, t -> new LinkedHashMap<>()).put(name, direction);
              });
    }
    List<AtSite> shared = new ArrayList<>();
    bySite.forEach(
        (text, directions) -> {
          if (directions.size() > 1) {
            alone.removeAll(directions.keySet());
            shared.add(at(Optional.ofNullable(sites.get(text)), directions));
          }
        });
    List<String> bases =
        files.stream().flatMap(f -> f.vector().base().stream()).distinct().toList();
    return new Audit(shared, alone, bases);
  }

  /** The name, or the path when another vector has the same name. */
  private static String label(VectorFile file, List<VectorFile> files) {
    boolean isOne = files.stream().filter(other -> other.name().equals(file.name())).count() == 1;
    return isOne ? file.name() : file.path().toString();
  }

  /** By block as a number, then by the rest as a text. */
  private static int inOrder(String a, String b) {
    int byBlock = Integer.compare(block(a), block(b));
    return byBlock != 0 ? byBlock : a.compareTo(b);
  }

  private static int block(String site) {
    return site.matches("\\d+\\..*") ? Integer.parseInt(site.substring(0, site.indexOf('.'))) : -1;
  }

  /** The one direction that an edit is about at each site. */
  private static Map<Optional<Site>, float[]> directions(Vector vector) {
    Map<Optional<Site>, float[]> all = new LinkedHashMap<>();
    vector.placeless().ifPresent(edit -> put(all, Optional.empty(), edit));
    vector.edits().forEach((site, edit) -> put(all, Optional.of(site), edit));
    return all;
  }

  private static void put(Map<Optional<Site>, float[]> all, Optional<Site> site, Edit edit) {
    if (edit instanceof Edit.OneVector one) {
      all.put(site, one.vector().values());
    }
  }

  private static AtSite at(Optional<Site> site, Map<String, float[]> directions) {
    List<String> names = List.copyOf(directions.keySet());
    List<float[]> vectors = List.copyOf(directions.values());
    double[][] cosines = new double[names.size()][names.size()];
    for (int i = 0; i < names.size(); i++) {
      for (int j = 0; j < names.size(); j++) {
        check(names, vectors, i, j);
        cosines[i][j] = Inner.cosine(vectors.get(i), vectors.get(j));
      }
    }
    return new AtSite(site, names, vectors.stream().map(Inner::norm).toList(), cosines);
  }

  private static void check(List<String> names, List<float[]> vectors, int i, int j) {
    if (vectors.get(i).length != vectors.get(j).length) {
      throw Problem.of(
              Code.VECTOR_WIDTH,
              "`" + names.get(i) + "` and `" + names.get(j) + "` have different widths")
          .note(vectors.get(i).length + " and " + vectors.get(j).length)
          .help("compare vectors that were learned on one model")
          .exception();
    }
  }

  /**
   * A vector without its part along another one, at every site that both have; elsewhere as it was.
   *
   * @param other only its directions count
   * @throws dev.steerc.problem.SteercException when they share no site, or nothing is left
   */
  public static VectorFile without(VectorFile file, VectorFile other) {
    Map<Optional<Site>, float[]> away = directions(other.vector());
    if (directions(file.vector()).keySet().stream().noneMatch(away::containsKey)) {
      throw Problem.of(
              Code.VECTORS_DIFFER, "`" + file.name() + "` and `" + other.name() + "` share no site")
          .at(file.path())
          .help("compare their sites: steerc vectors show " + file.path())
          .exception();
    }
    if (away.values().stream().allMatch(direction -> Inner.norm(direction) == 0)) {
      throw Problem.of(Code.VECTORS_DIFFER, "`" + other.name() + "` is zero, and has no direction")
          .at(other.path())
          .help("choose another vector to take away")
          .exception();
    }
    Map<Site, Edit> edits = new LinkedHashMap<>();
    Vector vector = file.vector();
    vector
        .edits()
        .forEach((site, edit) -> edits.put(site, without(file, edit, away.get(Optional.of(site)))));
    Optional<Edit> bare =
        vector.placeless().map(edit -> without(file, edit, away.get(Optional.empty())));
    Map<String, String> metadata = new LinkedHashMap<>(file.metadata());
    metadata.keySet().removeIf(MEASURED);
    Seen.in(List.of(file.metadata(), other.metadata())).ifPresent(seen -> seen.into(metadata));
    metadata.put("projected out", other.name());
    return new VectorFile(file.path(), vector, metadata)
        .with(new Vector(file.name(), edits, bare, vector.base(), vector.chosen()));
  }

  private static Edit without(VectorFile file, Edit edit, float[] away) {
    if (away == null) {
      return edit;
    }
    if (!(edit instanceof Edit.Add add)) {
      throw Problem.of(
              Code.NOT_EXPRESSIBLE,
              "`" + file.name() + "` is no vector that is added: its operation is " + edit.op())
          .at(file.path())
          .help("project out of a vector whose operation is add")
          .exception();
    }
    float[] rest = Inner.without(add.vector().values(), away);
    if (Inner.norm(rest) < Inner.PARALLEL * Inner.norm(add.vector().values())) {
      throw Problem.of(Code.VECTORS_DIFFER, "nothing is left of `" + file.name() + "`")
          .at(file.path())
          .note("the two are parallel")
          .help("choose another vector to take away")
          .exception();
    }
    return new Edit.Add(new Floats(new long[] {rest.length}, rest));
  }
}
