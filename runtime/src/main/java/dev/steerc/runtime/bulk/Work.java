package dev.steerc.runtime.bulk;

import dev.steerc.runtime.Completion;
import dev.steerc.runtime.Listener;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.Session;
import dev.steerc.runtime.SteeredModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Runs the rows of windows in batches, and counts. */
final class Work {
  private final Bulk bulk;
  private final SteeredModel model;
  private final int given;
  private Counts counts = Counts.NONE;
  private boolean stopped;

  Work(Bulk bulk) {
    this.bulk = bulk;
    this.model = bulk.model();
    this.given = bulk.batch() == 0 && !model.mixing().isEmpty() ? 1 : bulk.batch();
  }

  Counts counts() {
    return counts;
  }

  boolean isStopped() {
    return stopped;
  }

  void spent(long nanos) {
    counts = counts.spent(0, nanos);
  }

  void run(List<Item> window) {
    window.stream().filter(Item::isDone).forEach(this::count);
    List<Item> left = new ArrayList<>(window.stream().filter(item -> !item.isDone()).toList());
    left.sort(order());
    for (int from = 0; from < left.size() && !stopped; ) {
      int to = end(left, from);
      runBatch(left.subList(from, to));
      from = to;
    }
  }

  /** By length, then so that rows that can share their runs, or end together, stand together. */
  private Comparator<Item> order() {
    Comparator<Item> length = Comparator.comparingInt(Item::length);
    Comparator<Item> most = Comparator.comparingInt(Item::maxNewTokens);
    return model.ports().takeOneVector()
        ? length.thenComparing(item -> String.join("\n", item.steer())).thenComparing(most)
        : length.thenComparing(most);
  }

  /** Where the batch ends that begins at a row. */
  private int end(List<Item> sorted, int from) {
    int length = sorted.get(from).length();
    int to = from;
    while (to < sorted.size() && sorted.get(to).length() == length && fits(sorted, from, to)) {
      to++;
    }
    return to;
  }

  /** Whether a row can run together with those before it, the shortest text first. */
  private boolean fits(List<Item> sorted, int from, int to) {
    Item item = sorted.get(to);
    long tokens = (long) item.length() + item.maxNewTokens();
    return to - from < (given > 0 ? given : model.atOnce(item.length(), tokens)) || to == from;
  }

  /** Runs a batch; one that fails is run again row by row, so that only the row at fault fails. */
  private void runBatch(List<Item> batch) {
    try {
      generate(batch);
    } catch (CancellationException e) {
      throw e;
    } catch (RuntimeException e) {
      if (batch.size() == 1) {
        batch.get(0).fail(Reading.problem(e));
        count(batch.get(0));
      } else {
        batch.forEach(item -> runBatch(List.of(item)));
      }
    }
  }

  private void generate(List<Item> batch) {
    if (!goesOn()) {
      return;
    }
    List<Prompt> prompts = batch.stream().map(Item::prompt).toList();
    try (Session session = model.startApart(prompts, Listener.NONE)) {
      try {
        while (session.step() && goesOn()) {
          // goes on to the next token
        }
      } finally {
        counts = counts.spent(session.engineNanos(), 0);
      }
      List<Completion> texts = session.completions();
      for (int i = 0; i < batch.size(); i++) {
        if (texts.get(i).reason().isPresent()) {
          batch.get(i).done(texts.get(i));
          count(batch.get(i));
        }
      }
    }
  }

  private boolean goesOn() {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("interrupted");
    }
    stopped = stopped || !bulk.watch().goesOn(counts);
    return !stopped;
  }

  private void count(Item item) {
    counts = counts.and(item.outcome());
  }
}
