package dev.steerc.models.family;

/** How norms of the stream are spelled. */
public enum NormOp {
  /** Arithmetic. */
  DECOMPOSED,
  /** Arithmetic between two Casts that change nothing, of which the sums read the first. */
  CAST,
  /** One operator: LayerNormalization, SimplifiedLayerNormalization or RMSNormalization. */
  OPERATOR,
  /** One operator together with the sum before it. */
  SKIP
}
