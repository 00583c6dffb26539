/**
 * Decoders of the published architectures, small and with random weights, written as exporters
 * write them, with a forward pass to compare with.
 *
 * <p>In comes an {@link dev.steerc.models.family.Architecture}, which is data, and a {@link
 * dev.steerc.models.family.Spelling}; out come the bytes of an ONNX file. {@link
 * dev.steerc.models.family.FamilyReference} computes the same architecture from its formulas and
 * looks at no graph.
 *
 * <p><b>Invariant:</b> no class knows a model by its name; what makes a model is in {@link
 * dev.steerc.models.family.Published} and {@link dev.steerc.models.family.Fused}.
 */
package dev.steerc.models.family;
