/**
 * Learns vectors from more texts than one machine runs.
 *
 * <p>In: a file of pairs or of labelled texts. Out: what {@link dev.steerc.runtime.learn} learns of
 * them, as on one machine but for rounding. Invariants: what comes to the driver of a pass is as
 * long as a few rows, or a few numbers of each row that judges, and never a matrix of the width;
 * both texts of a pair stay in one partition, side by side.
 */
package dev.steerc.spark.learn;
