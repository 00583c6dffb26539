package dev.steerc.trainer;

import dev.steerc.models.corpus.Use;
import dev.steerc.plan.Site;
import dev.steerc.runtime.learn.Direction;
import dev.steerc.runtime.measure.Effect;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The choice of blocks and strength for a goal: those with the best share of texts, of all that
 * leave them fluent.
 */
record Search(Bench bench, Goal goal, int prompts) {
  private static final double[] FACTORS = {1, 1.5, 2, 3, 4, 6};
  private static final long SEED = 1;

  /** How much is too much to try more, and what share of texts an excess of 1 costs. */
  private static final double GIBBERISH = 0.4;

  private static final double PRICE = 2;

  /** Texts that say the same again and again are no success. */
  private static final double VARIED = 0.7;

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
      Map<Site, Direction> directions,
      double factor,
      double score) {}

  /** What does best on prompts for {@link Use#CHOOSING}. */
  Found best() {
    List<String> chosen = goal.prompts().of(Use.CHOOSING, prompts);
    Effect plain = bench.effect(chosen, Steering.NONE, goal::shows, SEED);
    Found best = null;
    for (Goal.Lesson lesson : goal.lessons()) {
      Map<Site, Direction> directions = bench.learn(lesson);
      for (List<Integer> blocks : bench.places()) {
        for (double factor : goal.form() == Form.ADDED ? FACTORS : new double[] {1}) {
          Vector vector = vector(lesson, directions, blocks, factor);
          Effect effect = bench.effect(chosen, steering(vector, 1), goal::shows, SEED);
          double excess = effect.perplexity() / plain.perplexity() - goal.limit();
          if (excess > GIBBERISH) {
            break;
          }
          double right = goal.isMore() ? effect.rate() : 1 - effect.rate();
          double score = right - PRICE * Math.max(0, excess);
          boolean isVaried = effect.distinct2() > VARIED * plain.distinct2();
          if (isVaried && (best == null || score > best.score())) {
            best = new Found(vector, blocks, lesson, directions, factor, score);
          }
        }
      }
    }
    return Optional.ofNullable(best).orElseThrow();
  }

  private Vector vector(
      Goal.Lesson lesson, Map<Site, Direction> directions, List<Integer> blocks, double factor) {
    Map<Site, Edit> edits = new LinkedHashMap<>();
    for (int block : blocks) {
      Site site = Bench.site(block);
      Direction direction = directions.get(site);
      double level =
          goal.form() == Form.SET ? bench.level(lesson, site, direction.vector()) : Double.NaN;
      edits.put(site, goal.form().edit(direction.vector(), level, factor));
    }
    return new Vector(goal.vector(), edits, Optional.empty(), Optional.of(bench.base()));
  }

  /** The vector where the goal has it act. */
  Steering steering(Vector vector, double strength) {
    return Steering.of(Term.of(vector, strength).on(goal.positions()));
  }
}
