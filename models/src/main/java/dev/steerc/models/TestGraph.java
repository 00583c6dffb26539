package dev.steerc.models;

import dev.steerc.onnx.proto.ValueInfoProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * A graph of the test data and the model it was written from.
 *
 * @param name of the file in {@code testdata/graphs}, without its ending
 * @param about what is special about it, in one line
 * @param tolerance the largest difference of its output from {@link Gpt2Reference}
 */
public record TestGraph(String name, String about, Gpt2 model, Dialect dialect, double tolerance) {
  static final String BRANCH = "use_cache_branch";

  /** Where the graph lies in a checkout. */
  public Path file(Path root) {
    return root.resolve("testdata/graphs").resolve(fileName());
  }

  /** The files that make up the graph, by name. */
  public SortedMap<String, byte[]> bytes() {
    return Gpt2Graph.write(model, dialect, fileName());
  }

  /** The output to compare: {@code logits} or, without a head, the hidden state. */
  public String output() {
    return dialect.has(Trait.NO_HEAD) ? Signature.STATE : "logits";
  }

  /** The reference's value of {@link #output}, [batch, sequence, width]. */
  public double[][][] output(Gpt2Reference.Run run) {
    if (!dialect.has(Trait.NO_HEAD)) {
      return run.logits();
    }
    int last = model.config().blocks() - 1;
    return dialect.has(Trait.NO_FINAL_NORM) ? run.at(last, "resid_post") : run.normed();
  }

  /** Whether the graph takes {@code attention_mask} and {@code position_ids}. */
  public boolean masked() {
    return !dialect.has(Trait.IDS_ONLY);
  }

  /** Whether ONNX Runtime has all its operators for the CPU. */
  public boolean runs() {
    return !dialect.has(Trait.BRAIN_HALF);
  }

  /** Whether the output has the last position only. */
  public boolean lastOnly() {
    return dialect.has(Trait.LAST_TOKEN);
  }

  /** Whether the graph keeps keys and values from run to run. */
  public boolean cached() {
    return dialect.has(Trait.PAST) || dialect.has(Trait.FUSED_ATTENTION);
  }

  /** Whether the graph takes nothing but batches of 2 rows and 5 columns. */
  public boolean fixed() {
    return dialect.has(Trait.STATIC);
  }

  /** The input that takes what this output gave in the run before. */
  public String pastOf(String present) {
    return present.replace("present.", "past_key_values.").replace("present_", "past_");
  }

  /** The inputs of a run without a past; a cache is fed with length 0. */
  public List<Feed> feeds(Batch batch) {
    List<Feed> feeds = tokens(batch, false);
    for (ValueInfoProto past : new Signature(model.config(), dialect).pasts()) {
      feeds.add(Feed.empty(past.getName(), dialect.branchType(), pastShape(batch.rows())));
    }
    return feeds;
  }

  /** The inputs of a run behind a past, except for the past itself. */
  public List<Feed> stepFeeds(Batch batch) {
    return tokens(batch, true);
  }

  private List<Feed> tokens(Batch batch, boolean past) {
    var feeds = new ArrayList<Feed>();
    feeds.add(Feed.of("input_ids", batch.ids()));
    if (masked()) {
      feeds.add(Feed.of("attention_mask", batch.mask()));
      feeds.add(Feed.of("position_ids", batch.positions()));
    }
    if (dialect.has(Trait.MERGED)) {
      feeds.add(Feed.of(BRANCH, past));
    }
    return feeds;
  }

  private long[] pastShape(int rows) {
    Gpt2.Config config = model.config();
    return dialect.has(Trait.FUSED_ATTENTION)
        ? new long[] {2, rows, config.heads(), 0, config.headWidth()}
        : new long[] {rows, config.heads(), 0, config.headWidth()};
  }

  private String fileName() {
    return name + ".onnx";
  }

  @Override
  public String toString() {
    return name;
  }
}
