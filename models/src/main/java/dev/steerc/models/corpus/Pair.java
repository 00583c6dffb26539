package dev.steerc.models.corpus;

/**
 * Two documents that differ in one concept and in nothing else that was chosen.
 *
 * @param opening how both begin; it leaves the concept open
 * @param positive a document that has the concept
 * @param negative a document that has another value instead
 */
public record Pair(String opening, String positive, String negative) {}
