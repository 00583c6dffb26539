package dev.steerc.runtime.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one process measured, or one number of this process.
 *
 * @param arm what was measured, such as {@code add-one}
 * @param round in which round; the samples of a round are compared with each other
 * @param numbers by name, in the order of measuring; times are seconds, sizes bytes
 */
public record Sample(String arm, int round, Map<String, List<Double>> numbers) {

  static Map<String, List<Double>> numbers(Map<?, ?> parsed) {
    Map<String, List<Double>> numbers = new LinkedHashMap<>();
    parsed.forEach(
        (name, list) ->
            numbers.put(
                (String) name,
                ((List<?>) list).stream().map(n -> ((Number) n).doubleValue()).toList()));
    return numbers;
  }
}
