package dev.steerc.runtime.bench;

import dev.steerc.plan.Project;
import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Ports;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Vector;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;

/** Steerings of random vectors, of one unit for each element. */
final class MadeUpSteering {
  private MadeUpSteering() {}

  /**
   * A steering at every site that a model can be steered at; none where there is no site.
   *
   * @param width of the stream
   */
  static Steering of(Ports ports, int width, long seed) {
    Random random = new Random(seed);
    Map<Site, Edit> edits = new LinkedHashMap<>();
    for (Site site : ports.steerable()) {
      Floats vector = vector(width, random);
      boolean projects = ports.has(new Project(site, OptionalInt.empty()));
      edits.put(site, projects ? new Edit.Ablate(vector) : new Edit.Add(vector));
    }
    return edits.isEmpty()
        ? Steering.NONE
        : Steering.of(new Vector("made-up", edits, Optional.empty(), Optional.empty()), 1);
  }

  private static Floats vector(int width, Random random) {
    float[] values = new float[width];
    for (int i = 0; i < width; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new Floats(new long[] {width}, values);
  }
}
