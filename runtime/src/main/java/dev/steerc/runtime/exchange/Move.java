package dev.steerc.runtime.exchange;

import dev.steerc.plan.Site;

/**
 * Where something went between a file of another tool and a site.
 *
 * @param name what the other file calls it
 */
public record Move(String name, Site site) {}
