package dev.steerc.trainer;

import dev.steerc.models.corpus.Use;
import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.learn.Form;
import dev.steerc.runtime.learn.Learned;
import dev.steerc.runtime.measure.Effect;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The choice of blocks and strength for a goal: those with the best share of texts, of all that
 * leave them fluent.
 */
record Search(Bench bench, Goal goal, int prompts) {
  /** What several blocks share. */
  private static final double[] FACTORS = {1, 1.5, 2, 2.5, 3, 4, 6};

  private static final double[] AROUND = {0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3};
  private static final int FINER = 3;
  private static final long SEED = 1;

  /** The share of texts that it costs when perplexity, or sameness, is 1 above what it may be. */
  private static final double PRICE = 2;

  /** The least part of the variety of plain texts that is not called sameness. */
  private static final double VARIED = 0.7;

  /** More of what has this score is not tried. */
  private static final double HOPELESS = -0.2;

  /**
   * What was found.
   *
   * @param vector scaled, so that 1 is its strength
   * @param factor how many times the direction that is
   * @param score the share of texts that are as they are to be, less what is odd about them
   */
  record Found(
      Vector vector,
      List<Integer> blocks,
      Goal.Lesson lesson,
      Map<Site, Learned> directions,
      double factor,
      double score) {
    private Found scored(double other) {
      return new Found(vector, blocks, lesson, directions, factor, other);
    }
  }

  /** What does best on prompts for {@link Use#CHOOSING}: a coarse search, then a finer one. */
  Found best() {
    Round coarse = round(prompts);
    Found best = null;
    for (Goal.Lesson lesson : goal.lessons()) {
      Map<Site, Learned> directions = bench.learn(lesson);
      for (List<Integer> blocks : bench.places()) {
        for (double factor : goal.form() == Form.ADD ? FACTORS : new double[] {1}) {
          double each = factor / blocks.size();
          Found next = coarse.tried(found(lesson, directions, blocks, each));
          best = best == null || next.score() > best.score() ? next : best;
          if (next.score() < HOPELESS) {
            break;
          }
        }
      }
    }
    return goal.form() == Form.ADD ? finer(best) : best;
  }

  /** The best of the factors around one, on more prompts. */
  private Found finer(Found coarse) {
    Round round = round(FINER * prompts);
    return Arrays.stream(AROUND)
        .map(part -> part * coarse.factor())
        .mapToObj(factor -> found(coarse.lesson(), coarse.directions(), coarse.blocks(), factor))
        .map(round::tried)
        .max(Comparator.comparingDouble(Found::score))
        .orElseThrow();
  }

  private Round round(int count) {
    List<String> some = goal.prompts().of(Use.CHOOSING, count);
    return new Round(some, bench.effect(some, Steering.NONE, goal::shows, SEED));
  }

  /** Prompts and what becomes of them without steering. */
  private final class Round {
    private final List<String> prompts;
    private final Effect plain;

    Round(List<String> prompts, Effect plain) {
      this.prompts = prompts;
      this.plain = plain;
    }

    /** The same with its score: the share of texts that are right, less what is odd about them. */
    Found tried(Found found) {
      Effect effect = bench.effect(prompts, steering(found.vector(), 1), goal::shows, SEED);
      double right = goal.isMore() ? effect.rate() : 1 - effect.rate();
      double odd = Math.max(0, effect.perplexity() / plain.perplexity() - goal.limit());
      double same = Math.max(0, VARIED - effect.distinct2() / plain.distinct2());
      return found.scored(right - PRICE * (odd + same));
    }
  }

  private Found found(
      Goal.Lesson lesson, Map<Site, Learned> directions, List<Integer> blocks, double factor) {
    Map<Site, Edit> edits = new LinkedHashMap<>();
    for (int block : blocks) {
      Site site = Bench.site(block);
      edits.put(site, times(factor, goal.form().edit(directions.get(site))));
    }
    Vector vector = new Vector(goal.vector(), edits, Optional.empty(), Optional.of(bench.base()));
    return new Found(vector, blocks, lesson, directions, factor, Double.NaN);
  }

  private static Edit times(double factor, Edit edit) {
    if (!(edit instanceof Edit.Add added)) {
      return edit;
    }
    float[] scaled = added.vector().values().clone();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = (float) (factor * scaled[i]);
    }
    return new Edit.Add(new Floats(added.vector().dims(), scaled));
  }

  /** The vector where the goal has it act. */
  Steering steering(Vector vector, double strength) {
    return Steering.of(Term.of(vector, strength).on(goal.positions()));
  }
}
