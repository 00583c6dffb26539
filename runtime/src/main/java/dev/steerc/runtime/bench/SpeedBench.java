package dev.steerc.runtime.bench;

import dev.steerc.ExternalData;
import dev.steerc.manifest.Description;
import dev.steerc.onnx.ModelFile;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.residual.Residual;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Measures how fast a model generates, plain and steered, and what it takes to open it. Whatever is
 * compared runs in processes of its own, one of each in a round, in another order each time.
 *
 * @param command what starts {@code steerc}
 * @param threads of one operator; 0 for as many as ONNX Runtime takes
 */
public record SpeedBench(List<String> command, int threads, Amount amount) {
  private static final long SEED = 7;

  /** Hears of each process before it starts. */
  public interface Progress {
    void at(String what, int done, int all);
  }

  /**
   * Measures.
   *
   * @param original a decoder that was not patched, alone in a folder for what is made of it
   * @throws SteercException when it is no decoder with a residual stream, or does not run
   */
  public Speed run(Path original, Progress progress) {
    return new Run(original, progress).run();
  }

  /** One measurement that is still to be made. */
  private record Step(String arm, int round, Measurement measurement) {}

  private interface Measurement {
    Map<String, List<Double>> numbers() throws IOException;
  }

  private final class Run {
    private final Path original;
    private final Progress progress;
    private final ModelFile file;
    private final Description model;
    private final Map<Variant, Path> patched = new EnumMap<>(Variant.class);
    private final Map<String, String> leftOut = new LinkedHashMap<>();
    private final List<Sample> samples = new ArrayList<>();

    Run(Path original, Progress progress) {
      this.original = original;
      this.progress = progress;
      this.file = ModelFile.open(original);
      this.model = Description.of(Residual.find(file));
      long most = Amount.LONG + 1 + Math.max(amount.tokens(), amount.batchTokens());
      if (model.context().orElse(Long.MAX_VALUE) < most) {
        throw Problem.of(Code.PROMPT_TOO_LONG, "the model is too short to be measured")
            .at(file.where())
            .note("it has " + model.context().get() + " positions, and " + most + " are taken")
            .help("measure a model of the size that you use")
            .exception();
      }
    }

    Speed run() {
      long start = System.nanoTime();
      patch();
      List<Step> steps = steps();
      for (int i = 0; i < steps.size(); i++) {
        Step step = steps.get(i);
        progress.at(step.arm(), i, steps.size());
        measure(step);
      }
      return new Speed(model, bytes(), samples, leftOut, Numbers.since(start));
    }

    private void patch() {
      for (Variant variant : Variant.values()) {
        try {
          patched.put(variant, variant.of(original, model, original.getParent()));
        } catch (SteercException e) {
          leftOut.put(variant.label(), e.problems().get(0).what());
        }
      }
    }

    private List<Step> steps() {
      List<Step> steps = new ArrayList<>();
      Random random = new Random(SEED);
      for (int round = 0; round < amount.processes(); round++) {
        List<Step> arms = arms(round);
        Collections.shuffle(arms, random);
        steps.addAll(arms);
      }
      patched.forEach(
          (variant, path) -> {
            if (variant.isProfiled()) {
              steps.add(step(Speed.KERNELS + variant.label(), 0, Task.Kind.KERNELS, path));
            }
          });
      started()
          .forEach(
              (name, path) ->
                  steps.add(
                      new Step(
                          Speed.TOGETHER + name,
                          0,
                          () -> Launch.together(task(Task.Kind.MEMORY, path)))));
      return steps;
    }

    /** One of each way to run the model. */
    private List<Step> arms(int round) {
      List<Step> arms = new ArrayList<>();
      arms.add(step(Speed.BARE, round, Task.Kind.BARE, original));
      arms.add(step(Speed.ORIGINAL, round, Task.Kind.PACE, original));
      arms.add(step(Speed.AGAIN, round, Task.Kind.PACE, original));
      patched.forEach(
          (variant, path) -> arms.add(step(variant.label(), round, Task.Kind.PACE, path)));
      if (patched.containsKey(Variant.ADD_ONE)) {
        arms.add(step(Speed.BATCH, round, Task.Kind.BATCH, patched.get(Variant.ADD_ONE)));
      }
      started()
          .forEach(
              (name, path) ->
                  arms.add(
                      new Step(
                          Speed.START + name,
                          round,
                          () -> Launch.run(command, task(Task.Kind.PACE, path)))));
      return arms;
    }

    /** The models that processes are started with, by what they are called. */
    private Map<String, Path> started() {
      Map<String, Path> started = new LinkedHashMap<>(Map.of(Speed.ORIGINAL, original));
      if (patched.containsKey(Variant.PREPARED)) {
        started.put(Variant.PREPARED.label(), patched.get(Variant.PREPARED));
      }
      return started;
    }

    private Step step(String arm, int round, Task.Kind kind, Path path) {
      Task task = task(kind, path);
      return new Step(
          arm,
          round,
          () -> {
            try (Child child = Child.start(task)) {
              return child.numbers();
            }
          });
    }

    private Task task(Task.Kind kind, Path path) {
      long vocabulary = model.vocabulary().orElse(1L);
      return new Task(kind, original, path, threads, vocabulary, model.hidden(), amount);
    }

    private void measure(Step step) {
      if (leftOut.containsKey(step.arm())) {
        return; // what failed once would fail again
      }
      try {
        samples.add(new Sample(step.arm(), step.round(), step.measurement().numbers()));
      } catch (SteercException e) {
        if (step.arm().equals(Speed.ORIGINAL)) {
          throw e; // then nothing can be measured
        }
        leftOut.put(step.arm(), e.problems().get(0).what());
      } catch (IOException e) {
        leftOut.put(step.arm(), e.toString());
      }
    }

    private long bytes() {
      long bytes = file.size();
      for (String location : ExternalData.locations(file)) {
        try {
          bytes += Files.size(original.resolveSibling(location));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      return bytes;
    }
  }
}
