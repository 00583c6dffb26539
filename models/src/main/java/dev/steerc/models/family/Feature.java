package dev.steerc.models.family;

/** What an architecture has and the plainest one has not. */
public enum Feature {
  /** A norm of what each branch gives, before it joins the stream. */
  NORM_AFTER,
  /** The branches read the stream as it is: OLMo-2. */
  NO_NORM_BEFORE,
  /** In a parallel block, the MLP has a norm of its own. */
  TWO_NORMS,
  /** The embedding is normed: BLOOM. */
  EMBEDDING_NORM,
  /** Each head of queries and keys is normed: Qwen3, Gemma-3. */
  HEAD_NORM,
  /** Queries and keys are normed over all heads at once: OLMo-2. */
  WHOLE_NORM,
  /** Each head has one more score, which takes weight and gives nothing: GPT-OSS. */
  SINKS,
  /** Only even blocks have a window. */
  ALTERNATING,
  /** Blocks with a window rotate faster: Gemma-3. */
  LOCAL_BASE,
  QKV_BIAS,
  OUT_BIAS,
  MLP_BIAS,
  /** The MLP multiplies the activation of one linear with another linear. */
  GATED,
  /** The experts' weights are made to sum to 1 after the choice: Mixtral. */
  NORMED_CHOICE,
  /** The softmax goes over the chosen experts only: GPT-OSS. */
  SOFTMAX_OF_CHOSEN,
  /** An expert that each token uses, weighed by a gate of its own: Qwen-MoE. */
  SHARED_EXPERT,
  /** Gate and up are clamped, the gate is x · σ(1.702 x), and up grows by 1: GPT-OSS. */
  CLAMPED,
  /** The head is the token embedding. */
  TIED,
  HEAD_BIAS
}
