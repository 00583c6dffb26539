/**
 * Measurements of what the runtime costs, on data that is made up on the spot.
 *
 * <p>In: sizes and a seed. Out: records with times, memory and whether the result is right.
 * Invariant: measures through the public entry points, as a user would call them.
 */
package dev.steerc.runtime.bench;
