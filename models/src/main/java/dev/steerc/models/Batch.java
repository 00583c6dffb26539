package dev.steerc.models;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What a decoder is fed: [batch, sequence] each; {@code mask} also covers what a cache holds.
 *
 * @param mask 1 where there is a token, 0 where there is padding
 */
public record Batch(long[][] ids, long[][] mask, long[][] positions) {
  /** One row without padding. */
  public static Batch single(long... ids) {
    return leftPadded(ids);
  }

  /** Rows of different lengths, padded at the left with token 0 at position 0. */
  public static Batch leftPadded(long[]... rows) {
    int width = Arrays.stream(rows).mapToInt(row -> row.length).max().orElseThrow();
    return new Batch(
        Arrays.stream(rows).map(row -> line(width, row.length, i -> row[i])).toArray(long[][]::new),
        Arrays.stream(rows).map(row -> line(width, row.length, i -> 1)).toArray(long[][]::new),
        Arrays.stream(rows).map(row -> line(width, row.length, i -> i)).toArray(long[][]::new));
  }

  /** The columns from {@code first} on, with the whole mask: a step behind a cache. */
  public Batch from(int first) {
    return new Batch(columns(ids, first, width()), mask, columns(positions, first, width()));
  }

  /** The columns before {@code end}: the prefill of a cache. */
  public Batch until(int end) {
    return new Batch(columns(ids, 0, end), columns(mask, 0, end), columns(positions, 0, end));
  }

  /** The number of rows. */
  public int rows() {
    return ids.length;
  }

  /** The number of columns fed in this run. */
  public int width() {
    return ids[0].length;
  }

  private interface Column {
    long at(int index);
  }

  private static long[] line(int width, int length, Column column) {
    int padding = width - length;
    return IntStream.range(0, width)
        .mapToLong(i -> i < padding ? 0 : column.at(i - padding))
        .toArray();
  }

  private static long[][] columns(long[][] rows, int first, int end) {
    return Arrays.stream(rows)
        .map(row -> Arrays.copyOfRange(row, first, end))
        .toArray(long[][]::new);
  }
}
