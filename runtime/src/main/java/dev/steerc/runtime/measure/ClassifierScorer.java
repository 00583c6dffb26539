package dev.steerc.runtime.measure;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.format.Digest;
import dev.steerc.runtime.text.Lines;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A classifier that learned from labelled texts: logistic regression on their words and pairs of
 * adjacent words. The score is the probability that it gives a text.
 *
 * <p>As a file: JSON lines {@code {"text": …, "label": 0 or 1}} or pairs {@code {"positive": …,
 * "negative": …}}. A fifth of the lines of each kind, chosen by a hash of their content, is held
 * out and tells what the classifier is worth.
 *
 * @param accuracy the share of the held-out texts that it gets right
 * @param heldOut how many there are; 0 where there were too few
 */
public record ClassifierScorer(Path file, Bag bag, Logistic weights, double accuracy, int heldOut)
    implements TextScorer {
  private static final int FIFTH = 5;
  private static final String FORM =
      "{\"text\": …, \"label\": 0 or 1} or {\"positive\": …, \"negative\": …}";

  /** A text and whether it has the concept. */
  private record Labelled(String text, boolean has) {}

  /** Trains a classifier on a file. */
  public static ClassifierScorer open(Path file) {
    List<Labelled> learned = new ArrayList<>();
    List<Labelled> held = new ArrayList<>();
    for (List<List<Labelled>> alike : kinds(file).values()) {
      alike.sort(Comparator.comparing(unit -> Digest.sha256(unit.get(0).text())));
      for (int i = 0; i < alike.size(); i++) {
        (i < alike.size() / FIFTH ? held : learned).addAll(alike.get(i));
      }
    }
    if (learned.stream().map(Labelled::has).distinct().count() < 2) {
      throw Problem.of(Code.BAD_SCORER, "a classifier needs texts with the concept and without it")
          .at(file)
          .help("write JSON lines " + FORM + ", some dozens of each")
          .exception();
    }
    // what is in both is no test
    Set<String> known = new HashSet<>(learned.stream().map(Labelled::text).toList());
    held.removeIf(one -> known.contains(one.text()));
    Bag bag = Bag.of(learned.stream().map(Labelled::text).toList());
    Logistic weights = train(bag, learned);
    double right = held.stream().filter(one -> right(bag, weights, one)).count();
    double accuracy = held.isEmpty() ? Double.NaN : right / held.size();
    return new ClassifierScorer(file, bag, weights, accuracy, held.size());
  }

  /** The texts of each line, by what they are: pairs, or of one label. */
  private static Map<String, List<List<Labelled>>> kinds(Path file) {
    Map<String, List<List<Labelled>>> kinds = new LinkedHashMap<>();
    for (Lines.Line line : new Lines(file, FORM, Code.BAD_SCORER).all()) {
      List<Labelled> texts = texts(line);
      String kind = texts.size() > 1 ? "pair" : String.valueOf(texts.get(0).has());
      kinds.computeIfAbsent(kind, k -> new ArrayList<>()).add(texts);
    }
    return kinds;
  }

  private static List<Labelled> texts(Lines.Line line) {
    Map<?, ?> object = line.object();
    if (object.containsKey("positive")) {
      return List.of(
          new Labelled(line.text(object, "positive"), true),
          new Labelled(line.text(object, "negative"), false));
    }
    String text = line.text(object, "text");
    Object label = object.get("label");
    boolean has = label instanceof Number number && number.doubleValue() == 1;
    if (!has && !(label instanceof Number number && number.doubleValue() == 0)) {
      throw line.wrong("has no label", "`label` is 0 or 1, not " + label);
    }
    return List.of(new Labelled(text, has));
  }

  private static Logistic train(Bag bag, List<Labelled> texts) {
    boolean[] labels = new boolean[texts.size()];
    List<int[]> sets = new ArrayList<>();
    for (int i = 0; i < labels.length; i++) {
      labels[i] = texts.get(i).has();
      sets.add(bag.in(texts.get(i).text()));
    }
    return Logistic.of(sets, labels, bag.numbers().size());
  }

  private static boolean right(Bag bag, Logistic weights, Labelled one) {
    return weights.probability(bag.in(one.text())) > 0.5 == one.has();
  }

  @Override
  public String label() {
    return "classifier trained on " + file;
  }

  @Override
  public String remark() {
    return heldOut == 0
        ? "the classifier could not be tested: there are fewer than five texts of a kind"
        : String.format(
            Locale.ROOT,
            "the classifier gets %.0f %% of %d held-out texts right",
            100 * accuracy,
            heldOut);
  }

  @Override
  public double[] scores(List<Said> texts) {
    return texts.stream().mapToDouble(said -> weights.probability(bag.in(said.text()))).toArray();
  }
}
