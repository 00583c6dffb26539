package dev.steerc.runtime.bench;

import com.sun.management.ThreadMXBean;
import dev.steerc.runtime.Listener;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.Sampling;
import dev.steerc.runtime.Session;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.Steering;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Set;

/** Something that generates the best token after a prompt, again and again. */
interface Loop extends AutoCloseable {

  /** Generates so many tokens. */
  Steps run(long[] prompt, int tokens);

  /**
   * What each token took, the first one with the prompt.
   *
   * @param seconds from the one before
   * @param own seconds of that outside ONNX Runtime; empty where nobody knows
   * @param heap bytes of new objects; empty as well
   */
  record Steps(double[] seconds, double[] own, double[] heap) {}

  @Override
  void close();

  /** The loop of {@link BareLoop}. */
  static Loop bare(Task task) {
    BareLoop loop = new BareLoop(task.model(), task.threads());
    return new Loop() {
      @Override
      public Steps run(long[] prompt, int tokens) {
        double[] seconds = loop.run(new long[][] {prompt}, tokens).seconds();
        return new Steps(seconds, new double[0], new double[0]);
      }

      @Override
      public void close() {
        loop.close();
      }
    };
  }

  /** The runtime's. */
  record Steered(SteeredModel model, Steering steering) implements Loop {
    @Override
    public Steps run(long[] prompt, int tokens) {
      ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      Steps steps = new Steps(new double[tokens], new double[tokens], new double[tokens]);
      long start = System.nanoTime();
      long bytes = thread.getCurrentThreadAllocatedBytes();
      long engine = 0;
      try (Session session =
          model.start(List.of(prompt(prompt, steering, tokens)), Listener.NONE)) {
        for (int i = 0; i < tokens; i++) {
          session.step();
          steps.seconds[i] = (System.nanoTime() - start) / 1e9;
          steps.own[i] = steps.seconds[i] - (session.engineNanos() - engine) / 1e9;
          steps.heap[i] = thread.getCurrentThreadAllocatedBytes() - bytes;
          start = System.nanoTime();
          bytes = thread.getCurrentThreadAllocatedBytes();
          engine = session.engineNanos();
        }
      }
      return steps;
    }

    @Override
    public void close() {
      model.close();
    }
  }

  /** A prompt that goes on with exactly so many tokens, the best one each time. */
  static Prompt prompt(long[] ids, Steering steering, int tokens) {
    return Prompt.ofIds(ids)
        .steered(steering)
        .with(s -> s.sampling(Sampling.GREEDY).endTokens(Set.of()).maxNewTokens(tokens));
  }
}
