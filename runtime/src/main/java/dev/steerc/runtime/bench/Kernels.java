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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
    Numbers numbers = numbers(Files.readString(profile), task.amount().profiled(), steps);
    Files.delete(profile);
    return numbers;
  }

  /** What one run took, in microseconds. */
  private static final class Sum {
    private final double from;
    private final double to;
    private double inserted;
    private double all;

    private Sum(double from, double to) {
      this.from = from;
      this.to = to;
    }
  }

  /** The first prompt with its steps only warms up. */
  private static Numbers numbers(String profile, int repeats, int steps) {
    List<Map<?, ?>> events = new ArrayList<>();
    ((List<?>) Json.parse(profile)).forEach(event -> events.add((Map<?, ?>) event));
    List<Sum> runs =
        events.stream()
            .filter(event -> "model_run".equals(event.get("name")))
            .map(event -> new Sum(number(event, "ts"), number(event, "ts") + number(event, "dur")))
            .sorted((a, b) -> Double.compare(a.from, b.from))
            .toList();
    Set<String> inserted = new HashSet<>();
    for (Map<?, ?> event : events) {
      String name = String.valueOf(event.get("name"));
      if ("Node".equals(event.get("cat")) && name.endsWith(KERNEL)) {
        if (name.startsWith(INSERTED)) {
          inserted.add(name);
        }
        add(event, name.startsWith(INSERTED), runs);
      }
    }
    Numbers numbers = new Numbers();
    numbers.add("nodes", inserted.size());
    for (int i = 1; i <= repeats; i++) {
      int prompt = i * (steps + 1);
      numbers.add("prompt", share(runs.subList(prompt, prompt + 1)));
      if (steps > 0) {
        numbers.add("step", share(runs.subList(prompt + 1, prompt + 1 + steps)));
      }
    }
    return numbers;
  }

  private static void add(Map<?, ?> event, boolean inserted, List<Sum> runs) {
    double at = number(event, "ts");
    for (Sum run : runs) {
      if (run.from <= at && at <= run.to) {
        run.all += number(event, "dur");
        run.inserted += inserted ? number(event, "dur") : 0;
      }
    }
  }

  private static double share(List<Sum> runs) {
    double all = runs.stream().mapToDouble(run -> run.all).sum();
    return runs.stream().mapToDouble(run -> run.inserted).sum() / all;
  }

  private static double number(Map<?, ?> event, String key) {
    return ((Number) event.get(key)).doubleValue();
  }
}
