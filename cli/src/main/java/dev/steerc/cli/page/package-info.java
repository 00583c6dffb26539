/**
 * The page that {@code steerc sweep --report} writes.
 *
 * <p>In: what a sweep found. Out: one file of HTML that is well-formed XML as well, with its style
 * and its pictures inside. Invariant: it loads nothing, runs nothing, and every text that came from
 * a model or a file is escaped.
 */
package dev.steerc.cli.page;
