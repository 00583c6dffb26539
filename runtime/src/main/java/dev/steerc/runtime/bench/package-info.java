/**
 * Measurements of what the runtime costs, on data that is made up on the spot.
 *
 * <p>In: sizes and a seed. Out: records with times, memory and whether the result is right.
 * Invariant: measures through the public entry points, as a user would call them; the one exception
 * is the loop that it is compared with, which speaks to ONNX Runtime itself.
 */
package dev.steerc.runtime.bench;
