package dev.steerc.onnx;

import dev.steerc.Patched;
import dev.steerc.Steerc;
import dev.steerc.models.Gpt2;
import dev.steerc.models.RandomGpt2;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Plan;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.plan.Target;
import dev.steerc.residual.Residual;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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

/** Patching a model with an input at the output of each block, step by step and as a whole. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PatchBenchmark {

  /** A GPT-2 with random weights. */
  public enum Model {
    /** Half a megabyte. */
    SMALL(new Gpt2.Config(2, 64, 4, 1000, 64)),
    /** 46 MB, and as many nodes as GPT-2 small. */
    MIDDLE(new Gpt2.Config(12, 256, 4, 8000, 256));

    private final Gpt2.Config sizes;

    Model(Gpt2.Config sizes) {
      this.sizes = sizes;
    }
  }

  @Param private Model model;

  private Path folder;
  private Path input;
  private Path output;
  private ModelFile file;
  private Residual residual;
  private List<Intervention> interventions;
  private Plan plan;
  private Splice splice;

  @Setup
  public void write() throws IOException {
    folder = Scratch.folder("steerc-benchmark");
    input = folder.resolve("model.onnx");
    output = folder.resolve("patched.onnx");
    RandomGpt2.write(input, model.sizes, 1, false);
    interventions =
        IntStream.range(0, model.sizes.blocks())
            .mapToObj(block -> (Site) new Site.InBlock(block, Site.Kind.RESID_POST))
            .map(site -> Target.of(site, "add", OptionalInt.empty()))
            .toList();
    file = open();
    residual = find();
    plan = plan();
    splice = splice();
  }

  @Benchmark
  public ModelFile open() {
    return ModelFile.open(input);
  }

  @Benchmark
  public Residual find() {
    return Residual.find(file);
  }

  @Benchmark
  public Plan plan() {
    return Plan.of(file, Optional.of(residual), interventions, InputMode.OPTIONAL);
  }

  @Benchmark
  public Splice splice() {
    return Splice.of(file, plan.patch());
  }

  @Benchmark
  public void writeFile() {
    splice.write(output);
  }

  /** All of it, with the fingerprint and the manifest. */
  @Benchmark
  public Patched whole() {
    return Steerc.patch(input, Request.of(interventions, InputMode.OPTIONAL), output);
  }

  @TearDown
  public void remove() {
    Scratch.discard(folder);
  }
}
