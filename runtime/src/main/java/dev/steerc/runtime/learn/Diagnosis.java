package dev.steerc.runtime.learn;

/**
 * What a direction is worth, told by rows that it was not learned from; by those that it was
 * learned from where none are held out.
 *
 * @param separation how well the projections onto it tell positive from negative rows: the area
 *     under the ROC curve, 1 is always and 0.5 chance
 * @param agreement the mean cosine between a pair's difference and the direction; NaN without pairs
 * @param wrongSide the share of pairs whose difference points against it; without pairs, the share
 *     of rows nearer to the other class's mean along it
 * @param norm the length of the vector that is added at strength 1
 * @param typical the mean length of the rows: what a strength can be measured by
 * @param rows how many rows judged
 */
public record Diagnosis(
    double separation, double agreement, double wrongSide, double norm, double typical, int rows) {}
