/**
 * Learns what leads a model towards a concept, or takes the concept away.
 *
 * <p>In: the activations of one site, row by row, and their labels. Out: an {@link
 * dev.steerc.runtime.steering.Edit} and numbers that tell what it is worth. Invariants: rows are
 * gone through, never kept, so that they may be larger than memory; the same rows, labels and seed
 * give the same bytes, on any number of threads.
 */
package dev.steerc.runtime.learn;
