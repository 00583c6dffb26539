/**
 * What {@code steerc demo} shows.
 *
 * <p>In: the demo model, patched and open, and {@link dev.steerc.cli.demo.Scenes}, which is all
 * that there is to change. Out: texts and numbers as values, and the commands or the Java that give
 * the same. Invariant: a text and its command are made from one {@link dev.steerc.cli.demo.Take};
 * nothing here prints.
 */
package dev.steerc.cli.demo;
