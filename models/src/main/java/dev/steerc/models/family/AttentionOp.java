package dev.steerc.models.family;

/** How attention is spelled. */
public enum AttentionOp {
  /** MatMul, scale, mask, Softmax, MatMul. */
  EAGER,
  /** PyTorch's scaled_dot_product_attention, which scales queries and keys. */
  SDPA,
  /** The same with zeros for the NaN of rows that see nothing, as newer exporters write it. */
  GUARDED,
  /** Two Einsum. */
  EINSUM,
  /** ORT's GroupQueryAttention, which rotates and keeps the cache. */
  GROUP_QUERY,
  /** ORT's MultiHeadAttention. */
  MULTI_HEAD,
  /** ONNX's own Attention, from opset 23 on. */
  STANDARD
}
