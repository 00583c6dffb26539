package dev.steerc.runtime.steering;

import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Digest;
import dev.steerc.runtime.format.Floats;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A named change of the stream: one edit for each site that it was learned at, or one edit that
 * says nothing of where it belongs.
 *
 * @param name what receipts call it
 * @param edits the edits by site, in order; empty when there is one without a site
 * @param placeless the edit without a site
 * @param base the fingerprint of the model that it was made for, when it is known
 * @param chosen the sites of those edits that act unless others are asked for; empty for all
 * @param origin the vector that this is another use of; empty for one as it was made or read
 */
public record Vector(
    String name,
    Map<Site, Edit> edits,
    Optional<Edit> placeless,
    Optional<String> base,
    Set<Site> chosen,
    Optional<Vector> origin) {

  public Vector {
    edits = Collections.unmodifiableMap(new LinkedHashMap<>(edits));
    chosen = Collections.unmodifiableSet(new LinkedHashSet<>(chosen));
    if (edits.isEmpty() == placeless.isEmpty()) {
      throw new IllegalArgumentException("a vector has edits at sites, or one without");
    }
    if (!edits.keySet().containsAll(chosen)) {
      throw new IllegalArgumentException("no edit at some of " + chosen);
    }
  }

  /** A vector as it was made or read. */
  public Vector(
      String name,
      Map<Site, Edit> edits,
      Optional<Edit> placeless,
      Optional<String> base,
      Set<Site> chosen) {
    this(name, edits, placeless, base, chosen, Optional.empty());
  }

  /** A vector that acts wherever it has an edit. */
  public Vector(
      String name, Map<Site, Edit> edits, Optional<Edit> placeless, Optional<String> base) {
    this(name, edits, placeless, base, Set.of());
  }

  /** The edits that act unless other places are asked for. */
  public Map<Site, Edit> acting() {
    Map<Site, Edit> acting = new LinkedHashMap<>(edits);
    if (!chosen.isEmpty()) {
      acting.keySet().retainAll(chosen);
    }
    return acting;
  }

  /** The same, acting at other ones of its sites. */
  public Vector at(Set<Site> sites) {
    return new Vector(name, edits, placeless, base, sites);
  }

  /**
   * A vector to be added, at a site that is named later.
   *
   * @param values [hidden]
   */
  public static Vector of(String name, float... values) {
    return of(name, new Edit.Add(new Floats(new long[] {values.length}, values.clone())));
  }

  /** An edit at a site that is named later. */
  public static Vector of(String name, Edit edit) {
    return new Vector(name, Map.of(), Optional.of(edit), Optional.empty());
  }

  /** An edit at one site. */
  public static Vector at(Site site, String name, Edit edit) {
    return new Vector(name, Map.of(site, edit), Optional.empty(), Optional.empty());
  }

  /** The same vectors with another operation, such as {@code ablate}; see {@link Edit}. */
  public Vector as(String op, OptionalDouble number) {
    Map<Site, Edit> others = new LinkedHashMap<>();
    edits.forEach((site, edit) -> others.put(site, as(edit, op, number)));
    Optional<Edit> other = placeless.map(edit -> as(edit, op, number));
    return new Vector(name, others, other, base, chosen, Optional.of(origin.orElse(this)));
  }

  /**
   * Identifies what the vector is, its name aside, whatever it is used as: the SHA-256 of the file
   * that it is written to without further metadata.
   */
  public String revision() {
    return "sha256:" + Digest.sha256(VectorTensors.of(origin.orElse(this), Map.of()).toBytes());
  }

  /** What it does, as a word; all its edits do the same. */
  public String op() {
    return any().op();
  }

  /** The numbers of its edits, which all have the same. */
  public Map<String, Double> numbers() {
    return any().numbers();
  }

  private Edit any() {
    return placeless.orElseGet(() -> edits.values().iterator().next());
  }

  private Edit as(Edit edit, String op, OptionalDouble number) {
    return Edits.of(op, edit.tensors(), number, name);
  }
}
