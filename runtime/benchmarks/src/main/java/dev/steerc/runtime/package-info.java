/**
 * Benchmarks of what is done for each token, each request or each model, in the packages of what
 * they measure.
 *
 * <p>Out: JMH's table of times, and of the memory taken with {@code -prof gc}. Invariant: no test
 * waits for them; only {@code -Pbenchmarks} builds this module.
 */
package dev.steerc.runtime;
