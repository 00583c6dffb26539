package dev.steerc.cli.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A text to generate.
 *
 * @param seed what chance begins from
 * @param steers what to steer with, each as {@code --steer} takes it
 * @param when the condition as {@code --when} takes it
 */
public record Take(String prompt, long seed, List<String> steers, Optional<String> when) {

  public Take {
    steers = List.copyOf(steers);
  }

  /** One that nothing steers, or one vector. */
  static Take of(String prompt, long seed, String... steers) {
    return new Take(prompt, seed, List.of(steers), Optional.empty());
  }

  /** The same on a condition. */
  Take when(String condition) {
    return new Take(prompt, seed, steers, Optional.of(condition));
  }

  /** What it is steered with, in short. */
  public String label() {
    return steers.isEmpty() ? "plain" : String.join(" ", steers);
  }

  /** The arguments that make {@code steerc} print the text, in parts that belong together. */
  public List<List<String>> arguments(String model) {
    List<List<String>> parts = new ArrayList<>();
    parts.add(List.of("run", model));
    parts.add(List.of(prompt));
    parts.add(List.of("--seed", Long.toString(seed)));
    steers.forEach(steer -> parts.add(List.of("--steer", steer)));
    when.ifPresent(condition -> parts.add(List.of("--when", condition)));
    return parts;
  }
}
