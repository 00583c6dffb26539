/**
 * Proves patches by running both models.
 *
 * <p>In: an original and its patched form. Out: a {@link dev.steerc.runtime.proof.Proof}, one
 * measurement a claim. Invariant: what an edit has to do is computed by its definition, never by
 * the graph under proof.
 */
package dev.steerc.runtime.proof;
