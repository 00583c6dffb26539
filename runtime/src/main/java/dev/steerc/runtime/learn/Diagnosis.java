package dev.steerc.runtime.learn;

import java.util.OptionalDouble;

/**
 * What a direction is worth, told by rows that it was not learned from; by those that it was
 * learned from where none are held out. An eraser is judged by the difference of the means that it
 * takes away; of several classes, by the one that its mean tells best from the rest.
 *
 * @param separation how well the projections onto it tell positive from negative rows: the area
 *     under the ROC curve, 1 is always and 0.5 chance; NaN where the rows are all of one kind
 * @param agreement the mean cosine between a pair's difference and the direction; NaN without pairs
 * @param wrongSide the share of pairs whose difference points against it; without pairs, the share
 *     of rows nearer to the other class's mean along it
 * @param norm the length of the vector that is added at strength 1, or that an eraser takes away
 * @param typical the mean length of all rows: what a strength can be measured by
 * @param rows how many rows judged
 * @param seen whether these are the rows that it was learned from, so that noise looks like success
 * @param left the separation that is found behind an eraser by a direction learned anew, on rows
 *     that neither was learned from; empty for what is added, and with too few rows held out
 */
public record Diagnosis(
    double separation,
    double agreement,
    double wrongSide,
    double norm,
    double typical,
    int rows,
    boolean seen,
    OptionalDouble left) {}
