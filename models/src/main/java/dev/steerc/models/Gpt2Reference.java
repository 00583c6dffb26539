package dev.steerc.models;

import dev.steerc.models.Gpt2.Linear;
import dev.steerc.models.Gpt2.Norm;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;

/**
 * The forward pass of a {@link Gpt2} in double precision, written from the formulas and not from
 * any graph; values are [batch, sequence, width].
 */
public final class Gpt2Reference {
  /** What becomes of a site's value: itself, or a replacement, never changed in place. */
  @FunctionalInterface
  public interface Edit {
    /** No change anywhere. */
    Edit NONE = (site, block, value) -> value;

    double[][][] apply(String site, int block, double[][][] value);

    /** The same change of every position's vector at one site. */
    static Edit at(int block, String site, UnaryOperator<double[]> change) {
      return (s, b, value) -> s.equals(site) && b == block ? rows(value, change) : value;
    }

    /** This edit and then another. */
    default Edit then(Edit next) {
      return (site, block, value) -> next.apply(site, block, apply(site, block, value));
    }
  }

  /**
   * The outcome of a forward pass.
   *
   * @param logits [batch, sequence, vocab]
   * @param normed [batch, sequence, hidden], after the final norm
   * @param sites every site's value after its edit, by {@code <block>.<site>}
   * @param modules what each norm, linear and activation gave, by its path in PyTorch
   */
  public record Run(
      double[][][] logits,
      double[][][] normed,
      Map<String, double[][][]> sites,
      Map<String, double[][][]> modules) {
    /** The value of one site, [batch, sequence, hidden]. */
    public double[][][] at(int block, String site) {
      return sites.get(block + "." + site);
    }
  }

  private final Gpt2 model;
  private final Batch batch;
  private final Edit edit;
  private final Map<String, double[][][]> sites = new LinkedHashMap<>();
  private final Map<String, double[][][]> modules = new LinkedHashMap<>();

  private Gpt2Reference(Gpt2 model, Batch batch, Edit edit) {
    this.model = model;
    this.batch = batch;
    this.edit = edit;
  }

  /** Runs the model over a batch that holds whole sequences, no cache. */
  public static Run run(Gpt2 model, Batch batch, Edit edit) {
    return new Gpt2Reference(model, batch, edit).run();
  }

  private Run run() {
    double[][][] x = embed();
    for (int i = 0; i < model.blocks().size(); i++) {
      x = block(i, model.blocks().get(i), x);
    }
    double[][][] normed = module("ln_f", norm(x, model.finalNorm()));
    double[][][] logits = module("lm_head", linear(normed, model.head().values(), null));
    return new Run(logits, normed, sites, modules);
  }

  private double[][][] block(int i, Gpt2.Block block, double[][][] input) {
    double[][][] pre = site("resid_pre", i, input);
    String path = "h." + i;
    double[][][] normed = module(path + ".ln_1", norm(pre, block.attentionNorm()));
    double[][][] qkv = module(path + ".attn.c_attn", linear(normed, block.qkv()));
    double[][][] mixed = module(path + ".attn", attention(qkv));
    double[][][] attended = module(path + ".attn.c_proj", linear(mixed, block.attentionOut()));
    double[][][] mid = site("resid_mid", i, sum(pre, site("attn_out", i, attended)));
    double[][][] inner = module(path + ".ln_2", norm(mid, block.mlpNorm()));
    double[][][] up = module(path + ".mlp.c_fc", linear(inner, block.up()));
    double[][][] act = module(path + ".mlp.act", each(up, Gpt2Reference::gelu));
    double[][][] down = module(path + ".mlp.c_proj", linear(act, block.down()));
    double[][][] out = site("mlp_out", i, down);
    return site("resid_post", i, sum(mid, out));
  }

  private double[][][] site(String site, int block, double[][][] value) {
    double[][][] edited = edit.apply(site, block, value);
    sites.put(block + "." + site, edited);
    return edited;
  }

  private double[][][] module(String path, double[][][] value) {
    modules.put(path, value);
    return value;
  }

  private double[][][] embed() {
    int hidden = model.config().hidden();
    float[] tokens = model.tokens().values();
    float[] places = model.places().values();
    var x = new double[batch.rows()][batch.width()][hidden];
    for (int b = 0; b < batch.rows(); b++) {
      for (int s = 0; s < batch.width(); s++) {
        for (int h = 0; h < hidden; h++) {
          x[b][s][h] =
              (double) tokens[(int) batch.ids()[b][s] * hidden + h]
                  + places[(int) batch.positions()[b][s] * hidden + h];
        }
      }
    }
    return x;
  }

  private double[][][] attention(double[][][] qkv) {
    int hidden = model.config().hidden();
    var out = new double[batch.rows()][batch.width()][hidden];
    for (int b = 0; b < batch.rows(); b++) {
      for (int query = 0; query < batch.width(); query++) {
        for (int head = 0; head < model.config().heads(); head++) {
          attend(qkv[b], batch.mask()[b], query, head * model.config().headWidth(), out[b][query]);
        }
      }
    }
    return out;
  }

  /** One head at one position: columns {@code first} and on of query, key, value and output. */
  private void attend(double[][] qkv, long[] mask, int query, int first, double[] out) {
    int hidden = model.config().hidden();
    int width = model.config().headWidth();
    var weights = new double[query + 1];
    for (int key = 0; key <= query; key++) {
      double score = 0;
      for (int d = first; d < first + width; d++) {
        score += qkv[query][d] * qkv[key][hidden + d];
      }
      weights[key] = mask[key] == 1 ? Math.exp(score / Math.sqrt(width)) : 0;
    }
    // A padded query sees no key; what it computes reaches no other position.
    double total = Math.max(Arrays.stream(weights).sum(), Double.MIN_NORMAL);
    for (int key = 0; key <= query; key++) {
      for (int d = first; d < first + width; d++) {
        out[d] += weights[key] / total * qkv[key][2 * hidden + d];
      }
    }
  }

  private static double[][][] norm(double[][][] x, Norm norm) {
    float[] gain = norm.gain().values();
    float[] bias = norm.bias().values();
    return rows(
        x,
        row -> {
          double mean = Arrays.stream(row).average().orElseThrow();
          double variance =
              Arrays.stream(row).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
          var out = new double[row.length];
          for (int i = 0; i < row.length; i++) {
            out[i] = (row[i] - mean) / Math.sqrt(variance + Gpt2.EPSILON) * gain[i] + bias[i];
          }
          return out;
        });
  }

  private static double[][][] linear(double[][][] x, Linear linear) {
    return linear(x, linear.matrix().values(), linear.bias().values());
  }

  /** x · matrix + bias, where {@code matrix} is row-major [in, out] and a null bias is none. */
  private static double[][][] linear(double[][][] x, float[] matrix, float[] bias) {
    return rows(
        x,
        row -> {
          var out = new double[matrix.length / row.length];
          for (int j = 0; j < out.length; j++) {
            out[j] = bias == null ? 0 : bias[j];
            for (int i = 0; i < row.length; i++) {
              out[j] += row[i] * matrix[i * out.length + j];
            }
          }
          return out;
        });
  }

  private static double gelu(double x) {
    return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
  }

  private static double[][][] each(double[][][] x, DoubleUnaryOperator f) {
    return rows(x, row -> Arrays.stream(row).map(f).toArray());
  }

  private static double[][][] sum(double[][][] x, double[][][] y) {
    var out = new double[x.length][x[0].length][x[0][0].length];
    for (int b = 0; b < x.length; b++) {
      for (int s = 0; s < x[b].length; s++) {
        for (int h = 0; h < x[b][s].length; h++) {
          out[b][s][h] = x[b][s][h] + y[b][s][h];
        }
      }
    }
    return out;
  }

  private static double[][][] rows(double[][][] x, UnaryOperator<double[]> f) {
    return Arrays.stream(x)
        .map(line -> Arrays.stream(line).map(f::apply).toArray(double[][]::new))
        .toArray(double[][][]::new);
  }
}
