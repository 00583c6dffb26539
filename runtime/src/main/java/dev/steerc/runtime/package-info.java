/**
 * Runs models with ONNX Runtime and proves patches.
 *
 * <p>In: a model file, patched or not, and steering as tensors. Out: its outputs, or a {@link
 * dev.steerc.runtime.Proof}. Invariant: what is fed is checked before ONNX Runtime sees it.
 */
package dev.steerc.runtime;
