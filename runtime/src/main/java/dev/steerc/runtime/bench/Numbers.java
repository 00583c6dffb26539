package dev.steerc.runtime.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a process measured: numbers by name, in the order of measuring. */
final class Numbers {
  private final Map<String, List<Double>> all = new LinkedHashMap<>();

  void add(String name, double number) {
    all.computeIfAbsent(name, n -> new ArrayList<>()).add(number);
  }

  /** What of this process is in memory now, where the system tells. */
  void addMemory() {
    Resident.now()
        .ifPresent(
            resident -> {
              add("private", resident.own());
              add("proportional", resident.proportional());
            });
  }

  Map<String, List<Double>> toMap() {
    return all;
  }

  static double since(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
