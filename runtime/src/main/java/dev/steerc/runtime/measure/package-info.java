/**
 * Measures what a steering does to the texts of a model.
 *
 * <p>In: a model, prompts, a steering, and someone who judges texts. Out: numbers that can be
 * compared between steerings, and the point of a grid that is best by them. Invariant: the same
 * seed gives the same texts and numbers, and all numbers are finite.
 */
package dev.steerc.runtime.measure;
