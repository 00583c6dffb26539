package dev.steerc.runtime.steering;

import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Adapter;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Ports.SitePorts;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
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
import org.openjdk.jmh.annotations.Warmup;

/** Steering at the outputs of all blocks of a GPT-2 small, each row with vectors of its own. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SteeringBenchmark {
  private static final int BLOCKS = 12;
  private static final int WIDTH = 768;
  private static final int PROMPT = 32;
  private static final int TOKENS = 256;

  /** What a vector does, and so the inputs that it needs. */
  public enum Op {
    ADD,
    ABLATE
  }

  /** How the strength goes on from token to token. */
  public enum Strength {
    CONSTANT(Decay.CONSTANT),
    FADING(Decay.halfLife(20));

    private final Decay decay;

    Strength(Decay decay) {
      this.decay = decay;
    }
  }

  @Param private Op op;

  @Param private Strength strength;

  @Param({"1", "8"})
  private int rows;

  private final Adapter adapter = new Adapter();
  private final List<Steering> steerings = new ArrayList<>();
  private final List<Schedule> schedules = new ArrayList<>();
  private Ports ports;
  private Feeder feeder;
  private Map<String, Floats> feeds;
  private int token;

  @Setup
  public void bind() {
    ports = ports();
    feeder = new Feeder(ports);
    Random random = new Random(rows);
    for (int row = 0; row < rows; row++) {
      Map<Site, Edit> edits = new LinkedHashMap<>();
      ports.sites().keySet().forEach(site -> edits.put(site, edit(random)));
      Vector vector = new Vector("row" + row, edits, Optional.empty(), Optional.empty());
      steerings.add(Steering.of(Term.of(vector, 4).fading(strength.decay)));
      schedules.add(new Schedule(PROMPT, ports.bind(steerings.get(row), false)));
    }
    feeds = feeder.feeds(schedules, positions(), 1);
  }

  /** The tensors for the next token of each row. */
  @Benchmark
  public Map<String, Floats> nextToken() {
    token = (token + 1) % TOKENS;
    return feeder.feeds(schedules, positions(), 1);
  }

  /** The tensors after all rows got another steering. */
  @Benchmark
  public Map<String, Floats> swap() {
    List<Schedule> others = new ArrayList<>();
    for (Steering steering : steerings) {
      others.add(new Schedule(PROMPT, ports.bind(steering, false)));
    }
    return new Feeder(ports).feeds(others, positions(), 1);
  }

  /** Tensors as ONNX Runtime takes them beside the inputs that have to be fed. */
  @Benchmark
  public ByteBuffer adapter() {
    return adapter.write(feeds);
  }

  private int[] positions() {
    int[] positions = new int[rows];
    Arrays.fill(positions, PROMPT + token);
    return positions;
  }

  private Edit edit(Random random) {
    Floats vector = Floats.filled(0, WIDTH);
    for (int i = 0; i < WIDTH; i++) {
      vector.values()[i] = (float) random.nextGaussian();
    }
    return op == Op.ADD ? new Edit.Add(vector) : new Edit.Ablate(vector);
  }

  private Ports ports() {
    Map<Site, SitePorts> sites = new LinkedHashMap<>();
    for (int block = 0; block < BLOCKS; block++) {
      Site site = new Site.InBlock(block, Site.Kind.RESID_POST);
      sites.put(site, ports("steer." + site.path() + "."));
    }
    return new Ports(sites, Map.of(), false, BLOCKS, "", "GPT-2");
  }

  private SitePorts ports(String prefix) {
    Optional<String> add = op == Op.ADD ? Optional.of(prefix + "add") : Optional.empty();
    Map<String, String> project = new LinkedHashMap<>();
    for (String role : List.of("read", "bias", "gain", "write")) {
      project.put(role, prefix + role);
    }
    Optional<Map<String, String>> projected =
        op == Op.ADD ? Optional.empty() : Optional.of(project);
    return new SitePorts(WIDTH, add, Optional.empty(), projected, 0, false);
  }
}
