package dev.steerc.runtime.capture;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.format.Floats;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Takes texts one by one, and runs and writes those of a shard as soon as they are together. */
final class Run {
  private static final int MOST_ROWS = 32;
  private static final long MOST_BYTES = 32 << 20;

  private final SteeredModel model;
  private final List<Shard> shards;
  private final Contents contents;
  private final Progress progress;
  private final List<Tokens> waiting = new ArrayList<>();
  private int next;
  private long found;
  private long tokens;
  private long nanos;

  Run(SteeredModel model, List<Shard> shards, Progress progress) {
    this.model = model;
    this.shards = shards;
    this.contents = shards.get(0).contents();
    this.progress = progress;
  }

  void add(Tokens text) {
    if (next == shards.size()) {
      throw changed();
    }
    waiting.add(text);
    Shard shard = shards.get(next);
    if (waiting.size() == shard.texts()) {
      finish(shard);
      waiting.clear();
      next++;
      progress.at(shard.first() + shard.texts(), contents.count());
    }
  }

  /** All texts were given. */
  void finish() {
    if (next < shards.size()) {
      throw changed();
    }
  }

  private static SteercException changed() {
    return Problem.of(Code.INPUT_CHANGED, "the texts changed while they were read")
        .help("run the command again when nobody writes to the file")
        .exception();
  }

  private void finish(Shard shard) {
    if (shard.isWhole()) {
      found += shard.texts();
      return;
    }
    long start = System.nanoTime();
    Draft draft = new Draft(shard, waiting);
    for (List<Integer> batch : batches()) {
      run(draft, batch);
      progress.at(shard.first() + draft.texts(), contents.count());
    }
    draft.write();
    nanos += System.nanoTime() - start;
  }

  private void run(Draft draft, List<Integer> batch) {
    Set<Site> sites = contents.widths().keySet();
    List<Prompt> prompts = batch.stream().map(i -> Prompt.ofIds(waiting.get(i).ids())).toList();
    List<Map<Site, Floats>> activations = model.activations(prompts, sites);
    for (int i = 0; i < batch.size(); i++) {
      draft.put(batch.get(i), activations.get(i));
      tokens += waiting.get(batch.get(i)).ids().length;
    }
  }

  /** Texts of about the same length together, as padding is run like any token. */
  private List<List<Integer>> batches() {
    long token = contents.widths().values().stream().mapToLong(width -> 4L * width).sum();
    List<Integer> byLength =
        IntStream.range(0, waiting.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> waiting.get(i).ids().length))
            .toList();
    List<List<Integer>> batches = new ArrayList<>();
    List<Integer> batch = new ArrayList<>();
    for (int text : byLength) {
      long bytes = (batch.size() + 1) * waiting.get(text).ids().length * token;
      if (!batch.isEmpty() && (batch.size() == MOST_ROWS || bytes > MOST_BYTES)) {
        batches.add(batch);
        batch = new ArrayList<>();
      }
      batch.add(text);
    }
    batches.add(batch);
    return batches;
  }

  /** How many texts were on disk already. */
  long found() {
    return found;
  }

  /** How many tokens were run. */
  long tokens() {
    return tokens;
  }

  /** How long running and writing took. */
  double seconds() {
    return nanos / 1e9;
  }
}
