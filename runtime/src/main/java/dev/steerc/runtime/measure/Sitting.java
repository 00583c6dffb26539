package dev.steerc.runtime.measure;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A part of an exam, with a point of a grid or with the model as it is. It needs to know of no
 * other sitting, so they can be held in any order, anywhere.
 *
 * @param label what it is of, for people
 * @param place empty for the model as it is
 */
public record Sitting(String label, Optional<Place> place, double strength, Part part) {

  /** Holds sittings, here or on many machines. */
  @FunctionalInterface
  public interface Hall {
    /**
     * Has all parts taken.
     *
     * @param progress hears of each sitting that is over
     * @return what was seen in each, in the same order
     * @throws dev.steerc.problem.SteercException when a text cannot be generated or scored
     */
    List<Tally> hold(List<Sitting> sittings, Progress progress);
  }

  /** Hears of each sitting that is over. */
  @FunctionalInterface
  public interface Progress {
    void over(Sitting sitting);
  }

  /** With the model as it is. */
  static Sitting plain(String label, Part part) {
    return new Sitting(label, Optional.empty(), 0, part);
  }

  /** With a point. */
  static Sitting at(Place place, double strength, Part part) {
    String factor = String.format(Locale.ROOT, "%.3g", strength);
    return new Sitting(
        "layers " + place.label() + " x " + factor, Optional.of(place), strength, part);
  }
}
