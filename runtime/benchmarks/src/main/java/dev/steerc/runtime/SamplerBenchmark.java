package dev.steerc.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** Choosing a token of GPT-2's vocabulary, one text of {@value #TOKENS} tokens at a time. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SamplerBenchmark {
  private static final int VOCABULARY = 50257;
  private static final int TOKENS = 256;
  private static final int PROMPT = 128;
  private static final int KINDS = 16;
  private static final long SEED = 5;
  private static final Sampling PLAIN = Sampling.GREEDY.greedy(false);

  /** A rule of sampling. */
  public enum Rule {
    GREEDY(Sampling.GREEDY),
    TOP_K(PLAIN.topK(50)),
    TOP_P(PLAIN.topP(0.9)),
    ALL(PLAIN),
    GREEDY_PENALTIES(penalised(Sampling.GREEDY)),
    TOP_K_PENALTIES(penalised(PLAIN.topK(50))),
    TOP_P_PENALTIES(penalised(PLAIN.topP(0.9)));

    private final Sampling sampling;

    Rule(Sampling sampling) {
      this.sampling = sampling;
    }

    private static Sampling penalised(Sampling sampling) {
      return sampling.repetitionPenalty(1.1).frequencyPenalty(0.2).presencePenalty(0.1);
    }
  }

  @Param private Rule rule;

  private final long[] prompt = new long[PROMPT];
  private final float[] room = new float[VOCABULARY];
  private final Scores[] scores = new Scores[KINDS];

  @Setup
  public void draw() {
    Random random = new Random(SEED);
    for (int i = 0; i < KINDS; i++) {
      scores[i] = new InMemory(scores(random));
    }
    for (int i = 0; i < PROMPT; i++) {
      prompt[i] = random.nextInt(VOCABULARY);
    }
  }

  @Benchmark
  @OperationsPerInvocation(TOKENS)
  public void next(Blackhole hole) {
    Sampler sampler = new Sampler(rule.sampling, SEED, prompt);
    for (int i = 0; i < TOKENS; i++) {
      hole.consume(sampler.next(scores[i % KINDS], room));
    }
  }

  /** Probabilities that fall off with the rank as those of words do, on shuffled tokens. */
  private static FloatBuffer scores(Random random) {
    FloatBuffer scores =
        ByteBuffer.allocateDirect(VOCABULARY * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    for (int rank = 0; rank < VOCABULARY; rank++) {
      scores.put(rank, (float) (-1.3 * Math.log(rank + 1.0) + 0.1 * random.nextGaussian()));
    }
    for (int left = VOCABULARY; left > 1; left--) {
      int other = random.nextInt(left);
      float score = scores.get(other);
      scores.put(other, scores.get(left - 1));
      scores.put(left - 1, score);
    }
    return scores;
  }

  /** Scores outside the heap, as ONNX Runtime leaves them. */
  private record InMemory(FloatBuffer memory) implements Scores {
    @Override
    public int size() {
      return memory.capacity();
    }

    @Override
    public void read(int first, int count, float[] into) {
      memory.get(first, into, 0, count);
    }
  }

  /** The log-probabilities of a token and of the best five. */
  @State(Scope.Benchmark)
  @BenchmarkMode(Mode.AverageTime)
  @OutputTimeUnit(TimeUnit.MICROSECONDS)
  @Fork(1)
  @Warmup(iterations = 3, time = 1)
  @Measurement(iterations = 5, time = 1)
  public static class Logprobs {
    private final float[] scores = new float[VOCABULARY];

    @Setup
    public void draw() {
      SamplerBenchmark.scores(new Random(SEED)).get(scores);
    }

    @Benchmark
    public TokenScore score() {
      return Sampler.score(scores, 7, 5);
    }
  }
}
