package dev.steerc.models.family;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A decoder as data. The plainest has blocks of pre-normed attention and pre-normed MLP, one behind
 * the other, without biases, and a head of its own.
 */
public record Architecture(
    Shape shape,
    Norm norm,
    Join join,
    Positions positions,
    Activation activation,
    Scales scales,
    Set<Feature> features) {

  /** LLaMA (arXiv 2302.13971), with the grouped heads of its second edition. */
  static final Architecture LLAMA =
      new Architecture(
          Shape.TINY,
          Norm.RMS,
          Join.STREAM_FIRST,
          Positions.rotary(4),
          Activation.SILU,
          Scales.NONE,
          Set.of(Feature.GATED));

  /** GPT-2, but for its way of joining. */
  static final Architecture GPT =
      new Architecture(
          Shape.TINY.heads(4, 4, 4),
          Norm.LAYER,
          Join.STREAM_FIRST,
          Positions.learned(0),
          Activation.GELU_TANH,
          Scales.NONE,
          Set.of(Feature.QKV_BIAS, Feature.OUT_BIAS, Feature.MLP_BIAS));

  public Architecture {
    features = Set.copyOf(features);
  }

  public boolean has(Feature feature) {
    return features.contains(feature);
  }

  /** The sites that each block has, in the order of the computation. */
  public List<String> sites() {
    return Stream.of("resid_pre", "attn_out", "resid_mid", "mlp_out", "resid_post")
        .filter(site -> !(join.isParallel() && site.equals("resid_mid")))
        .toList();
  }

  /** Whether a block looks back no further than the window. */
  boolean isWindowed(int block) {
    return shape.window() > 0 && !(has(Feature.ALTERNATING) && block % 2 == 1);
  }

  /** The base of a block's rotation. */
  double base(int block) {
    return has(Feature.LOCAL_BASE) && isWindowed(block) ? 10 : positions.base();
  }

  double scoreScale() {
    double given = scales.attention();
    return given == 0 ? 1 / Math.sqrt(shape.headWidth()) : given;
  }

  /** How strongly a head's ALiBi falls off. */
  double slope(int head) {
    return Math.pow(2, -8.0 * (head + 1) / shape.heads());
  }

  Architecture with(Feature... more) {
    var all = new HashSet<>(features);
    all.addAll(List.of(more));
    return of(shape, norm, join, positions, activation, scales, all);
  }

  Architecture without(Feature... fewer) {
    var left = new HashSet<>(features);
    left.removeAll(Set.of(fewer));
    return of(shape, norm, join, positions, activation, scales, left);
  }

  Architecture shape(Shape other) {
    return of(other, norm, join, positions, activation, scales, features);
  }

  Architecture norm(Norm other) {
    return of(shape, other, join, positions, activation, scales, features);
  }

  Architecture join(Join other) {
    return of(shape, norm, other, positions, activation, scales, features);
  }

  Architecture positions(Positions other) {
    return of(shape, norm, join, other, activation, scales, features);
  }

  Architecture activation(Activation other) {
    return of(shape, norm, join, positions, other, scales, features);
  }

  Architecture scales(Scales other) {
    return of(shape, norm, join, positions, activation, other, features);
  }

  private static Architecture of(
      Shape shape,
      Norm norm,
      Join join,
      Positions positions,
      Activation activation,
      Scales scales,
      Set<Feature> features) {
    return new Architecture(shape, norm, join, positions, activation, scales, features);
  }
}
