package dev.steerc.models.family;

import dev.steerc.models.Weight;
import java.util.List;

/** Linears side by side. */
final class Packed {
  private Packed() {}

  static Parameters.Linear of(String path, List<Parameters.Linear> parts, int groups) {
    int in = parts.get(0).matrix().dims().get(0);
    int out = parts.stream().mapToInt(Parameters.Linear::out).sum();
    List<Weight> matrices = parts.stream().map(Parameters.Linear::matrix).toList();
    Weight matrix = Weight.given(joined(matrices, in, groups), in, out);
    if (parts.get(0).bias() == null) {
      return new Parameters.Linear(path, matrix, null);
    }
    List<Weight> biases = parts.stream().map(Parameters.Linear::bias).toList();
    return new Parameters.Linear(path, matrix, Weight.given(joined(biases, 1, groups), out));
  }

  private static float[] joined(List<Weight> parts, int rows, int groups) {
    var values = parts.stream().map(Weight::values).toList();
    var out = new float[parts.stream().mapToInt(Weight::size).sum()];
    int at = 0;
    for (int row = 0; row < rows; row++) {
      for (int group = 0; group < groups; group++) {
        for (float[] part : values) {
          int width = part.length / rows / groups;
          System.arraycopy(part, (row * groups + group) * width, out, at, width);
          at += width;
        }
      }
    }
    return out;
  }
}
