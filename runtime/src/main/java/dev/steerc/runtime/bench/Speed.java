package dev.steerc.runtime.bench;

import dev.steerc.manifest.Description;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What was measured of a model.
 *
 * @param model the decoder
 * @param bytes the size of its file and of its weights beside it
 * @param samples all that the processes said
 * @param leftOut what could not be measured, and why
 * @param seconds how long all of it took
 */
public record Speed(
    Description model,
    long bytes,
    List<Sample> samples,
    Map<String, String> leftOut,
    double seconds) {
  /** The original through ONNX Runtime alone. */
  public static final String BARE = "bare";

  /** The original through the runtime. */
  public static final String ORIGINAL = "original";

  /** The same once more: what it is of itself is noise. */
  public static final String AGAIN = "original-again";

  /** Batches. */
  public static final String BATCH = "batch";

  /** The prefix of the arms that are profiled. */
  public static final String KERNELS = "kernels/";

  /** The prefix of the arms that start a process. */
  public static final String START = "start/";

  /** The prefix of the arms with several processes at once. */
  public static final String TOGETHER = "together/";

  /** The arms of which there is a number of a name, in the order of first measuring. */
  public Set<String> arms(String number) {
    Set<String> arms = new LinkedHashSet<>();
    samples.stream()
        .filter(sample -> sample.numbers().containsKey(number))
        .forEach(sample -> arms.add(sample.arm()));
    return arms;
  }

  /** What the others are compared with. */
  public String base() {
    return arms("open").contains(BARE) ? BARE : ORIGINAL;
  }

  /** Where a number of an arm lies, over all processes. */
  public Optional<Spread> spread(String arm, String number) {
    List<Double> all = new ArrayList<>();
    samples.stream()
        .filter(sample -> sample.arm().equals(arm))
        .forEach(sample -> all.addAll(sample.numbers().getOrDefault(number, List.of())));
    return all.isEmpty() ? Optional.empty() : Optional.of(Spread.of(all));
  }

  /** Where a number divided by the same of another arm lies, over all rounds that have both. */
  public Optional<Spread> ratio(String arm, String base, String number) {
    Map<Integer, Double> below = medians(base, number);
    List<Double> ratios = new ArrayList<>();
    medians(arm, number)
        .forEach(
            (round, above) -> {
              if (below.containsKey(round)) {
                ratios.add(above / below.get(round));
              }
            });
    return ratios.isEmpty() ? Optional.empty() : Optional.of(Spread.of(ratios));
  }

  private Map<Integer, Double> medians(String arm, String number) {
    Map<Integer, Double> medians = new LinkedHashMap<>();
    for (Sample sample : samples) {
      List<Double> numbers = sample.numbers().get(number);
      if (sample.arm().equals(arm) && numbers != null) {
        medians.put(sample.round(), Spread.of(numbers).median());
      }
    }
    return medians;
  }

  /**
   * Where the speed of batches with so many steerings, divided by that of unsteered ones, lies:
   * each by its neighbours, as they were measured there and back.
   */
  public Optional<Spread> batchRatio(int steerings) {
    List<Double> ratios = new ArrayList<>();
    for (Sample sample : samples) {
      List<Double> plain = sample.numbers().get(BatchPace.name(0));
      List<Double> steered = sample.numbers().get(BatchPace.name(steerings));
      for (int i = 0; sample.arm().equals(BATCH) && i + 1 < plain.size(); i += 2) {
        ratios.add(
            steerings == 0
                ? plain.get(i + 1) / plain.get(i)
                : (steered.get(i) + steered.get(i + 1)) / (plain.get(i) + plain.get(i + 1)));
      }
    }
    return ratios.isEmpty() ? Optional.empty() : Optional.of(Spread.of(ratios));
  }

  /** How many steerings the batches had. */
  public List<Integer> steerings() {
    return BatchPace.distinct();
  }

  /** Where the tokens per second of batches with so many steerings lie. */
  public Optional<Spread> batch(int steerings) {
    return spread(BATCH, BatchPace.name(steerings));
  }
}
