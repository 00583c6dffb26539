package dev.steerc.models.family;

/** One choice of an exporter that differs from the plainest spelling. */
public enum Quirk {
  /** The stream is [batch · sequence, hidden] from the embedding on. */
  FLAT,
  /** The stream is [batch · sequence, hidden] between the two sums of a block. */
  FLAT_MLP,
  /** Positions are counted behind the past. */
  COUNTED_POSITIONS,
  /** Positions are counted from the mask. */
  MASKED_POSITIONS,
  /** One linear gives queries, keys and values, side by side. */
  PACKED_QKV,
  /** The same, the heads that belong together side by side: BLOOM, Falcon, GPT-NeoX. */
  PACKED_GROUPS,
  /** One linear gives gate and up. */
  PACKED_GATE,
  /** The gain of 1 + weight is computed in the graph. */
  COMPUTED_GAIN,
  /** The last sum is an output of its fused norm, too. */
  LAST_SUM,
  /** ORT's MoE. */
  FUSED_EXPERTS
}
