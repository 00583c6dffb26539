/**
 * Runs models with ONNX Runtime, steered.
 *
 * <p>In: a model file, patched or not, prompts, and steering as values. Out: text and numbers.
 * Invariant: what is fed is checked before ONNX Runtime sees it.
 */
package dev.steerc.runtime;
