package dev.steerc.runtime.steering;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Bound.Part;
import dev.steerc.runtime.steering.Ports.SitePorts;
import dev.steerc.runtime.steering.Schedule.Weighted;
import java.util.List;
import java.util.Map;

/**
 * Makes the tensors of one site's inputs from what acts on each row there.
 *
 * <p>y = (x + Σ s·v) + Σ (((x + Σ s·v)·R + b)∘s)·W. Where the model has no input for the first sum
 * in front of the projection, it becomes part of the projection, which is the same function.
 */
final class Lowering {
  private final SitePorts ports;
  private List<List<Weighted>> rows;
  private final int batch;
  private final int seq;

  /**
   * Begins.
   *
   * @param rows what acts on each row of the batch
   * @param columns the tokens of each row
   */
  Lowering(SitePorts ports, List<List<Weighted>> rows, int columns) {
    this.ports = ports;
    this.batch = areAlike(rows) ? 1 : rows.size();
    this.rows = rows.subList(0, batch);
    boolean constant = this.rows.stream().flatMap(List::stream).allMatch(Weighted::isConstant);
    this.seq = constant ? 1 : columns;
  }

  /** The rank that parts need at a site. */
  static int rank(SitePorts ports, List<Part> parts) {
    return parts.stream().mapToInt(part -> rank(ports, part)).sum();
  }

  private static int rank(SitePorts ports, Part part) {
    return part.isAdded() ? (ports.addsApart() ? 0 : 1) : part.projection().rank();
  }

  private static boolean areAlike(List<List<Weighted>> rows) {
    List<Weighted> first = rows.get(0);
    for (List<Weighted> row : rows) {
      if (row.size() != first.size()) {
        return false;
      }
      for (int i = 0; i < row.size(); i++) {
        if (!row.get(i).isSame(first.get(i))) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * Adds the site's tensors by input name.
   *
   * @param all whether inputs that nothing acts through are fed as well
   */
  void into(Map<String, Floats> feeds, boolean all) {
    checkOneVector();
    if (ports.bias().isPresent() && isOne() && acts(true)) {
      feeds.put(ports.bias().get().input(), biased());
      rows = rows.stream().map(Lowering::withoutAdded).toList();
    }
    boolean adds = acts(true) && ports.addsApart();
    if (ports.add().isPresent() && (adds || all)) {
      feeds.put(ports.add().get(), adds ? sum() : Floats.filled(0, 1, 1, ports.width()));
    }
    boolean projects = acts(false) || acts(true) && !ports.addsApart();
    if (ports.project().isPresent() && (projects || all)) {
      project(feeds, ports.project().get());
    }
  }

  private boolean isOne() {
    return batch == 1 && seq == 1;
  }

  private static List<Weighted> withoutAdded(List<Weighted> row) {
    return row.stream().filter(weighted -> !weighted.part().isAdded()).toList();
  }

  /** What is added through a bias is the same for all rows and tokens of a run. */
  void checkOneVector() {
    if (ports.takesOneVector() && !isOne()) {
      throw Problem.of(
              Code.ONE_VECTOR, "the " + (batch > 1 ? "rows" : "tokens") + " of one run differ")
          .note("`" + ports.bias().get().input() + "` is one vector for all of them")
          .help(
              batch > 1
                  ? "run the texts one by one, or patch with --op add"
                  : "steer all tokens, or patch with --op add")
          .exception();
    }
  }

  /** The bias that carries the sum of what is added. */
  private Floats biased() {
    double[] total = new double[ports.width()];
    for (int i = 0; i < total.length; i++) {
      total[i] = ports.bias().get().own().get(i);
    }
    add(0, 0, total);
    float[] values = new float[total.length];
    for (int i = 0; i < total.length; i++) {
      values[i] = (float) total[i];
    }
    return new Floats(new long[] {total.length}, values);
  }

  private boolean acts(boolean added) {
    return rows.stream().flatMap(List::stream).anyMatch(w -> w.part().isAdded() == added);
  }

  private Floats sum() {
    int width = ports.width();
    float[] values = new float[batch * seq * width];
    double[] total = new double[width];
    for (int row = 0; row < batch; row++) {
      for (int column = 0; column < seq; column++) {
        java.util.Arrays.fill(total, 0);
        add(row, column, total);
        int at = (row * seq + column) * width;
        for (int i = 0; i < width; i++) {
          values[at + i] = (float) total[i];
        }
      }
    }
    return new Floats(new long[] {batch, seq, width}, values);
  }

  private void add(int row, int column, double[] total) {
    for (Weighted weighted : rows.get(row)) {
      if (weighted.part().isAdded()) {
        axpy(weighted.strengths()[column], weighted.part().added(), total);
      }
    }
  }

  private static void axpy(double factor, float[] vector, double[] total) {
    for (int i = 0; i < total.length; i++) {
      total[i] += factor * vector[i];
    }
  }

  private void project(Map<String, Floats> feeds, Map<String, String> names) {
    int rank = rank();
    int width = ports.width();
    Floats read = Floats.filled(0, batch, width, rank);
    Floats bias = Floats.filled(0, batch, seq, rank);
    Floats gain = Floats.filled(0, batch, seq, rank);
    Floats write = Floats.filled(0, batch, rank, width);
    for (int row = 0; row < batch; row++) {
      int at = 0;
      for (Weighted weighted : rows.get(row)) {
        int own = rank(ports, weighted.part());
        for (int r = 0; r < own; r++) {
          direction(weighted, r, row, at++, rank, read, bias, gain, write);
        }
      }
    }
    feeds.put(names.get("read"), read);
    feeds.put(names.get("bias"), bias);
    feeds.put(names.get("gain"), gain);
    feeds.put(names.get("write"), write);
  }

  private int rank() {
    int rank = 1;
    for (List<Weighted> row : rows) {
      rank = Math.max(rank, rank(ports, row.stream().map(Weighted::part).toList()));
    }
    if (ports.rank() > 0 && rank > ports.rank()) {
      throw Problem.of(Code.RANK_FIXED, "the edits of one run need rank " + rank)
          .note("the model was patched with rank " + ports.rank())
          .help("patch it with a higher --rank, or without")
          .exception();
    }
    return Math.max(rank, ports.rank());
  }

  /** Fills in direction {@code r} of a part as direction {@code at} of the row. */
  private void direction(
      Weighted weighted,
      int r,
      int row,
      int at,
      int rank,
      Floats read,
      Floats bias,
      Floats gain,
      Floats write) {
    Part part = weighted.part();
    int width = ports.width();
    for (int i = 0; i < width && !part.isAdded(); i++) {
      float[] from = part.projection().read();
      read.values()[(row * width + i) * rank + at] = from[i * part.projection().rank() + r];
    }
    float[] to = part.isAdded() ? part.added() : part.projection().write();
    System.arraycopy(to, r * width, write.values(), (row * rank + at) * width, width);
    for (int column = 0; column < seq; column++) {
      int cell = (row * seq + column) * rank + at;
      gain.values()[cell] = (float) weighted.strengths()[column];
      bias.values()[cell] = part.isAdded() ? 1 : bias(part.projection(), r, row, column);
    }
  }

  /** What is added in front of the projection without an input of its own goes into the bias. */
  private float bias(Projection projection, int r, int row, int column) {
    double bias = projection.bias()[r];
    for (Weighted weighted : rows.get(row)) {
      if (weighted.part().isAdded() && !ports.addsApart()) {
        double dot = 0;
        for (int i = 0; i < ports.width(); i++) {
          dot += (double) weighted.part().added()[i] * projection.read()[i * projection.rank() + r];
        }
        bias += weighted.strengths()[column] * dot;
      }
    }
    return (float) bias;
  }
}
