/**
 * What to do where, checked before a byte is written.
 *
 * <p>In: a {@link dev.steerc.residual.Residual} and {@link Intervention}s at {@link Site}s. Out: a
 * {@link Plan}, and from it a {@link dev.steerc.onnx.Patch} in graph terms.
 *
 * <p>Invariants: the names and dims of ports are the wire contract and change only with its
 * version. A new operation is one record that lowers itself, and one word in {@code permits}.
 */
package dev.steerc.plan;
