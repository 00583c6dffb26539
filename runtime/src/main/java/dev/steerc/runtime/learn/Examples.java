package dev.steerc.runtime.learn;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.capture.Passage;
import dev.steerc.runtime.text.Lines;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What can be learned from: texts, and the class of each.
 *
 * @param passages the texts; of pairs, the positive and the negative one by turns
 * @param classes what the classes are called, the one that lacks the concept first
 * @param of the class of each text
 * @param paired whether the texts are pairs
 */
public record Examples(List<Passage> passages, List<String> classes, int[] of, boolean paired) {
  private static final int MOST_PROBLEMS = 5;

  /** What the classes of pairs are called. */
  public static final List<String> PAIR = List.of("negative", "positive");

  public Examples {
    passages = List.copyOf(passages);
    classes = List.copyOf(classes);
  }

  /**
   * Pairs of texts.
   *
   * @throws SteercException when there is none, or both texts of one are the same
   */
  public static Examples ofPairs(List<Contrast> pairs) {
    check(pairs);
    List<Passage> passages = new ArrayList<>();
    int[] of = new int[2 * pairs.size()];
    for (Contrast pair : pairs) {
      of[passages.size()] = 1;
      passages.add(pair.having());
      passages.add(pair.lacking());
    }
    return new Examples(passages, PAIR, of, true);
  }

  /**
   * Texts of two classes or more, which count in the order of their names.
   *
   * @throws SteercException when there is only one class
   */
  public static Examples ofLabelled(List<Labelled> texts) {
    List<String> classes = classes(texts.stream().map(Labelled::label).toList());
    int[] of = texts.stream().mapToInt(text -> classes.indexOf(text.label())).toArray();
    return new Examples(texts.stream().map(Labelled::passage).toList(), classes, of, false);
  }

  /**
   * The classes of labels, in the order of their names.
   *
   * @throws SteercException when there is only one
   */
  public static List<String> classes(Collection<String> labels) {
    List<String> classes = List.copyOf(new TreeSet<>(labels));
    if (classes.size() < 2) {
      throw Problem.of(Code.BAD_PAIRS, "the texts are not of two classes")
          .note(classes.isEmpty() ? "there are no texts" : "all are of `" + classes.get(0) + "`")
          .help("pass texts of two labels at least")
          .exception();
    }
    return classes;
  }

  /** Says all that is wrong with pairs. */
  static void check(List<Contrast> pairs) {
    List<Problem> problems = new ArrayList<>();
    if (pairs.isEmpty()) {
      problems.add(none());
    }
    for (int i = 0; i < pairs.size() && problems.size() < MOST_PROBLEMS; i++) {
      if (pairs.get(i).positive().equals(pairs.get(i).negative())) {
        problems.add(same(i + 1, pairs.get(i).positive()));
      }
    }
    if (!problems.isEmpty()) {
      throw new SteercException(problems);
    }
  }

  /** The problem of no pairs at all. */
  public static Problem none() {
    return Problem.of(Code.BAD_PAIRS, "there are no pairs of texts to learn from")
        .help("pass one pair at least; some dozens are better");
  }

  /**
   * The problem of a pair that has no contrast.
   *
   * @param number which it is, counted from 1
   */
  public static Problem same(long number, String text) {
    return Problem.of(Code.BAD_PAIRS, "both texts of pair " + number + " are the same")
        .note(Lines.shown(text))
        .help("leave the pair out, or let one text lack what the other has");
  }

  /** How many pairs there are, or texts without pairs. */
  public int count() {
    return passages.size() / size();
  }

  /** Whether the texts are of two labels, and no part of them is left out. */
  boolean areWhole() {
    return !paired && classes.size() == 2 && passages.stream().allMatch(p -> p.prompt().isEmpty());
  }

  private int size() {
    return paired ? 2 : 1;
  }

  private List<Passage> unit(int index) {
    return passages.subList(index * size(), (index + 1) * size());
  }

  /** The pairs, or texts, to hold out: whatever their order, the same ones of the same texts. */
  BitSet heldOut(double share, long seed) {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < count(); i++) {
      keys.add(key(unit(i)));
    }
    return Split.of(keys, share, seed);
  }

  /** What a pair or text is known by when it is chosen what to hold out. */
  public static String key(List<Passage> unit) {
    return String.join("\0", unit.stream().map(Passage::text).toList());
  }

  /** The labels of the rows that the texts give, a row each. */
  Labels labels(BitSet heldOut) {
    BitSet rows = new BitSet();
    heldOut.stream().forEach(i -> rows.set(i * size(), (i + 1) * size()));
    return new Labels(of.clone(), classes.size(), paired, rows);
  }

  /** How the texts begin that are not held out. */
  Set<String> beginnings(BitSet heldOut) {
    Set<String> beginnings = new LinkedHashSet<>();
    for (int i = heldOut.nextClearBit(0); i < count(); i = heldOut.nextClearBit(i + 1)) {
      for (Passage passage : unit(i)) {
        beginnings.add(beginning(passage));
      }
    }
    return beginnings;
  }

  /** How a text begins: what is in front of what counts, or all where nothing is. */
  public static String beginning(Passage passage) {
    boolean begins = !passage.prompt().isBlank();
    return (begins ? passage.prompt() : passage.text()).strip();
  }
}
