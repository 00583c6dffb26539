package dev.steerc.spark.learn;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.learn.LabelledRows;
import dev.steerc.runtime.learn.LocalRows;
import dev.steerc.runtime.learn.Part;
import dev.steerc.runtime.learn.Pass;
import dev.steerc.runtime.learn.Reading;
import dev.steerc.runtime.learn.Stretch;
import java.util.Iterator;
import java.util.List;
import java.util.stream.DoubleStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;

/**
 * The rows of one site in the partitions of an RDD. Each partition adds its own up, and their sums
 * are added up in a tree, in which the last bits depend on who comes first.
 *
 * @param passes counts them
 * @param site which of the sites
 */
record SpreadRows(
    JavaRDD<Taught> all, Passes passes, int site, int width, int classes, boolean paired)
    implements LabelledRows {
  private static final int DEPTH = 2;

  @Override
  public double[] sum(Part part, int size, Pass pass) {
    passes.sum(size, all.getNumPartitions());
    return all.mapPartitions(new Summing(site, width, part, size, pass))
        .treeAggregate(new double[0], SpreadRows::plus, SpreadRows::plus, DEPTH);
  }

  @Override
  public double[] each(Part part, int size, Reading reading) {
    List<double[]> parts =
        all.mapPartitions(new Telling(site, width, part, size, reading)).collect();
    double[] numbers = parts.stream().flatMapToDouble(DoubleStream::of).toArray();
    passes.each(numbers.length);
    return numbers;
  }

  @Override
  public LocalRows here() {
    throw onOneMachine();
  }

  /** The problem of an eraser, which takes a matrix as wide as it is long. */
  static RuntimeException onOneMachine() {
    return Problem.of(Code.NOT_LEARNABLE, "`leace` learns from texts on one machine")
        .note("it adds up a matrix of width x width numbers, which is not sent about")
        .help("take fewer texts and run `steerc learn --method leace`, or choose another method")
        .exception();
  }

  private static double[] plus(double[] sums, double[] more) {
    if (sums.length == 0) {
      return more;
    }
    for (int i = 0; i < more.length; i++) {
      sums[i] += more[i];
    }
    return sums;
  }

  private static Stretch stretch(int site, int width, Iterator<Taught> rows) {
    return new Stretch(
        width,
        visitor ->
            rows.forEachRemaining(
                row -> visitor.row(row.text(), row.of(), row.heldOut(), row.rows()[site])));
  }

  /** The sums of a partition. */
  private record Summing(int site, int width, Part part, int size, Pass pass)
      implements FlatMapFunction<Iterator<Taught>, double[]> {
    @Override
    public Iterator<double[]> call(Iterator<Taught> rows) {
      return List.of(stretch(site, width, rows).sum(part, size, pass)).iterator();
    }
  }

  /** The numbers of a partition's rows. */
  private record Telling(int site, int width, Part part, int size, Reading reading)
      implements FlatMapFunction<Iterator<Taught>, double[]> {
    @Override
    public Iterator<double[]> call(Iterator<Taught> rows) {
      return List.of(stretch(site, width, rows).each(part, size, reading)).iterator();
    }
  }
}
