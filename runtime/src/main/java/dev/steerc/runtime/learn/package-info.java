/**
 * Learns vectors from texts.
 *
 * <p>In: a model with taps, and pairs of texts that differ in one thing. Out: a direction for each
 * tapped site, and numbers that tell what it is worth. Invariant: the same texts give the same
 * bytes, and no chance is involved.
 */
package dev.steerc.runtime.learn;
