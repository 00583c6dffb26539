package dev.steerc.runtime.measure;

import java.util.Optional;

/**
 * A vector at one place with one strength.
 *
 * @param measured what it does; empty where it was not measured, because a weaker one had made the
 *     texts fall apart, or where the model's numbers overflowed
 */
public record Point(Place place, double strength, Optional<Measurement> measured) {

  /** The length that is added by the typical length of the activations; NaN when not known. */
  public double share() {
    return place.share() * Math.abs(strength);
  }
}
