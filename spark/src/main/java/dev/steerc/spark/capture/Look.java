package dev.steerc.spark.capture;

import dev.steerc.onnx.Scratch;
import dev.steerc.plan.Site;
import dev.steerc.runtime.capture.Tapped;
import dev.steerc.runtime.learn.Origin;
import dev.steerc.spark.ship.Executor;
import dev.steerc.spark.ship.Location;
import dev.steerc.spark.ship.Shipment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the driver learns of a model before the work.
 *
 * @param origin what it is
 * @param sites the elements of a row at each site, in the order of the model
 */
public record Look(Shipment shipment, Origin origin, Map<Site, Integer> sites) {

  /**
   * Opens the model here.
   *
   * @throws dev.steerc.problem.SteercException when it cannot be opened, lacks a site or has no
   *     tokenizer
   */
  public static Look at(Location location, Taps taps) {
    Path scratch = Executor.scratch("steerc-driver");
    try {
      Shipment shipment = Shipment.of(location, scratch);
      try (Tapped tapped = taps.tap(shipment.arrive(scratch), 1)) {
        tapped.model().tokenizerFor("the texts become tokens");
        return new Look(shipment, Origin.of(tapped.model()), tapped.widths());
      }
    } finally {
      Scratch.discard(scratch);
    }
  }

  /** The fingerprint of the model before it was patched. */
  String base() {
    return origin.base();
  }

  /** The digest of the tokenizer's file. */
  Optional<String> tokenizer() {
    return origin.tokenizer();
  }

  /** The sites by the sites' paths. */
  Map<String, Integer> widths() {
    Map<String, Integer> widths = new LinkedHashMap<>();
    sites.forEach((site, width) -> widths.put(site.path(), width));
    return widths;
  }
}
