/**
 * An ONNX file as spans.
 *
 * <p>In: a path. Out: a {@link ModelFile} whose {@link Graph}s, {@link Node}s and {@link Tensor}s
 * know where in the file they stand; and, from a {@link Patch} in graph terms, a {@link Splice}
 * that writes the changed file.
 *
 * <p>Invariants: weights never reach the heap. A byte that no edit touches is copied as it is,
 * unknown fields included. This package knows no transformer.
 */
package dev.steerc.onnx;
