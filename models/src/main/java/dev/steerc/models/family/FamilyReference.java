package dev.steerc.models.family;

import dev.steerc.models.Batch;
import dev.steerc.models.Gpt2Reference.Edit;
import dev.steerc.models.Gpt2Reference.Run;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The forward pass of an {@link Architecture} in double precision, written from the formulas and
 * not from any graph; values are [batch, sequence, width].
 *
 * <p>{@code attn_out} and {@code mlp_out} are what a branch adds to the stream: behind its norm and
 * its scale, where it has them.
 */
public final class FamilyReference {
  private final Architecture architecture;
  private final Parameters parameters;
  private final Batch batch;
  private final Edit edit;
  private final Map<String, double[][][]> sites = new LinkedHashMap<>();

  private FamilyReference(Architecture architecture, Batch batch, Edit edit) {
    this.architecture = architecture;
    this.parameters = new Parameters(architecture);
    this.batch = batch;
    this.edit = edit;
  }

  /** Runs the decoder over a batch that holds whole sequences, no cache. */
  public static Run run(Architecture architecture, Batch batch, Edit edit) {
    return new FamilyReference(architecture, batch, edit).run();
  }

  private Run run() {
    double[][][] x = embed();
    for (int i = 0; i < architecture.shape().blocks(); i++) {
      x = architecture.join().isParallel() ? parallel(i, x) : sequential(i, x);
    }
    double[][][] normed = normed("norm", x);
    return new Run(logits(normed), normed, sites, Map.of());
  }

  private double[][][] sequential(int i, double[][][] input) {
    double[][][] pre = site("resid_pre", i, input);
    double[][][] attention = site("attn_out", i, attention(i, read(i, "input_layernorm", pre)));
    double[][][] mid = site("resid_mid", i, Values.sum(pre, attention));
    double[][][] mlp = site("mlp_out", i, mlp(i, read(i, "post_attention_layernorm", mid)));
    return site("resid_post", i, Values.sum(mid, mlp));
  }

  private double[][][] parallel(int i, double[][][] input) {
    double[][][] pre = site("resid_pre", i, input);
    double[][][] attention = site("attn_out", i, attention(i, read(i, "input_layernorm", pre)));
    String own =
        architecture.has(Feature.TWO_NORMS) ? "post_attention_layernorm" : "input_layernorm";
    double[][][] mlp = site("mlp_out", i, mlp(i, read(i, own, pre)));
    return site("resid_post", i, Values.sum(pre, Values.sum(attention, mlp)));
  }

  private double[][][] site(String site, int block, double[][][] value) {
    double[][][] edited = edit.apply(site, block, value);
    sites.put(block + "." + site, edited);
    return edited;
  }

  private double[][][] embed() {
    Positions positions = architecture.positions();
    boolean learned = positions.is(Positions.Kind.LEARNED);
    double[] tokens = Values.doubles(parameters.tokens().values());
    double[] places = learned ? Values.doubles(parameters.places().values()) : null;
    var x = new double[batch.rows()][batch.width()][];
    for (int b = 0; b < batch.rows(); b++) {
      for (int s = 0; s < batch.width(); s++) {
        double[] token = row(tokens, batch.ids()[b][s]);
        x[b][s] = Values.scaled(token, architecture.scales().embedding());
        if (learned) {
          double[] place = row(places, batch.positions()[b][s] + positions.offset());
          x[b][s] = Values.sum(x[b][s], place);
        }
      }
    }
    return architecture.has(Feature.EMBEDDING_NORM) ? normed("embed_layernorm", x) : x;
  }

  private double[] row(double[] table, long index) {
    int hidden = architecture.shape().hidden();
    int first = (int) index * hidden;
    return Arrays.copyOfRange(table, first, first + hidden);
  }

  private double[][][] read(int i, String norm, double[][][] stream) {
    return architecture.has(Feature.NO_NORM_BEFORE)
        ? stream
        : normed(Parameters.layer(i, norm), stream);
  }

  private double[][][] normed(String path, double[][][] x) {
    Parameters.Scaling scaling = parameters.norm(path);
    return Values.rows(x, row -> Values.norm(row, architecture.norm(), scaling));
  }

  private double[][][] attention(int i, double[][][] x) {
    double[][][] mixed = new AttentionReference(architecture, parameters, batch, i).of(x);
    double[][][] out = Values.rows(mixed, row -> Values.linear(row, parameters.output(i)));
    return contribution(Parameters.layer(i, "attention_norm_after"), out);
  }

  private double[][][] mlp(int i, double[][][] x) {
    var mlp = new MlpReference(architecture, parameters, i);
    return contribution(Parameters.layer(i, "mlp_norm_after"), Values.rows(x, mlp::of));
  }

  private double[][][] contribution(String norm, double[][][] branch) {
    double[][][] whole = architecture.has(Feature.NORM_AFTER) ? normed(norm, branch) : branch;
    return Values.scaled(whole, architecture.scales().branch());
  }

  private double[][][] logits(double[][][] normed) {
    Scales scales = architecture.scales();
    Parameters.Linear head = parameters.head();
    double[][][] logits = Values.rows(normed, row -> Values.linear(row, head));
    return Values.each(logits, v -> Values.capped(v * scales.logits(), scales.logitCap()));
  }
}
