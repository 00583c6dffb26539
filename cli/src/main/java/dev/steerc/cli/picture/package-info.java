/**
 * The pictures that {@code steerc inspect} draws of a residual stream.
 *
 * <p>In: an {@link dev.steerc.Inspection}. Out: text for Graphviz, or an SVG that is well-formed
 * XML. Invariant: a picture loads nothing, and every text that came from a model is escaped.
 */
package dev.steerc.cli.picture;
