package dev.steerc.runtime.capture;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.SteeredModel;
import java.util.ArrayList;
import java.util.List;

/** Takes texts one by one, and runs and writes those of a shard as soon as they are together. */
final class Run {
  private final Reader reader;
  private final List<Shard> shards;
  private final Contents contents;
  private final Progress progress;
  private final List<Tokens> waiting = new ArrayList<>();
  private int next;
  private long found;
  private long tokens;
  private long nanos;

  Run(SteeredModel model, List<Shard> shards, Progress progress) {
    this.shards = shards;
    this.contents = shards.get(0).contents();
    this.reader = new Reader(model, contents.widths(), contents.pooling());
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
    reader.run(waiting, new IntoDraft(draft));
    draft.write();
    nanos += System.nanoTime() - start;
  }

  private final class IntoDraft implements Reader.Taker {
    private final Draft draft;

    private IntoDraft(Draft draft) {
      this.draft = draft;
    }

    @Override
    public void rows(int index, Pooled rows) {
      draft.put(index, rows);
      tokens += waiting.get(index).ids().length;
      progress.at(draft.shard().first() + draft.texts(), contents.count());
    }

    @Override
    public void failed(int index, SteercException why) {
      throw why;
    }
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
