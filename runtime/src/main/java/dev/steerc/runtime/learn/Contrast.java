package dev.steerc.runtime.learn;

/**
 * Two texts that differ in one thing.
 *
 * @param positive the text that has it
 * @param negative its twin that does not
 */
public record Contrast(String positive, String negative) {}
