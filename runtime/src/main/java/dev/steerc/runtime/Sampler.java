package dev.steerc.runtime;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * Chooses tokens for one sequence: the same scores and the same seed give the same tokens, whatever
 * else is generated beside.
 */
final class Sampler {
  private final Sampling sampling;
  private final SplittableRandom random;
  private final Map<Long, Integer> generated = new HashMap<>();
  private final Map<Long, Integer> seen = new HashMap<>();

  Sampler(Sampling sampling, long seed, long[] prompt) {
    this.sampling = sampling;
    this.random = new SplittableRandom(seed);
    for (long token : prompt) {
      seen.merge(token, 1, Integer::sum);
    }
  }

  /**
   * Chooses the next token.
   *
   * @param scores the logits of the vocabulary; overwritten
   */
  int next(float[] scores) {
    penalise(scores);
    int best = best(scores);
    int token = sampling.isGreedy() ? best : draw(scores, best);
    generated.merge((long) token, 1, Integer::sum);
    seen.merge((long) token, 1, Integer::sum);
    return token;
  }

  private void penalise(float[] scores) {
    if (sampling.repetitionPenalty() != 1) {
      for (long token : seen.keySet()) {
        float score = scores[(int) token];
        double penalty = sampling.repetitionPenalty();
        scores[(int) token] = (float) (score < 0 ? score * penalty : score / penalty);
      }
    }
    if (sampling.frequencyPenalty() != 0) {
      generated.forEach(
          (token, count) ->
              scores[token.intValue()] -= (float) (count * sampling.frequencyPenalty()));
    }
  }

  /** The first of the tokens with the highest score. */
  private static int best(float[] scores) {
    int best = 0;
    for (int i = 0; i < scores.length; i++) {
      if (Float.isNaN(scores[i]) || scores[i] == Float.POSITIVE_INFINITY) {
        throw Problem.of(Code.SCORES_NOT_FINITE, "the model gives a token the score " + scores[i])
            .note("token " + i)
            .help("lower the strength of the steering")
            .exception();
      }
      best = scores[i] > scores[best] ? i : best;
    }
    return best;
  }

  private int draw(float[] scores, int best) {
    int[] candidates = candidates(scores);
    double[] weights = new double[candidates.length];
    double total = 0;
    for (int i = 0; i < candidates.length; i++) {
      weights[i] =
          Math.exp(((double) scores[candidates[i]] - scores[best]) / sampling.temperature());
      total += weights[i];
    }
    int kept = kept(weights, total);
    double all = 0;
    for (int i = 0; i < kept; i++) {
      all += weights[i];
    }
    double at = random.nextDouble() * all;
    for (int i = 0; i < kept - 1; i++) {
      at -= weights[i];
      if (at < 0) {
        return candidates[i];
      }
    }
    return candidates[kept - 1];
  }

  /** How many of the candidates, best first, top-p and min-p leave; one at the least. */
  private int kept(double[] weights, double total) {
    double before = 0;
    int kept = 0;
    while (kept < weights.length
        && before < sampling.topP() * total
        && weights[kept] >= sampling.minP() * weights[0]) {
      before += weights[kept++];
    }
    return Math.max(1, kept);
  }

  /** The tokens that top-k leaves, best first; of equal ones the first. */
  private int[] candidates(float[] scores) {
    int most = sampling.topK() == 0 ? scores.length : Math.min(sampling.topK(), scores.length);
    return top(scores, most);
  }

  /** The tokens with the highest scores, best first; of equal ones the first. */
  static int[] top(float[] scores, int most) {
    PriorityQueue<Integer> worstFirst =
        new PriorityQueue<>(
            (a, b) -> scores[a] != scores[b] ? Float.compare(scores[a], scores[b]) : b - a);
    for (int i = 0; i < scores.length; i++) {
      if (worstFirst.size() < most) {
        worstFirst.add(i);
      } else if (scores[i] > scores[worstFirst.peek()]) {
        worstFirst.poll();
        worstFirst.add(i);
      }
    }
    int[] top = new int[worstFirst.size()];
    for (int i = top.length - 1; i >= 0; i--) {
      top[i] = worstFirst.poll();
    }
    return top;
  }

  /** How likely a token is, and the most likely ones. */
  static TokenScore score(float[] scores, int token, int best) {
    double max = Double.NEGATIVE_INFINITY;
    for (float score : scores) {
      max = Math.max(max, score);
    }
    double total = 0;
    for (float score : scores) {
      total += Math.exp(score - max);
    }
    double norm = max + Math.log(total);
    return new TokenScore(
        token,
        scores[token] - norm,
        Arrays.stream(top(scores, best))
            .mapToObj(i -> new TokenScore.Candidate(i, scores[i] - norm))
            .toList());
  }
}
