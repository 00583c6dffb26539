package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.runtime.bench.Amount;
import dev.steerc.runtime.bench.Machine;
import dev.steerc.runtime.bench.Sample;
import dev.steerc.runtime.bench.Speed;
import dev.steerc.runtime.bench.SpeedBench;
import dev.steerc.runtime.bench.Spread;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code steerc bench} says it measured. */
record SpeedReport(String name, SpeedBench bench, Machine machine, Speed speed) {
  private static final List<String> COMPARED =
      List.of("tokens_per_second", "first_" + Amount.SHORT, "first_" + Amount.LONG);

  List<String> lines(Style style) {
    return new SpeedTables(this, style).lines();
  }

  String json() {
    Map<String, Object> ratios = new LinkedHashMap<>();
    Map<String, Object> noise = new LinkedHashMap<>();
    for (String number : COMPARED) {
      Map<String, Object> arms = new LinkedHashMap<>();
      for (String arm : speed.arms(number)) {
        speed.ratio(arm, speed.base(), number).ifPresent(r -> arms.put(arm, json(r)));
      }
      ratios.put(number, arms);
      speed.ratio(Speed.AGAIN, Speed.ORIGINAL, number).ifPresent(r -> noise.put(number, json(r)));
    }
    return Json.write(
        Json.object(
            "model", model(),
            "machine", machineJson(),
            "threads", bench.threads(),
            "processes", bench.amount().processes(),
            "repeats", bench.amount().repeats(),
            "tokens", bench.amount().tokens(),
            "batch_tokens", bench.amount().batchTokens(),
            "base", speed.base(),
            "ratios", ratios,
            "noise", noise,
            "batch", batch(),
            "samples", speed.samples().stream().map(SpeedReport::json).toList(),
            "left_out", speed.leftOut(),
            "seconds", speed.seconds()));
  }

  private Map<String, Object> model() {
    return Json.object(
        "name", name,
        "blocks", speed.model().blocks(),
        "hidden", speed.model().hidden(),
        "vocab", speed.model().vocabulary(),
        "dtype", speed.model().dtype(),
        "bytes", speed.bytes());
  }

  private Map<String, Object> machineJson() {
    return Json.object(
        "processor", machine.processor(),
        "instructions", machine.instructions(),
        "cores", machine.cores(),
        "memory", machine.memory(),
        "java", machine.java(),
        "onnxruntime", machine.onnxRuntime());
  }

  private Map<String, Object> batch() {
    Map<String, Object> batch = new LinkedHashMap<>();
    for (int steerings : speed.steerings()) {
      speed
          .batch(steerings)
          .ifPresent(
              tokens ->
                  batch.put(
                      Integer.toString(steerings),
                      Json.object(
                          "tokens_per_second", json(tokens),
                          "ratio", speed.batchRatio(steerings).map(SpeedReport::json))));
    }
    return batch;
  }

  private static Map<String, Object> json(Sample sample) {
    return Json.object("arm", sample.arm(), "round", sample.round(), "numbers", sample.numbers());
  }

  private static Map<String, Object> json(Spread spread) {
    return Json.object("median", spread.median(), "least", spread.least(), "most", spread.most());
  }
}
