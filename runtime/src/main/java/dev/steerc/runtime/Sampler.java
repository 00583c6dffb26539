package dev.steerc.runtime;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Chooses tokens for one sequence: the same scores and the same seed give the same tokens, whatever
 * else is generated beside.
 */
final class Sampler {
  private final Sampling sampling;
  private final SplittableRandom random;
  private final Map<Long, Integer> generated = new HashMap<>();
  private final Map<Long, Integer> seen = new HashMap<>();

  /** What is left of scores that are looked at once; null when that is not enough. */
  private final Ranking few;

  /** For draws from the whole vocabulary; else null. */
  private final Nucleus nucleus;

  Sampler(Sampling sampling, long seed, long[] prompt) {
    this.sampling = sampling;
    this.random = new SplittableRandom(seed);
    int most = sampling.isGreedy() ? 1 : sampling.topK();
    this.few = most > 0 && most <= Ranking.FEW ? new Ranking(most) : null;
    this.nucleus = most == 0 ? new Nucleus() : null;
    for (long token : prompt) {
      seen.merge(token, 1, Integer::sum);
    }
  }

  /**
   * Chooses the next token.
   *
   * @param scores the logits of the vocabulary
   * @param room for all of them
   */
  int next(Scores scores, float[] room) {
    if (changes() || few == null) {
      scores.read(0, scores.size(), room);
      return next(room);
    }
    few.clear();
    few.see(scores, room);
    return sampling.isGreedy() ? best(few) : draw(few, random.nextDouble());
  }

  /**
   * The same for scores that may change.
   *
   * @param scores the logits of the vocabulary; overwritten
   */
  int next(float[] scores) {
    penalise(scores);
    int token = sampling.isGreedy() ? Ranking.best(scores) : draw(scores);
    if (changes()) {
      generated.merge((long) token, 1, Integer::sum);
      seen.merge((long) token, 1, Integer::sum);
    }
    return token;
  }

  /** Whether scores are changed before a token is chosen. */
  boolean changes() {
    return sampling.repetitionPenalty() != 1
        || sampling.frequencyPenalty() != 0
        || sampling.presencePenalty() != 0;
  }

  private void penalise(float[] scores) {
    if (sampling.repetitionPenalty() != 1) {
      for (long token : seen.keySet()) {
        float score = scores[(int) token];
        double penalty = sampling.repetitionPenalty();
        scores[(int) token] = (float) (score < 0 ? score * penalty : score / penalty);
      }
    }
    if (sampling.frequencyPenalty() != 0 || sampling.presencePenalty() != 0) {
      generated.forEach(
          (token, count) ->
              scores[token.intValue()] -=
                  (float) (count * sampling.frequencyPenalty() + sampling.presencePenalty()));
    }
  }

  private static int best(Ranking ranking) {
    Ranking.checkPossible(ranking.score(0));
    return ranking.token(0);
  }

  private int draw(float[] scores) {
    double chance = random.nextDouble();
    if (nucleus != null) {
      int token = likely(scores, chance);
      if (token >= 0) {
        return token;
      }
    }
    int most = sampling.topK() == 0 ? scores.length : sampling.topK();
    return draw(Ranking.of(scores, most), chance);
  }

  /**
   * Draws from the whole vocabulary by looking at its likely tokens only.
   *
   * @return the token that the draw from all of them in order gives; -1 where that is too close to
   *     tell
   */
  private int likely(float[] scores, double chance) {
    float best = scores[Ranking.best(scores)];
    nucleus.weigh(scores, best, sampling.temperature());
    boolean cuts = sampling.topP() < 1 || sampling.minP() > 0;
    float least = nucleus.reaching(cuts ? sampling.topP() : chance, sampling.minP());
    if (Float.isNaN(least)) {
      return -1;
    }
    Ranking head = Ranking.sorted(scores, least, scores.length);
    double[] weights = weights(head);
    double doubt = Nucleus.DOUBT * nucleus.total();
    int place =
        cuts
            ? drawn(weights, kept(weights, nucleus.total(), doubt), chance)
            : drawn(weights, weights.length, chance * nucleus.total(), doubt);
    return place < 0 ? -1 : head.token(place);
  }

  /** Draws one of the tokens that top-p and min-p leave. */
  private int draw(Ranking candidates, double chance) {
    Ranking.checkPossible(candidates.score(0));
    double[] weights = weights(candidates);
    int kept = kept(weights, sum(weights, weights.length), -1);
    return candidates.token(drawn(weights, kept, chance));
  }

  private double[] weights(Ranking ranking) {
    double[] weights = new double[ranking.size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] =
          Math.exp(Nucleus.below(ranking.score(i), ranking.score(0), sampling.temperature()));
    }
    return weights;
  }

  private static double sum(double[] weights, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += weights[i];
    }
    return sum;
  }

  /**
   * How many of the candidates, best first, top-p and min-p leave; one at the least.
   *
   * @param doubt how far the total may be off, below 0 when it is what counts; -1 is given where
   *     that matters
   */
  private int kept(double[] weights, double total, double doubt) {
    double before = 0;
    int kept = 0;
    while (kept < weights.length) {
      double left = sampling.topP() * total - before;
      if (Math.abs(left) <= doubt) {
        return -1;
      }
      if (left <= 0 || weights[kept] < sampling.minP() * weights[0]) {
        break;
      }
      before += weights[kept++];
    }
    return Math.max(1, kept);
  }

  private static int drawn(double[] weights, int kept, double chance) {
    if (kept < 0) {
      return -1;
    }
    int place = drawn(weights, kept - 1, chance * sum(weights, kept), -1);
    return place < 0 ? kept - 1 : place;
  }

  /** The first place up to which the weights exceed a number; -1 where none does for certain. */
  private static int drawn(double[] weights, int most, double number, double doubt) {
    double at = number;
    for (int i = 0; i < most; i++) {
      at -= weights[i];
      if (Math.abs(at) <= doubt) {
        return -1;
      }
      if (at < 0) {
        return i;
      }
    }
    return -1;
  }

  /** How likely a token is, and the most likely ones. */
  static TokenScore score(float[] scores, int token, int best) {
    Scale scale = Scale.of(scores);
    Ranking top = Ranking.of(scores, best);
    return new TokenScore(
        token,
        scale.logprob(scores[token]),
        IntStream.range(0, top.size())
            .mapToObj(i -> new TokenScore.Candidate(top.token(i), scale.logprob(top.score(i))))
            .toList());
  }

  /** How likely a token is: the natural logarithm of its probability. */
  static double logprob(float[] scores, int token) {
    return Scale.of(scores).logprob(scores[token]);
  }

  /**
   * What turns scores into probabilities.
   *
   * @param max the best score, which is taken off first: scores may be too large to keep a small
   *     difference
   * @param norm the logarithm of what the rest adds up to
   */
  private record Scale(double max, double norm) {
    static Scale of(float[] scores) {
      double max = scores[Ranking.best(scores)];
      double total = 0;
      for (float score : scores) {
        total += Math.exp(score - max);
      }
      return new Scale(max, Math.log(total));
    }

    double logprob(float score) {
      return score - max - norm;
    }
  }
}
