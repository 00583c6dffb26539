/**
 * Files of other tools as vector files of ours, and back.
 *
 * <p>In: a tensor file of any kind. Out: tensors named by site with the metadata that
 * docs/vectors.md describes, and what went where. Invariant: which block a tensor belongs to is
 * read from the file or from a {@link dev.steerc.runtime.exchange.Dialect} that is named, never
 * guessed silently.
 */
package dev.steerc.runtime.exchange;
