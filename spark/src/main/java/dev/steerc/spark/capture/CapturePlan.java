package dev.steerc.spark.capture;

import dev.steerc.spark.cost.Costs;
import dev.steerc.spark.ship.Cargo;
import java.io.Serializable;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;

/**
 * What a task has to know.
 *
 * @param cuts whether texts that are too long are cut in front
 * @param cut counts those texts
 */
record CapturePlan(
    Broadcast<Cargo> cargo,
    PassageColumns passages,
    CaptureColumns columns,
    boolean cuts,
    Costs costs,
    LongAccumulator cut)
    implements Serializable {}
