/**
 * GPT-2 written down in the spellings of several exporters, with a forward pass to compare with.
 *
 * <p>In comes a {@link dev.steerc.models.Gpt2} (random weights from one seed, or trained ones) and
 * a {@link dev.steerc.models.Dialect}; out come the bytes of an ONNX file. {@link
 * dev.steerc.models.Gpt2Reference} computes the same model in plain Java without looking at any
 * graph, so that it can judge them all.
 *
 * <p><b>Invariant:</b> the same seed and dialect give the same bytes on every machine; of the
 * compiler, only the generated protobuf messages and {@code Json} are used here.
 */
package dev.steerc.models;
