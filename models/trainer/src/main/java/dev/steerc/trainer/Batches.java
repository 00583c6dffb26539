package dev.steerc.trainer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * The batches of a training, in an order that a seed decides; one document is one row.
 *
 * <p>A row begins at position 0 with the first token of its document, as a prompt does, and its
 * last target is the end of the text. Documents of like length share a batch.
 */
final class Batches {
  /** The target of padding, which takes no part in the loss. */
  static final long IGNORED = -100;

  private static final int POOL = 512;

  private final List<int[]> documents;
  private final int end;
  private final int positions;
  private final int tokens;
  private final long seed;
  private int epoch = -1;
  private int before;
  private List<Rows> current = List.of();

  /**
   * Rows of one width, one behind the other.
   *
   * @param ids what the model reads, padded at the right
   * @param targets what it is to expect, {@link #IGNORED} where there is padding
   */
  record Rows(long[] ids, long[] targets, int width) {
    /** The number of tokens that have a target. */
    int count() {
      return (int) Arrays.stream(targets).filter(target -> target != IGNORED).count();
    }
  }

  /**
   * Batches of whole documents.
   *
   * @param end the token that ends a text
   * @param positions the longest row; what is behind it is left out
   * @param tokens the largest batch, padding included
   */
  Batches(List<int[]> documents, int end, int positions, int tokens, long seed) {
    if (documents.isEmpty()) {
      throw new IllegalArgumentException("no documents");
    }
    this.documents = List.copyOf(documents);
    this.end = end;
    this.positions = positions;
    this.tokens = tokens;
    this.seed = seed;
  }

  /** The batch of a step, counted from 0; steps must not go back beyond an epoch's beginning. */
  Rows at(int step) {
    while (step >= before + current.size()) {
      before += current.size();
      current = epoch(++epoch);
    }
    return current.get(step - before);
  }

  /** Every document once. */
  List<Rows> epoch(int index) {
    Random random = new Random(seed * 31 + index);
    List<int[]> shuffled = new ArrayList<>(documents);
    Collections.shuffle(shuffled, random);
    List<Rows> out = new ArrayList<>();
    for (int from = 0; from < shuffled.size(); from += POOL) {
      int to = Math.min(from + POOL, shuffled.size());
      out.addAll(pool(new ArrayList<>(shuffled.subList(from, to))));
    }
    Collections.shuffle(out, random);
    return out;
  }

  private List<Rows> pool(List<int[]> pool) {
    pool.sort(Comparator.comparingInt(document -> document.length));
    List<Rows> out = new ArrayList<>();
    List<int[]> open = new ArrayList<>();
    for (int[] document : pool) {
      if (!open.isEmpty() && (open.size() + 1) * width(document) > tokens) {
        out.add(rows(open));
        open.clear();
      }
      open.add(document);
    }
    out.add(rows(open));
    return out;
  }

  private int width(int[] document) {
    return Math.min(document.length, positions);
  }

  private Rows rows(List<int[]> documents) {
    int width = documents.stream().mapToInt(this::width).max().orElseThrow();
    long[] ids = new long[documents.size() * width];
    long[] targets = new long[ids.length];
    Arrays.fill(targets, IGNORED);
    for (int row = 0; row < documents.size(); row++) {
      int[] document = documents.get(row);
      for (int i = 0; i < width(document); i++) {
        ids[row * width + i] = document[i];
        targets[row * width + i] = i + 1 < document.length ? document[i + 1] : end;
      }
    }
    return new Rows(ids, targets, width);
  }
}
