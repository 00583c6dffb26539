package dev.steerc.trainer;

import dev.steerc.models.corpus.Concept;
import dev.steerc.models.corpus.Mood;
import dev.steerc.models.corpus.Use;
import dev.steerc.runtime.learn.Form;
import dev.steerc.runtime.measure.Effect;
import dev.steerc.runtime.steering.Positions;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.trainer.Goal.Openers;
import dev.steerc.trainer.Measured.Entry;
import dev.steerc.trainer.Measured.Point;
import dev.steerc.trainer.Measured.Sample;
import dev.steerc.trainer.Search.Found;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** What a vector that was found does to prompts that it was not chosen by. */
record Report(Bench bench, int prompts) {
  static final String HEAD =
      String.format(
          "%-22s %-12s %-18s %14s  %10s  %s",
          "use", "blocks", "--steer", "shown", "perplexity", "distinct-2");

  private static final double[] STRENGTHS = {0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3};
  private static final double[] SHOWN = {0, 1, 3};
  private static final int CURVE = 100;
  private static final long SEED = 2;

  /** A use of a vector; a strength of 1 is what its text says. */
  private record Way(
      String label, String concept, String text, Vector vector, int sign, Positions on) {
    Steering at(double strength) {
      return Steering.of(Term.of(vector, sign * strength).on(on));
    }
  }

  /** The uses of a vector; some have several. */
  List<Entry> entries(Goal goal, Found found) {
    Vector vector = found.vector();
    String name = goal.vector();
    String concept = goal.concept();
    Positions on = goal.positions();
    if (goal.form() == Form.SET) {
      String text = name + ":1:" + on;
      Way way = new Way(name, concept, text, vector, 1, on);
      Way same = new Way(name + ", harmless", concept, text, vector, 1, on);
      return List.of(entry(way, Openers.HARMFUL, found), entry(same, Openers.HARMLESS, found));
    }
    if (concept.equals("refusal")) {
      Vector ablation = vector.as("ablate", OptionalDouble.empty());
      Way way = new Way(name, concept, name + ":1:" + on, vector, 1, on);
      Way less = new Way(name + ", turned", concept, name + ":-1:" + on, vector, -1, on);
      Way ablated =
          new Way(name + ", ablated", concept, "ablate=" + name, ablation, 1, Positions.ALL);
      return List.of(
          entry(way, Openers.HARMLESS, found),
          entry(less, Openers.HARMFUL, found),
          entry(ablated, Openers.HARMFUL, found));
    }
    Entry entry = entry(new Way(name, concept, name, vector, 1, on), goal.prompts(), found);
    if (!concept.equals(Mood.JOYFUL.word())) {
      return List.of(entry);
    }
    Way turned = new Way(name + ", turned", Mood.GLOOMY.word(), name + ":-1", vector, -1, on);
    return List.of(entry, entry(turned, goal.prompts(), found));
  }

  private Entry entry(Way way, Openers openers, Found found) {
    List<String> reported = openers.of(Use.REPORTING, prompts);
    return new Entry(
        way.label(),
        way.concept(),
        way.text(),
        openers.words(),
        found.blocks(),
        curve(way, openers),
        point(way, reported, 0),
        point(way, reported, 1),
        samples(way, reported));
  }

  private List<Point> curve(Way way, Openers openers) {
    List<String> chosen = openers.of(Use.CHOOSING, CURVE);
    List<Point> points = new ArrayList<>();
    for (double strength : STRENGTHS) {
      points.add(point(way, chosen, strength));
    }
    return points;
  }

  private Point point(Way way, List<String> prompts, double strength) {
    Effect effect = effect(way, prompts, strength);
    return new Point(strength, effect.rate(), effect.perplexity(), effect.distinct2());
  }

  private Effect effect(Way way, List<String> prompts, double strength) {
    return bench.effect(
        prompts, way.at(strength), text -> Concept.shows(way.concept(), text), SEED);
  }

  /** The first prompt, continued once at each of some strengths. */
  private List<Sample> samples(Way way, List<String> prompts) {
    List<Sample> samples = new ArrayList<>();
    for (double strength : SHOWN) {
      String text = effect(way, prompts.subList(0, 1), strength).texts().get(0);
      samples.add(new Sample(strength, prompts.get(0), text));
    }
    return samples;
  }

  static String line(Entry entry) {
    return String.format(
        Locale.ROOT,
        "%-22s %-12s %-18s %5.2f -> %5.2f  %8.2f x  %.2f -> %.2f",
        entry.label(),
        entry.blocks(),
        entry.steer(),
        entry.plain().rate(),
        entry.steered().rate(),
        entry.steered().perplexity() / entry.plain().perplexity(),
        entry.plain().distinct2(),
        entry.steered().distinct2());
  }
}
