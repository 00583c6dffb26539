/**
 * Vectors that are computed from vectors.
 *
 * <p>In: vector files. Out: their sum, what is left of one without another, and how they lie to
 * each other. Invariant: what is computed is what a model would be fed, so that a sum as a file and
 * as several terms of a steering are the same to the last bit.
 */
package dev.steerc.runtime.algebra;
