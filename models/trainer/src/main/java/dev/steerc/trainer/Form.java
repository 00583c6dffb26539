package dev.steerc.trainer;

import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Edit;

/** How a direction becomes an edit. */
enum Form {
  /** It is added, so many times. */
  ADDED {
    @Override
    Edit edit(Floats direction, double level, double factor) {
      return new Edit.Add(scaled(direction, factor));
    }
  },

  /**
   * The part along it becomes what it is on average in the negative texts: what is taken away is
   * the difference, where ablation takes all. Source: affine concept editing, arXiv 2411.09003.
   */
  SET {
    @Override
    Edit edit(Floats direction, double level, double factor) {
      float[] unit = scaled(direction, 1 / length(direction)).values();
      float[] back = scaled(direction, -1 / length(direction)).values();
      return new Edit.LowRank(
          new Floats(new long[] {unit.length, 1}, back),
          new Floats(new long[] {1}, new float[] {(float) level}),
          new Floats(new long[] {1, unit.length}, unit));
    }
  };

  /**
   * The edit at strength 1.
   *
   * @param direction [hidden]
   * @param level the mean part along the direction in the negative texts
   * @param factor how many times the direction is added, for a form that adds
   */
  abstract Edit edit(Floats direction, double level, double factor);

  static double length(Floats vector) {
    double squares = 0;
    for (float x : vector.values()) {
      squares += (double) x * x;
    }
    return Math.sqrt(squares);
  }

  private static Floats scaled(Floats vector, double factor) {
    float[] scaled = new float[vector.values().length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = (float) (factor * vector.values()[i]);
    }
    return new Floats(vector.dims(), scaled);
  }
}
