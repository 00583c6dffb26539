package dev.steerc.models.family;

import dev.steerc.models.Batch;
import java.util.Arrays;

/** The attention of one block, before its output projection. */
final class AttentionReference {
  private final Architecture architecture;
  private final Parameters parameters;
  private final Shape shape;
  private final Batch batch;
  private final int block;
  private final double[] sinks;

  AttentionReference(Architecture architecture, Parameters parameters, Batch batch, int block) {
    this.architecture = architecture;
    this.parameters = parameters;
    this.shape = architecture.shape();
    this.batch = batch;
    this.block = block;
    this.sinks =
        architecture.has(Feature.SINKS) ? Values.doubles(parameters.sinks(block).values()) : null;
  }

  /** [batch, sequence, hidden] to [batch, sequence, heads · head width]. */
  double[][][] of(double[][][] x) {
    double[][][] query = turned("q_norm", Values.rows(x, r -> Values.linear(r, query())));
    double[][][] key = turned("k_norm", Values.rows(x, r -> Values.linear(r, key())));
    double[][][] value = Values.rows(x, r -> Values.linear(r, parameters.value(block)));
    var out = new double[x.length][batch.width()][shape.queries()];
    for (int b = 0; b < x.length; b++) {
      for (int s = 0; s < batch.width(); s++) {
        for (int head = 0; head < shape.heads(); head++) {
          double[] weights = weights(head, query[b], key[b], b, s);
          mix(head, weights, value[b], out[b][s]);
        }
      }
    }
    return out;
  }

  private Parameters.Linear query() {
    return parameters.query(block);
  }

  private Parameters.Linear key() {
    return parameters.key(block);
  }

  /** The first number of the keys that a head of the queries belongs to. */
  private int keyColumn(int head) {
    return head * shape.keyHeads() / shape.heads() * shape.headWidth();
  }

  /** The weight of each column of the row. */
  private double[] weights(int head, double[][] query, double[][] key, int row, int at) {
    int width = shape.headWidth();
    var weights = new double[at + 1];
    double total = architecture.has(Feature.SINKS) ? Math.exp(sinks[head]) : 0;
    for (int k = 0; k <= at; k++) {
      double score = 0;
      for (int d = 0; d < width; d++) {
        score += query[at][head * width + d] * key[k][keyColumn(head) + d];
      }
      weights[k] = isSeen(row, at, k) ? Math.exp(biased(score, head, at, k)) : 0;
      total += weights[k];
    }
    // A padded query sees no key; what it computes reaches no other position.
    return Values.scaled(weights, 1 / Math.max(total, Double.MIN_NORMAL));
  }

  private boolean isSeen(int row, int at, int key) {
    boolean near = !architecture.isWindowed(block) || at - key < shape.window();
    return near && batch.mask()[row][key] == 1;
  }

  private double biased(double score, int head, int at, int key) {
    Scales scales = architecture.scales();
    double capped = Values.capped(score * architecture.scoreScale(), scales.scoreCap());
    boolean alibi = architecture.positions().is(Positions.Kind.ALIBI);
    return alibi ? capped + architecture.slope(head) * (key - at) : capped;
  }

  private void mix(int head, double[] weights, double[][] value, double[] out) {
    for (int k = 0; k < weights.length; k++) {
      for (int d = 0; d < shape.headWidth(); d++) {
        out[head * shape.headWidth() + d] += weights[k] * value[k][keyColumn(head) + d];
      }
    }
  }

  /** Queries or keys, normed and rotated. */
  private double[][][] turned(String norm, double[][][] x) {
    double[][][] normed = architecture.has(Feature.WHOLE_NORM) ? whole(norm, x) : x;
    var out = new double[x.length][batch.width()][];
    for (int b = 0; b < x.length; b++) {
      for (int s = 0; s < batch.width(); s++) {
        out[b][s] = heads(norm, normed[b][s], batch.positions()[b][s]);
      }
    }
    return out;
  }

  private double[][][] whole(String norm, double[][][] x) {
    String path = Parameters.layer(block, "self_attn." + norm);
    int width = x[0][0].length;
    var scaling = parameters.norm(path, architecture.norm(), width);
    return Values.rows(x, row -> Values.norm(row, architecture.norm(), scaling));
  }

  private double[] heads(String norm, double[] row, long position) {
    int width = shape.headWidth();
    var out = new double[row.length];
    for (int first = 0; first < row.length; first += width) {
      double[] head = Arrays.copyOfRange(row, first, first + width);
      if (architecture.has(Feature.HEAD_NORM)) {
        String path = Parameters.layer(block, "self_attn." + norm);
        var scaling = parameters.norm(path, architecture.norm(), width);
        head = Values.norm(head, architecture.norm(), scaling);
      }
      System.arraycopy(rotated(head, position), 0, out, first, width);
    }
    return out;
  }

  /** Pairs of numbers as points of the plane, turned by an angle that grows with the position. */
  private double[] rotated(double[] head, long position) {
    Positions how = architecture.positions();
    double[] out = head.clone();
    for (int pair = 0; pair < how.width() / 2; pair++) {
      int x = how.interleaved() ? 2 * pair : pair;
      int y = how.interleaved() ? x + 1 : pair + how.width() / 2;
      double angle = position * Math.pow(architecture.base(block), -2.0 * pair / how.width());
      out[x] = head[x] * Math.cos(angle) - head[y] * Math.sin(angle);
      out[y] = head[x] * Math.sin(angle) + head[y] * Math.cos(angle);
    }
    return out;
  }
}
