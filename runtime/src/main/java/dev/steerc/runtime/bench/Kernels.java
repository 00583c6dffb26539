package dev.steerc.runtime.bench;

import dev.steerc.manifest.Json;
import dev.steerc.manifest.Manifest;
import dev.steerc.onnx.ModelFile;
import dev.steerc.residual.Residual;
import dev.steerc.runtime.Engine;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.proof.Trial;
import dev.steerc.runtime.steering.Feeder;
import dev.steerc.runtime.steering.Ports;
import dev.steerc.runtime.steering.Schedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What share of a run's time goes into the kernels of inserted nodes, as ONNX Runtime's profiler
 * has it. An inserted node that is fused with another has no kernel of its own, and no time.
 */
final class Kernels {
  private static final String INSERTED = "steerc/";
  private static final String KERNEL = "_kernel_time";
  private static final int STEPS = 10;

  private Kernels() {}

  static Numbers measure(Task task) throws IOException {
    ModelFile file = ModelFile.open(task.model());
    Ports ports = Ports.of(file, Manifest.of(file).orElseThrow());
    Map<String, Floats> steering =
        new Feeder(ports)
            .feeds(
                List.of(new Schedule(1, ports.bind(task.steering(ports, 0), true))),
                new int[] {1},
                1);
    Residual residual = Residual.find(ModelFile.open(task.original()));
    int steps = residual.cache().inputs().isEmpty() ? 0 : STEPS;
    Path prefix = task.model().resolveSibling(task.model().getFileName() + ".profile");
    List<Trial> runs = new ArrayList<>();
    Path profile;
    try (Engine engine = Engine.profiled(task.model(), task.options(), prefix)) {
      Trial prompt = Trial.of(engine.inputs(), Optional.of(residual), 0, Amount.LONG);
      Trial step = Trial.of(engine.inputs(), Optional.of(residual), Amount.LONG, 1);
      for (int i = 0; i <= task.amount().profiled(); i++) {
        runs.add(prompt);
        runs.addAll(Collections.nCopies(steps, step));
      }
      runs.forEach(run -> engine.run(run.feeds(), steering));
      profile = engine.endProfile();
    }
    Numbers numbers = numbers(Files.readString(profile), steps);
    Files.delete(profile);
    return numbers;
  }

  /** When a run began and ended, in microseconds. */
  private record Time(double from, double to) {
    boolean has(double at) {
      return from <= at && at <= to;
    }
  }

  /**
   * Of each kernel the median over all runs, as one that another process interrupts takes a hundred
   * times as long. The first prompt with its steps only warms up.
   */
  private static Numbers numbers(String profile, int steps) {
    List<Map<?, ?>> events = new ArrayList<>();
    ((List<?>) Json.parse(profile)).forEach(event -> events.add((Map<?, ?>) event));
    List<Time> runs =
        events.stream()
            .filter(event -> "model_run".equals(event.get("name")))
            .map(event -> new Time(number(event, "ts"), number(event, "ts") + number(event, "dur")))
            .sorted(Comparator.comparingDouble(Time::from))
            .toList();
    Map<String, List<Double>> prompt = new LinkedHashMap<>();
    Map<String, List<Double>> step = new LinkedHashMap<>();
    for (Map<?, ?> event : events) {
      String name = String.valueOf(event.get("name"));
      int run =
          IntStream.range(0, runs.size()).filter(i -> is(event, runs.get(i))).findFirst().orElse(0);
      if ("Node".equals(event.get("cat")) && name.endsWith(KERNEL) && run > steps) {
        (run % (steps + 1) == 0 ? prompt : step)
            .computeIfAbsent(name, n -> new ArrayList<>())
            .add(number(event, "dur"));
      }
    }
    Numbers numbers = new Numbers();
    numbers.add("nodes", prompt.keySet().stream().filter(Kernels::isInserted).count());
    numbers.add("prompt", share(prompt));
    if (steps > 0) {
      numbers.add("step", share(step));
    }
    return numbers;
  }

  private static boolean is(Map<?, ?> event, Time run) {
    return run.has(number(event, "ts"));
  }

  private static boolean isInserted(String kernel) {
    return kernel.startsWith(INSERTED);
  }

  private static double share(Map<String, List<Double>> kernels) {
    double inserted = 0;
    double all = 0;
    for (Map.Entry<String, List<Double>> kernel : kernels.entrySet()) {
      double median = Spread.of(kernel.getValue()).median();
      inserted += isInserted(kernel.getKey()) ? median : 0;
      all += median;
    }
    return inserted / all;
  }

  private static double number(Map<?, ?> event, String key) {
    return ((Number) event.get(key)).doubleValue();
  }
}
