package dev.steerc.spark.learn;

import dev.steerc.runtime.capture.Tokens;

/**
 * A text that waits to be run.
 *
 * @param text which it is, counted from 0
 * @param of its class
 * @param cut whether it was too long and was cut in front
 * @param begun whether it begins with what does not count
 */
record Told(long text, int of, boolean heldOut, Tokens tokens, boolean cut, boolean begun) {}
