package dev.steerc.runtime.bench;

import dev.steerc.runtime.Listener;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.Sampling;
import dev.steerc.runtime.Session;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.Steering;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Something that generates the best token after a prompt, again and again. */
interface Loop extends AutoCloseable {

  /** How long each token took, in seconds; the first one with the prompt. */
  double[] run(long[] prompt, int tokens);

  @Override
  void close();

  /** The loop of {@link BareLoop}. */
  static Loop bare(Task task) {
    BareLoop loop = new BareLoop(task.model(), task.threads());
    return new Loop() {
      @Override
      public double[] run(long[] prompt, int tokens) {
        return loop.run(new long[][] {prompt}, tokens).seconds();
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
    public double[] run(long[] prompt, int tokens) {
      List<Long> times = new ArrayList<>(tokens + 1);
      times.add(System.nanoTime());
      Listener listener = (row, token, text) -> times.add(System.nanoTime());
      try (Session session = model.start(List.of(prompt(prompt, steering, tokens)), listener)) {
        session.finish();
      }
      double[] seconds = new double[tokens];
      for (int i = 0; i < tokens; i++) {
        seconds[i] = (times.get(i + 1) - times.get(i)) / 1e9;
      }
      return seconds;
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
