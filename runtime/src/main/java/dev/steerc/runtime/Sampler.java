package dev.steerc.runtime;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Chooses tokens for one sequence: the same scores and the same seed give the same tokens, whatever
 * else is generated beside.
 */
final class Sampler {
  /** So few are faster kept in order than sorted with all others. */
  private static final int FEW = 1024;

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
    if (sampling.frequencyPenalty() != 0 || sampling.presencePenalty() != 0) {
      generated.forEach(
          (token, count) ->
              scores[token.intValue()] -=
                  (float) (count * sampling.frequencyPenalty() + sampling.presencePenalty()));
    }
  }

  /** The first of the tokens with the highest score. */
  static int best(float[] scores) {
    int best = 0;
    for (int i = 0; i < scores.length; i++) {
      if (Float.isNaN(scores[i]) || scores[i] == Float.POSITIVE_INFINITY) {
        throw notFinite(scores[i], "token " + i);
      }
      best = scores[i] > scores[best] ? i : best;
    }
    if (scores[best] == Float.NEGATIVE_INFINITY) {
      throw notFinite(scores[best], "every token");
    }
    return best;
  }

  private static RuntimeException notFinite(float score, String where) {
    return Problem.of(Code.SCORES_NOT_FINITE, "the model gives a token the score " + score)
        .note(where)
        .help("lower the strength of the steering")
        .exception();
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
    long[] keys = most <= FEW ? few(scores, most) : all(scores);
    int[] top = new int[Math.min(most, keys.length)];
    for (int i = 0; i < top.length; i++) {
      top[i] = (int) keys[i];
    }
    return top;
  }

  private static long[] all(float[] scores) {
    long[] keys = new long[scores.length];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = key(scores[i], i);
    }
    Arrays.sort(keys);
    return keys;
  }

  /** Keeps the best so far in order; hardly any later token is among them. */
  private static long[] few(float[] scores, int most) {
    long[] keys = new long[Math.min(most, scores.length)];
    int size = 0;
    for (int i = 0; i < scores.length; i++) {
      long key = key(scores[i], i);
      if (size < keys.length || size > 0 && key < keys[size - 1]) {
        int at = size < keys.length ? size++ : size - 1;
        while (at > 0 && keys[at - 1] > key) {
          keys[at] = keys[--at];
        }
        keys[at] = key;
      }
    }
    return keys;
  }

  /** A number that is smaller for a higher score, then for an earlier token. */
  private static long key(float score, int token) {
    int bits = Float.floatToIntBits(score + 0f); // -0 is 0
    int ordered = bits ^ (bits >> 31 & Integer.MAX_VALUE);
    return (long) ~ordered << 32 | token;
  }

  /** How likely a token is, and the most likely ones. */
  static TokenScore score(float[] scores, int token, int best) {
    Scale scale = Scale.of(scores);
    return new TokenScore(
        token,
        scale.logprob(scores[token]),
        Arrays.stream(top(scores, best))
            .mapToObj(i -> new TokenScore.Candidate(i, scale.logprob(scores[i])))
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
      double max = scores[Sampler.best(scores)];
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
