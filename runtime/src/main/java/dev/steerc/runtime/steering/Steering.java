package dev.steerc.runtime.steering;

import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What to do to the stream of one sequence, as a value: it can be kept, compared by its fingerprint
 * and shared between threads.
 *
 * <p>At one site, vectors that are added come first and add up; edits that read the stream (ablate,
 * clamp and the like) all read that sum, and their changes add up.
 *
 * @param terms its vectors
 * @param conflict what to do when several act on one site
 */
public record Steering(List<Term> terms, Conflict conflict) {

  /** No steering: the model as it is. */
  public static final Steering NONE = new Steering(List.of(), Conflict.SUM);

  public Steering {
    terms = List.copyOf(terms);
  }

  /** One vector at all tokens, where it was learned. */
  public static Steering of(Vector vector, double strength) {
    return of(Term.of(vector, strength));
  }

  /** Several terms, whose changes add up. */
  public static Steering of(Term... terms) {
    return new Steering(List.of(terms), Conflict.SUM);
  }

  /** This and one more. */
  public Steering and(Term term) {
    List<Term> all = new ArrayList<>(terms);
    all.add(term);
    return new Steering(all, conflict);
  }

  /** The same with another rule for vectors that meet. */
  public Steering resolving(Conflict other) {
    return new Steering(terms, other);
  }

  public boolean isNone() {
    return terms.isEmpty();
  }

  /**
   * Identifies all that the steering does, names aside: equal for equal effects, for caches and
   * receipts.
   */
  public String fingerprint() {
    MessageDigest digest = Digest.start();
    digest.update(conflict.label().getBytes(StandardCharsets.UTF_8));
    for (Term term : terms) {
      TreeMap<String, Edit> edits = new TreeMap<>();
      Map<Site, Edit> own = term.places().isOwn() ? term.vector().acting() : term.vector().edits();
      own.forEach((site, edit) -> edits.put(site.path(), edit));
      term.vector().placeless().ifPresent(edit -> edits.put("", edit));
      update(digest, "term", term.strength(), term.places(), term.positions(), term.decay());
      edits.forEach((site, edit) -> update(digest, site, edit));
      term.condition().ifPresent(condition -> update(digest, condition));
    }
    return "sha256:" + HexFormat.of().formatHex(digest.digest());
  }

  private static void update(MessageDigest digest, String site, Edit edit) {
    update(digest, "edit", site, edit.op(), new TreeMap<>(edit.numbers()));
    new TreeMap<>(edit.tensors())
        .forEach(
            (role, tensor) -> {
              update(digest, role);
              update(digest, tensor.values());
            });
  }

  private static void update(MessageDigest digest, Condition when) {
    Site site = when.site();
    update(digest, "when", site.path(), when.threshold(), when.above(), when.over());
    update(digest, when.vector().values());
  }

  private static void update(MessageDigest digest, Object... parts) {
    for (Object part : parts) {
      digest.update(String.valueOf(part).getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
    }
  }

  private static void update(MessageDigest digest, float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 4);
    bytes.asFloatBuffer().put(values);
    digest.update(bytes);
  }
}
