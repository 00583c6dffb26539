package dev.steerc.spark.learn;

import java.io.Serializable;

/**
 * What a table of activations has of a text.
 *
 * @param rows a row at each site
 * @param lengths the lengths of its tokens that counted, added up, at each site
 * @param counted how many those are
 */
record Kept(float[][] rows, double[] lengths, int counted) implements Serializable {}
