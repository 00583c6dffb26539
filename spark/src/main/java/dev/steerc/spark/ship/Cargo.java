package dev.steerc.spark.ship;

import dev.steerc.runtime.format.Digest;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;

/**
 * All that executors need to compute, broadcast once.
 *
 * @param opening how the model is opened
 */
public record Cargo(Shipment shipment, Vectors vectors, Opening opening) implements Serializable {

  /** What tells it from others. */
  String id() {
    String text = shipment + "\n" + vectors.digest() + "\n" + opening;
    return Digest.sha256(text.getBytes(StandardCharsets.UTF_8));
  }
}
