package dev.steerc.models.family;

/** The nonlinear function in an MLP. */
public enum Activation {
  /** x · Φ(x). */
  GELU,
  /** GELU by its approximation with tanh, as GPT-2 has it. */
  GELU_TANH,
  SILU,
  RELU,
  /** The square of ReLU (arXiv 2109.08668). */
  RELU_SQUARED
}
