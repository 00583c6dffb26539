package dev.steerc.spark.learn;

import java.io.Serializable;
import java.util.List;

/**
 * How texts are looked at before they are run.
 *
 * @param cuts whether texts that are too long are cut in front
 * @param seed what decides, with its texts, whether a unit is held out
 * @param limit below which place one is
 * @param classes what the classes are called
 */
record Telling(boolean cuts, long seed, double limit, List<String> classes)
    implements Serializable {}
