/**
 * The compiler's way in: {@link dev.steerc.Steerc} opens, patches and restores models.
 *
 * <p>Data's way: {@code ModelFile → Graph → Residual → Plan → Patch → Splice → file + Manifest}.
 */
package dev.steerc;
