package dev.steerc.residual;

/**
 * Why something is held to be so.
 *
 * @param what what was decided, such as {@code attention}
 * @param because what the graph shows, in a sentence
 * @param node the operator that shows it, as messages name it; empty when no single one does
 */
public record Evidence(String what, String because, String node) {}
