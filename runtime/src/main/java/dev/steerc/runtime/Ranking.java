package dev.steerc.runtime;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.Arrays;

/** The tokens with the highest scores, best first; of equal ones the first. */
final class Ranking {
  /** So few are faster kept in order than sorted with all others. */
  static final int FEW = 1024;

  /** Scores to look at in one go: they stay in the fastest memory. */
  private static final int PIECE = 2048;

  private final long[] keys;
  private int size;

  /** The score that a later token has to exceed; no number as long as there is room for any. */
  private float least = Float.NaN;

  private Ranking(long[] keys) {
    this.keys = keys;
  }

  /** Of tokens that are seen later, in order; {@link #FEW} at the most. */
  Ranking(int most) {
    this(new long[most]);
  }

  /**
   * The best of all tokens.
   *
   * @param most how many, if there are so many
   */
  static Ranking of(float[] scores, int most) {
    if (most <= FEW) {
      Ranking few = new Ranking(Math.min(most, scores.length));
      few.see(scores, scores.length, 0);
      return few;
    }
    return sorted(scores, Float.NEGATIVE_INFINITY, most);
  }

  /** The tokens that have a score or a better one, of finite scores. */
  static Ranking sorted(float[] scores, float least, int most) {
    int count = 0;
    long[] keys = new long[256];
    for (int i = 0; i < scores.length; i++) {
      if (scores[i] >= least) {
        keys = count < keys.length ? keys : Arrays.copyOf(keys, 2 * count);
        keys[count++] = key(scores[i], i);
      }
    }
    Arrays.sort(keys, 0, count);
    Ranking sorted = new Ranking(keys);
    sorted.size = Math.min(most, count);
    return sorted;
  }

  /** Forgets all. */
  void clear() {
    size = 0;
    least = Float.NaN;
  }

  /**
   * Sees all tokens of a vocabulary.
   *
   * @param room for a piece of them
   */
  void see(Scores scores, float[] room) {
    for (int first = 0; first < scores.size(); first += PIECE) {
      int count = Math.min(PIECE, scores.size() - first);
      scores.read(first, count, room);
      see(room, count, first);
    }
  }

  /** Sees the tokens from {@code first} on; hardly one of them is among the best so far. */
  private void see(float[] scores, int count, int first) {
    for (int i = 0; i < count; i++) {
      if (!(scores[i] <= least)) { // nor is one that is no number, or no end of it
        take(scores[i], first + i);
      }
    }
  }

  private void take(float score, int token) {
    checkFinite(score, token);
    if (keys.length == 0) {
      return;
    }
    long key = key(score, token);
    int at = -1 - Arrays.binarySearch(keys, 0, size, key);
    size = Math.min(size + 1, keys.length);
    System.arraycopy(keys, at, keys, at + 1, size - 1 - at);
    keys[at] = key;
    if (size == keys.length) {
      least = score(size - 1);
    }
  }

  int size() {
    return size;
  }

  int token(int place) {
    return (int) keys[place];
  }

  float score(int place) {
    int ordered = ~(int) (keys[place] >> 32);
    return Float.intBitsToFloat(ordered ^ (ordered >> 31 & Integer.MAX_VALUE));
  }

  /** A number that is smaller for a higher score, then for an earlier token. */
  private static long key(float score, int token) {
    int bits = Float.floatToIntBits(score + 0f); // -0 is 0
    int ordered = bits ^ (bits >> 31 & Integer.MAX_VALUE);
    return (long) ~ordered << 32 | token;
  }

  /** The first of the tokens with the highest score. */
  static int best(float[] scores) {
    int best = 0;
    float most = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < scores.length; i++) {
      if (!(scores[i] <= most)) {
        checkFinite(scores[i], i);
        most = scores[i];
        best = i;
      }
    }
    checkPossible(most);
    return best;
  }

  private static void checkFinite(float score, int token) {
    if (Float.isNaN(score) || score == Float.POSITIVE_INFINITY) {
      throw notFinite(score, "token " + token);
    }
  }

  /** A model has to give some token a chance. */
  static void checkPossible(float best) {
    if (best == Float.NEGATIVE_INFINITY) {
      throw notFinite(best, "every token");
    }
  }

  private static RuntimeException notFinite(float score, String where) {
    return Problem.of(Code.SCORES_NOT_FINITE, "the model gives a token the score " + score)
        .note(where)
        .help("lower the strength of the steering")
        .exception();
  }
}
