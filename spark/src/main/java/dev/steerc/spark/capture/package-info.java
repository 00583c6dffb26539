/**
 * Activations of the texts of a table.
 *
 * <p>In: rows with texts, and a model that executors tap. Out: the same rows with an array for each
 * site, or the shards that {@code steerc capture} writes. <b>Invariant:</b> a row's arrays do not
 * depend on its neighbours, its partition, or how often it is run.
 */
package dev.steerc.spark.capture;
