package dev.steerc.runtime.bench;

import dev.steerc.onnx.Scratch;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.learn.Diagnosis;
import dev.steerc.runtime.learn.Labels;
import dev.steerc.runtime.learn.Learned;
import dev.steerc.runtime.learn.Method;
import dev.steerc.runtime.learn.Split;
import dev.steerc.runtime.steering.Edit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * What learning costs: made-up activations are written to a temporary file, and each method learns
 * from them.
 *
 * @param rows how many activations; a fifth of them, about, is held out
 * @param width the elements of each
 */
public record LearnBench(int rows, int width, List<Method> methods, long seed) {
  private static final double HELD_OUT = 0.2;
  private static final int WIDEST = 1 << 16;

  public LearnBench {
    methods = List.copyOf(methods);
    if (rows < 4 || rows % 2 != 0 || width < 1 || width > WIDEST) {
      throw Problem.of(Code.USAGE, "no " + rows + " rows of " + width + " elements can be made up")
          .help("pass an even number of rows, 4 at least, and a width from 1 to " + WIDEST)
          .exception();
    }
  }

  /**
   * What one method did.
   *
   * @param passes how often it went through all rows, judging included
   * @param heap the most bytes on the heap meanwhile, garbage included
   * @param resident the most bytes of the process in memory meanwhile, where the system tells
   * @param diagnosis what it says of itself
   * @param cosine between the direction that it found, or erases, and the planted one
   */
  public record Result(
      Method method,
      int passes,
      double seconds,
      long heap,
      OptionalLong resident,
      Diagnosis diagnosis,
      double cosine) {}

  /**
   * Measures.
   *
   * @param begin hears of each method before it learns
   * @throws SteercException when there is no room for the file, or a method does not fit pairs
   */
  public List<Result> run(Consumer<Method> begin) {
    Path folder = null;
    try {
      folder = Scratch.folder("steerc-bench");
      Path file = folder.resolve("rows.f32");
      try (MadeUpRows made = MadeUpRows.write(file, rows / 2, width, seed)) {
        return run(made, begin);
      }
    } catch (IOException e) {
      throw new SteercException(
          Problem.of(Code.OUTPUT_UNWRITABLE, "the rows cannot be written to a temporary file")
              .note(String.valueOf(e.getMessage()))
              .help("make room, or choose another folder with -Djava.io.tmpdir"),
          e);
    } finally {
      if (folder != null) {
        Scratch.discard(folder);
      }
    }
  }

  private List<Result> run(MadeUpRows made, Consumer<Method> begin) {
    List<String> keys = IntStream.range(0, rows / 2).mapToObj(i -> "pair " + i).toList();
    BitSet heldOut = Split.of(keys, HELD_OUT, seed);
    Labels labels = Labels.ofPairs(rows / 2, heldOut);
    List<Result> results = new ArrayList<>();
    for (Method method : methods) {
      begin.accept(method);
      results.add(measured(method, made, labels));
    }
    return results;
  }

  private Result measured(Method method, MadeUpRows made, Labels labels) {
    PeakMemory.reset();
    int passes = made.passes();
    long start = System.nanoTime();
    Learned learned = method.learn(made, labels, seed);
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Result(
        method,
        made.passes() - passes,
        seconds,
        PeakMemory.heap(),
        PeakMemory.resident(),
        learned.diagnosis(),
        cosine(learned.edit(), made.planted()));
  }

  private static double cosine(Edit edit, double[] planted) {
    Floats direction =
        edit instanceof Edit.LowRank eraser ? eraser.write() : edit.tensors().get("vector");
    double along = 0;
    double squares = 0;
    for (int i = 0; i < planted.length; i++) {
      along += direction.values()[i] * planted[i];
      squares += (double) direction.values()[i] * direction.values()[i];
    }
    return along / Math.sqrt(squares);
  }
}
