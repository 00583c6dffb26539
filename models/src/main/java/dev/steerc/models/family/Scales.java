package dev.steerc.models.family;

/**
 * Numbers that an architecture multiplies by; 1 where it does not.
 *
 * @param embedding multiplies the token embedding
 * @param branch multiplies what a branch adds to the stream
 * @param attention multiplies the scores; 0 stands for 1/√(head width)
 * @param logits multiplies the logits
 * @param scoreCap bounds the scores by cap · tanh(score / cap); 0 is no bound
 * @param logitCap bounds the logits the same way
 */
public record Scales(
    double embedding,
    double branch,
    double attention,
    double logits,
    double scoreCap,
    double logitCap) {
  static final Scales NONE = new Scales(1, 1, 0, 1, 0, 0);

  static Scales of(double embedding, double branch, double attention, double logits) {
    return new Scales(embedding, branch, attention, logits, 0, 0);
  }

  Scales capped(double score, double logit) {
    return new Scales(embedding, branch, attention, logits, score, logit);
  }
}
