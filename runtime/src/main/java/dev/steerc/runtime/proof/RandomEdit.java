package dev.steerc.runtime.proof;

import dev.steerc.plan.Plan;
import dev.steerc.plan.Port;
import dev.steerc.runtime.format.Floats;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * A random steering of one intervention, different in each row, and what it does by the definition
 * of the operation: the independent computation that a patched graph is compared with.
 *
 * @param op the operation
 * @param ports the tensors by role
 * @param feeds the same tensors by input name
 */
record RandomEdit(String op, Map<String, Floats> ports, Map<String, Floats> feeds) {
  private static final int RANK = 2;

  /**
   * Makes one up.
   *
   * @param rows the rows of the batch
   * @param scale the typical size of the values that are edited
   */
  static RandomEdit of(Plan.Step step, int rows, double scale, Random random) {
    Map<String, Floats> ports = new LinkedHashMap<>();
    Map<String, Floats> feeds = new LinkedHashMap<>();
    for (Port port : step.ports()) {
      double size = size(port.role(), step.width(), scale);
      Floats tensor = random(dims(port, rows), size, port, random);
      ports.put(port.role(), port.role().equals("branch_bias") ? change(tensor, port) : tensor);
      feeds.put(port.name(), tensor);
    }
    return new RandomEdit(step.intervention().op(), ports, feeds);
  }

  /** The sizes that make an edit about as large as what it edits. */
  private static double size(String role, int width, double scale) {
    return switch (role) {
      case "add", "branch_bias" -> scale;
      case "read" -> 1 / Math.sqrt(width);
      case "bias", "gain" -> 0.5;
      case "write" -> 0.5;
      default -> throw new IllegalStateException("no such port: " + role);
    };
  }

  private static long[] dims(Port port, int rows) {
    long[] dims = new long[port.dims().size()];
    for (int i = 0; i < dims.length; i++) {
      Port.Dimension dim = port.dims().get(i);
      dims[i] =
          switch (dim.symbol()) {
            case "batch" -> rows;
            case "rank" -> RANK;
            default -> dim.size();
          };
    }
    return dims;
  }

  private static Floats random(long[] dims, double size, Port port, Random random) {
    float[] values = new float[Floats.elements(dims)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (port.neutral(i) + size * random.nextGaussian());
    }
    return new Floats(dims, values);
  }

  /** What a bias adds beyond the model's own. */
  private static Floats change(Floats bias, Port port) {
    float[] values = bias.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] -= port.neutral(i);
    }
    return new Floats(bias.dims(), values);
  }

  /** What the edit makes of a value [batch, seq, width]. */
  Floats apply(Floats value) {
    int batch = (int) value.dims()[0];
    int seq = (int) value.dims()[1];
    int width = value.width();
    float[] edited = value.values().clone();
    for (int row = 0; row < batch; row++) {
      for (int token = 0; token < seq; token++) {
        int at = (row * seq + token) * width;
        double[] change = adds() ? added(row, width) : projected(value, at, row, width);
        for (int i = 0; i < width; i++) {
          edited[at + i] = (float) (edited[at + i] + change[i]);
        }
      }
    }
    return new Floats(value.dims(), edited);
  }

  private boolean adds() {
    return !op.equals("project");
  }

  private double[] added(int row, int width) {
    Floats vector = ports.values().iterator().next();
    int first = vector.values().length == width ? 0 : row * width;
    double[] change = new double[width];
    for (int i = 0; i < width; i++) {
      change[i] = vector.values()[first + i];
    }
    return change;
  }

  private double[] projected(Floats value, int at, int row, int width) {
    int rank = ports.get("bias").width();
    double[] change = new double[width];
    for (int r = 0; r < rank; r++) {
      double read = ports.get("bias").values()[row * rank + r];
      for (int i = 0; i < width; i++) {
        read +=
            (double) value.values()[at + i]
                * ports.get("read").values()[(row * width + i) * rank + r];
      }
      read *= ports.get("gain").values()[row * rank + r];
      for (int i = 0; i < width; i++) {
        change[i] += read * ports.get("write").values()[(row * rank + r) * width + i];
      }
    }
    return change;
  }
}
