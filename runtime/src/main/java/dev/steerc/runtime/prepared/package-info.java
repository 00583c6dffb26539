/**
 * What was prepared of a model: the graph as ONNX Runtime had optimised it, and a record of where
 * it holds.
 *
 * <p>In: a model's path. Out: the graph to open instead, or why not. Invariant: nothing is believed
 * that was made of other bytes, by another ONNX Runtime or for another processor.
 */
package dev.steerc.runtime.prepared;
