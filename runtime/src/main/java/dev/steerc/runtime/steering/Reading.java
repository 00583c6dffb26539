package dev.steerc.runtime.steering;

import dev.steerc.plan.Site;

/**
 * What a condition saw in a prompt.
 *
 * @param vector the name of the vector that depends on it
 * @param site where it looked
 * @param cosine what it measured
 * @param threshold what it compared with
 * @param acts whether the vector acts
 */
public record Reading(String vector, Site site, double cosine, double threshold, boolean acts) {}
