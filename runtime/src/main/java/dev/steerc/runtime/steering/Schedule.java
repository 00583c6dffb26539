package dev.steerc.runtime.steering;

import dev.steerc.plan.Site;
import dev.steerc.runtime.steering.Bound.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * Which steering each token of one sequence gets: the one that was in force when the token was
 * first run. A swap leaves earlier tokens as they were, also where a model without a cache runs
 * them again.
 */
public final class Schedule {
  private final int prompt;
  private final TreeMap<Integer, Bound> from = new TreeMap<>();
  private long swaps;

  /**
   * A sequence with one steering.
   *
   * @param prompt the tokens of its prompt
   */
  public Schedule(int prompt, Bound first) {
    this.prompt = prompt;
    from.put(0, first);
  }

  /** From a position on, another steering. */
  public void swap(int position, Bound bound) {
    from.tailMap(position, true).clear();
    from.put(position, bound);
    swaps++;
  }

  /** How often it was swapped. */
  long swaps() {
    return swaps;
  }

  /** The position from which on all tokens get the same, until it is swapped. */
  int steadyFrom() {
    int from = this.from.lastKey();
    for (Term term : last().steering().terms()) {
      from = Math.max(from, term.steadyFrom(prompt));
    }
    return from;
  }

  /** The steering in force at the end. */
  public Bound last() {
    return from.lastEntry().getValue();
  }

  /**
   * Whether another sequence has the same at a site, token by token, for as long as both go on;
   * what depends on a prompt or on where it ends is the same only for the same prompt.
   */
  boolean isAlike(Schedule other, Site site) {
    Bound mine = last();
    Bound its = other.last();
    if (mine == its && prompt == other.prompt) {
      return true;
    }
    List<Part> a = mine.edits().getOrDefault(site, List.of());
    List<Part> b = its.edits().getOrDefault(site, List.of());
    boolean alike = a.size() == b.size() && from.size() == 1 && other.from.size() == 1;
    for (int i = 0; alike && i < a.size(); i++) {
      alike = a.get(i).isSame(b.get(i)) && a.get(i).goesOnLike(b.get(i));
    }
    return alike;
  }

  /** A part and the strength that each of some tokens gets of it. */
  record Weighted(Part part, double[] strengths) {
    boolean isConstant() {
      return Arrays.stream(strengths).allMatch(s -> s == strengths[0]);
    }

    boolean isSame(Weighted other) {
      return part.isSame(other.part) && Arrays.equals(strengths, other.strengths);
    }
  }

  /**
   * What acts at a site on some tokens.
   *
   * @param first the position of the first of them; negative where padding stands before
   */
  List<Weighted> at(Site site, int first, int tokens) {
    List<Weighted> weighted = new ArrayList<>();
    for (var epoch : from.entrySet()) {
      Integer next = from.higherKey(epoch.getKey());
      for (Part part : epoch.getValue().edits().getOrDefault(site, List.of())) {
        double[] strengths = new double[tokens];
        boolean acts = false;
        for (int i = 0; i < tokens; i++) {
          int position = first + i;
          boolean inForce =
              (position >= epoch.getKey() || epoch.getKey() == 0)
                  && (next == null || position < next);
          strengths[i] = inForce ? part.strengthAt(position, prompt) : 0;
          acts |= strengths[i] != 0;
        }
        if (acts) {
          weighted.add(new Weighted(part, strengths));
        }
      }
    }
    return weighted;
  }
}
