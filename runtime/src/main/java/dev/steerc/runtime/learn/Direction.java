package dev.steerc.runtime.learn;

import dev.steerc.runtime.format.Floats;
import java.util.OptionalDouble;

/**
 * What was learned at one site.
 *
 * @param vector the direction [hidden]; added at strength 1, it leads from the mean of the negative
 *     texts to that of the positive ones
 * @param norm the mean length of the activations that it was learned from: what a strength can be
 *     measured by
 * @param separation how well the direction tells texts apart that it was not learned from: the area
 *     under the ROC curve of their projections, where 1 is always and 0.5 is chance. Each half of
 *     the pairs, every other one, is judged by the direction of the other half; empty with one pair
 */
public record Direction(Floats vector, double norm, OptionalDouble separation) {}
