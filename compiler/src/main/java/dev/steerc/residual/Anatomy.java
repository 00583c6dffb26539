package dev.steerc.residual;

import java.util.Optional;

/**
 * What a block is made of. It describes; no edit depends on it.
 *
 * @param norm {@code LayerNorm}, {@code RMSNorm}, or {@code none}
 * @param normed where norms stand: {@code before} a branch reads the stream, {@code behind} it, or
 *     {@code around} it
 * @param attention the operator, or {@code spelled out}
 * @param heads how many heads attention has; empty when it could not be told
 * @param isRotary whether attention can be seen to turn queries and keys by their positions
 * @param mlp the activation, such as {@code GELU} or {@code gated SiLU}, or {@code experts}
 * @param isParallel whether attention and MLP read the same value of the stream
 * @param weights what the weights are kept in, such as {@code float16}, {@code int8} or {@code
 *     4-bit}; several are joined by a plus
 * @param isFused whether ONNX Runtime's own operators are among its nodes
 */
public record Anatomy(
    String norm,
    String normed,
    String attention,
    Optional<Heads> heads,
    boolean isRotary,
    String mlp,
    boolean isParallel,
    String weights,
    boolean isFused) {}
