package dev.steerc.cli.serve.playground;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.ConditionText;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.VectorFile;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A vector's direction at a site, to compare activations with.
 *
 * @param direction [hidden]
 * @param when the condition that the vector's file says for that site
 */
record Probe(String vector, Site site, Floats direction, Optional<ConditionText> when) {

  /**
   * The probe that a vector is.
   *
   * @param where the site as users write it; empty leaves it to the vector: that of its condition,
   *     else the last at which it acts and the model can be read
   * @param taps the sites at which the model can be read
   * @throws dev.steerc.problem.SteercException when the vector or the model has nothing there
   */
  static Probe of(VectorFile file, Optional<String> where, Set<Site> taps) {
    Optional<ConditionText> when =
        Optional.ofNullable(file.metadata().get("when")).map(text -> condition(file.name() + text));
    Site site =
        where.map(text -> named(text, file, taps)).orElseGet(() -> ownSite(file, when, taps));
    if (!taps.contains(site)) {
      throw Problem.of(Code.TAP_MISSING, "the model cannot be read at " + site.text())
          .note("it can at: " + texts(taps))
          .help("have it patched with `--at " + site.text() + ":tap`, or ask for another `site`")
          .exception();
    }
    Edit edit = file.at(site).vector().edits().get(site);
    return new Probe(
        file.name(), site, direction(edit, file), when.filter(one -> one.site().equals(site)));
  }

  private static ConditionText condition(String text) {
    try {
      return ConditionText.parse(text);
    } catch (SteercException e) {
      throw Problem.of(Code.BAD_STEER, "the condition `" + text + "` cannot be understood")
          .note("the vector's own metadata says so, under `when`")
          .help("PUT the vector with a `when` such as @3.resid_mid>0.2, or without one")
          .exception();
    }
  }

  private static Site named(String text, VectorFile file, Set<Site> taps) {
    List<Site> known = new ArrayList<>(taps);
    known.addAll(file.vector().edits().keySet());
    return known.stream()
        .filter(site -> site.text().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                Problem.of(Code.BAD_REQUEST, "there is no site `" + text + "` to read")
                    .at("site")
                    .note("the model can be read at: " + texts(taps))
                    .help("name one of those")
                    .exception());
  }

  private static Site ownSite(VectorFile file, Optional<ConditionText> when, Set<Site> taps) {
    if (when.isPresent()) {
      return when.get().site();
    }
    List<Site> own = new ArrayList<>(file.vector().acting().keySet());
    if (own.isEmpty()) {
      throw Problem.of(Code.SITE_NOT_NAMED, "`" + file.name() + "` does not say where it belongs")
          .note("the model can be read at: " + texts(taps))
          .help("name a `site`")
          .exception();
    }
    return own.stream().filter(taps::contains).reduce((a, b) -> b).orElse(own.get(0));
  }

  /** What the vector points to; what a projection onto one direction reads. */
  private static Floats direction(Edit edit, VectorFile file) {
    Floats main = edit.tensors().get("vector");
    if (main == null && edit instanceof Edit.LowRank low && low.read().width() == 1) {
      main = low.read();
    }
    if (main == null) {
      throw Problem.of(
              Code.VECTOR_SHAPE, "`" + file.name() + "` has several directions, so no cosine")
          .help("choose a vector with one")
          .exception();
    }
    return main;
  }

  private static String texts(Collection<Site> sites) {
    return sites.isEmpty() ? "no site" : String.join(", ", sites.stream().map(Site::text).toList());
  }

  /**
   * The cosines of activations with the direction; 0 where one of them is zero.
   *
   * @param activations [tokens, hidden]
   */
  double[] cosines(Floats activations) {
    check(activations);
    double[] cosines = new double[(int) activations.dims()[0]];
    for (int token = 0; token < cosines.length; token++) {
      cosines[token] = mean(activations, token, token + 1);
    }
    return cosines;
  }

  /** The cosine of the mean of some tokens' activations, as a condition reads it. */
  double mean(Floats activations, int from, int end) {
    check(activations);
    int width = direction.values().length;
    double dot = 0;
    double squares = 0;
    double own = 0;
    for (int i = 0; i < width; i++) {
      double total = 0;
      for (int token = from; token < end; token++) {
        total += activations.values()[token * width + i];
      }
      double with = direction.values()[i];
      dot += total * with;
      squares += total * total;
      own += with * with;
    }
    double lengths = Math.sqrt(squares) * Math.sqrt(own);
    return lengths == 0 ? 0 : dot / lengths;
  }

  private void check(Floats activations) {
    if (activations.width() != direction.values().length) {
      throw Problem.of(
              Code.VECTOR_WIDTH,
              "`" + vector + "` has width " + direction.values().length + " at " + site.text())
          .note("the model's stream has " + activations.width())
          .help("use a vector that was learned on this model")
          .exception();
    }
  }
}
