package dev.steerc.runtime;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * What a steering does to the distribution of each token of a given text, behind the same tokens
 * before it. All is computed in double from the model's scores, before penalties, temperature and
 * the rest of the sampling; nothing is before the first token, so it counts as certain.
 *
 * @param prompt how many of the tokens are the prompt
 * @param tokens the text
 * @param plainLogprobs for each token the natural logarithm of its probability without steering
 * @param steeredLogprobs the same with it
 * @param kl for each token the divergence KL(steered ‖ plain) of the distributions that it stands
 *     in, in nats; infinite where the steered model allows a token that the plain one rules out
 */
public record Divergence(
    int prompt, long[] tokens, double[] plainLogprobs, double[] steeredLogprobs, double[] kl) {

  /** A text of which nothing is known yet. */
  static Divergence blank(int prompt, long[] tokens) {
    int length = tokens.length;
    return new Divergence(
        prompt, tokens, new double[length], new double[length], new double[length]);
  }

  /** The negative log-likelihood without steering of what is behind the prompt. */
  public double surprise(double most) {
    return -behind(plainLogprobs).map(logprob -> Math.max(-most, logprob)).sum();
  }

  /** The divergences behind the prompt, added up. */
  public double total(double most) {
    return behind(kl).map(nats -> Math.min(most, nats)).sum();
  }

  private DoubleStream behind(double[] numbers) {
    return Arrays.stream(numbers, prompt, numbers.length);
  }

  /** Takes the scores of the vocabulary for the token at a position. */
  void see(int at, float[] plain, float[] steered) {
    int token = (int) tokens[at];
    double plainMax = plain[Ranking.best(plain)];
    double steeredMax = steered[Ranking.best(steered)];
    double plainTotal = 0;
    double steeredTotal = 0;
    double weighted = 0;
    for (int i = 0; i < plain.length; i++) {
      double p = steered[i] - steeredMax;
      double q = plain[i] - plainMax;
      double weight = Math.exp(p);
      plainTotal += Math.exp(q);
      steeredTotal += weight;
      weighted += weight == 0 ? 0 : weight * (p - q);
    }
    plainLogprobs[at] = plain[token] - plainMax - Math.log(plainTotal);
    steeredLogprobs[at] = steered[token] - steeredMax - Math.log(steeredTotal);
    double nats = weighted / steeredTotal - Math.log(steeredTotal) + Math.log(plainTotal);
    kl[at] = Math.max(0, nats); // rounding may leave a little less than nothing
  }
}
