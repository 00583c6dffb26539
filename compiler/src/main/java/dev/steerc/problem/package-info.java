/**
 * What can go wrong, as values.
 *
 * <p>In: a finding of any station. Out: a {@link Problem} with a stable {@link Code}, or one {@link
 * SteercException} that carries all problems found. Invariant: an error line never proposes a fix;
 * only {@code help} does.
 */
package dev.steerc.problem;
