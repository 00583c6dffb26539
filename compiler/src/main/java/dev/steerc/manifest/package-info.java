/**
 * What a patched model promises, and all that the runtime needs of the compiler.
 *
 * <p>In: a {@link dev.steerc.plan.Plan} and the bytes that it changed. Out: a {@link Manifest},
 * which is stored as JSON in the model's metadata under {@link Manifest#KEY}.
 *
 * <p>Invariant: the JSON is part of the wire contract; fields are added, never changed.
 */
package dev.steerc.manifest;
