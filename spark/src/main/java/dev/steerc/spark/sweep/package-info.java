/**
 * Tries a vector at the points of a grid on many machines.
 *
 * <p>In: what {@code steerc sweep} takes. Out: what it gives, to the last digit. The driver decides
 * what is tried next and scores texts; executors generate them. Invariant: a sitting is the same
 * wherever it is held, so it may be held again when an executor is lost.
 */
package dev.steerc.spark.sweep;
