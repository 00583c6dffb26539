package dev.steerc.spark.cost;

import java.io.Serializable;

/**
 * What some work took.
 *
 * @param rows how many rows there are of it, failed ones included
 * @param failed how many of them have a problem instead of a result
 * @param read tokens of prompts and texts that the model read
 * @param written tokens that it generated
 * @param nanos the time of the tasks, one behind the other
 * @param cpu the time that their threads computed; what ONNX Runtime's own threads do besides is
 *     not in it
 */
public record Cost(long rows, long failed, long read, long written, long nanos, long cpu)
    implements Serializable {
  public static final Cost NONE = new Cost(0, 0, 0, 0, 0, 0);

  public Cost plus(Cost other) {
    return new Cost(
        rows + other.rows,
        failed + other.failed,
        read + other.read,
        written + other.written,
        nanos + other.nanos,
        cpu + other.cpu);
  }
}
