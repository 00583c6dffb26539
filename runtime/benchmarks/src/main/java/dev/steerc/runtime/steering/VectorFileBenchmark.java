package dev.steerc.runtime.steering;

import dev.steerc.onnx.Scratch;
import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Floats;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Reading a vector file: a direction of width 768 at each of 11 blocks; one alone in an .npy. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class VectorFileBenchmark {
  private static final int BLOCKS = 11;
  private static final int WIDTH = 768;

  @Param private VectorFormat format;

  private Path folder;
  private Path file;

  @Setup
  public void write() throws IOException {
    folder = Scratch.folder("steerc-benchmark");
    file = folder.resolve("v" + format.ending());
    Random random = new Random(BLOCKS);
    Map<Site, Edit> edits = new LinkedHashMap<>();
    for (int block = 1; block <= BLOCKS; block++) { // a GGUF has none at the first one
      edits.put(new Site.InBlock(block, Site.Kind.RESID_POST), edit(random));
    }
    Vector vector = new Vector("v", edits, Optional.empty(), Optional.empty());
    Vector written =
        format == VectorFormat.NPY ? vector.at(Set.of(edits.keySet().iterator().next())) : vector;
    VectorFile content = new VectorFile(file, written, Map.of());
    format.write(content, VectorFormat.GgufOptions.DEFAULT, file, List.of());
  }

  @Benchmark
  public VectorFile open() {
    return VectorFile.open(file);
  }

  @TearDown
  public void remove() {
    Scratch.discard(folder);
  }

  private static Edit edit(Random random) {
    Floats vector = Floats.filled(0, WIDTH);
    for (int i = 0; i < WIDTH; i++) {
      vector.values()[i] = (float) random.nextGaussian();
    }
    return new Edit.Add(vector);
  }
}
