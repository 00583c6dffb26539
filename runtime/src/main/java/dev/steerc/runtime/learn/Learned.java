package dev.steerc.runtime.learn;

import dev.steerc.runtime.steering.Edit;

/**
 * What was learned at one site.
 *
 * @param level the mean part along the edit's direction in the rows that it was learned from and
 *     that lack the concept; NaN for an eraser, which has no one direction
 */
public record Learned(Edit edit, Diagnosis diagnosis, double level) {}
