/**
 * Finds the residual stream of a transformer decoder, by structure.
 *
 * <p>In: a {@link dev.steerc.onnx.Graph}. Out: a {@link Residual} with its {@link Block}s and the
 * {@link Place}s where the stream can be read and edited, or a problem that says what could not be
 * proven.
 *
 * <p>The idea: the stream is what is summed up. Every {@link Sum} whose one operand the others are
 * computed from continues that operand; the sums so linked lead from the embedding to the head.
 *
 * <p>Two parts. What finds and proves: {@link Flow}, {@link Sum}, {@link Chain}, {@link Readers},
 * {@link Blocks}, {@link Places}, and the tables that they ask. What only describes, for users,
 * what was proven: {@link Dissection} a block, as its {@link Anatomy}, by {@link Heads}, {@link
 * Rotation}, {@link Mlp} and {@link NormKind}; {@link Grounds} the stream, with its {@link Ending};
 * both with {@link Evidence}. They look at the same steps, so they stand here.
 *
 * <p>Invariants: no edit depends on a description. No decision rests on a name. What is not proven
 * is refused, never guessed. This package knows no bytes.
 */
package dev.steerc.residual;
