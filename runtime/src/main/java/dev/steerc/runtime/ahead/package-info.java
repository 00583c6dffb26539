/**
 * What ONNX Runtime does at every opening, done once ahead of it.
 *
 * <p>In: a model. Out: a folder with it and what was {@linkplain dev.steerc.runtime.prepared
 * prepared} of it. Invariant: a folder is there whole or not at all, and only when both forms gave
 * the same numbers.
 */
package dev.steerc.runtime.ahead;
