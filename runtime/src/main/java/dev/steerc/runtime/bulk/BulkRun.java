package dev.steerc.runtime.bulk;

import dev.steerc.runtime.Prompt;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.function.Function;

/**
 * The results of some rows, in their order; for one thread.
 *
 * <p>A thread that is interrupted stops with a {@link java.util.concurrent.CancellationException}
 * before the next token. A {@link Watch} ends the run without one.
 */
public final class BulkRun<T> implements Iterator<Result<T>> {
  /** How much of prompts is in memory at once, beside the rows that they came from. */
  private static final long MOST_BYTES = 16 << 20;

  private final Bulk bulk;
  private final Iterator<T> rows;
  private final Function<T, Task> task;
  private final Reading reading;
  private final Work work;
  private final Queue<Result<T>> ready = new ArrayDeque<>();

  BulkRun(Bulk bulk, Iterator<T> rows, Function<T, Task> task) {
    this.bulk = bulk;
    this.rows = rows;
    this.task = task;
    this.reading = new Reading(bulk);
    this.work = new Work(bulk);
  }

  /** What is done; a result counts as soon as it is there, before it is asked for. */
  public Counts counts() {
    return work.counts();
  }

  /** Whether the watch has ended it: rows without a result may be left. */
  public boolean isStopped() {
    return work.isStopped();
  }

  @Override
  public boolean hasNext() {
    while (ready.isEmpty() && !work.isStopped() && rows.hasNext()) {
      runWindow();
    }
    return !ready.isEmpty();
  }

  @Override
  public Result<T> next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return ready.remove();
  }

  private void runWindow() {
    List<T> window = new ArrayList<>();
    List<Item> items = new ArrayList<>();
    long start = System.nanoTime();
    try {
      read(window, items);
      work.run(items);
    } finally {
      work.spent(System.nanoTime() - start);
    }
    for (int i = 0; i < items.size(); i++) {
      if (items.get(i).isDone()) {
        ready.add(new Result<>(window.get(i), items.get(i).outcome()));
      }
    }
  }

  private void read(List<T> window, List<Item> items) {
    long[] size = {0};
    while (window.size() < bulk.window() && size[0] < MOST_BYTES && rows.hasNext()) {
      T row = rows.next();
      window.add(row);
      items.add(
          reading.item(
              () -> {
                Task asked = task.apply(row);
                size[0] += bytes(asked.prompt());
                return asked;
              }));
    }
  }

  private static long bytes(Prompt prompt) {
    return (long) Character.BYTES * prompt.text().map(String::length).orElse(0)
        + (long) Long.BYTES * prompt.ids().map(ids -> ids.length).orElse(0);
  }
}
