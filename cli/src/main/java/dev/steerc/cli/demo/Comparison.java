package dev.steerc.cli.demo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Texts side by side, each of which a command gives.
 *
 * @param rows what stands side by side
 * @param survey what to count in many texts
 */
record Comparison(
    String name, String says, List<String> marks, List<List<Take>> rows, Optional<Survey> survey)
    implements Scene {

  static Comparison of(String name, String says, String... marks) {
    return new Comparison(name, says, List.of(marks), List.of(), Optional.empty());
  }

  /**
   * The same with one more row: a prompt, plain and steered.
   *
   * @param steers one for each column, empty for the plain text
   */
  Comparison row(long seed, String prompt, String... steers) {
    return row(
        Arrays.stream(steers)
            .map(s -> s.isEmpty() ? Take.of(prompt, seed) : Take.of(prompt, seed, s))
            .toArray(Take[]::new));
  }

  Comparison row(Take... takes) {
    List<List<Take>> more = new ArrayList<>(rows);
    more.add(List.of(takes));
    return new Comparison(name, says, marks, more, survey);
  }

  Comparison counting(Survey some) {
    return new Comparison(name, says, marks, rows, Optional.of(some));
  }

  @Override
  public Played play(Stage stage) {
    return new Played(this, rows.stream().map(stage::generate).toList(), List.of());
  }

  @Override
  public Optional<Numbers> count(Stage stage) {
    return survey.map(some -> some.take(stage, rows.get(0)));
  }
}
