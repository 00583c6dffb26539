/**
 * The compiler's way in: {@link dev.steerc.Steerc} opens, patches, explains and restores models,
 * {@link dev.steerc.ModelFolder} does so with all decoders of a folder.
 *
 * <p>Data's way: {@code ModelFile → Graph → Residual → Plan → Patch → Splice → file + Manifest}.
 */
package dev.steerc;
