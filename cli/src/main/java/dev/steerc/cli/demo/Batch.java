package dev.steerc.cli.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Texts of one run, each with a prompt and a steering of its own. */
record Batch(String name, String says, List<String> marks, List<Take> takes) implements Scene {

  @Override
  public Played play(Stage stage) {
    List<List<Played.Shown>> rows = stage.generate(takes).stream().map(List::of).toList();
    return new Played(this, rows, java(stage));
  }

  private List<String> java(Stage stage) {
    List<String> lines = new ArrayList<>(stage.opening());
    takes.stream()
        .flatMap(take -> take.steers().stream())
        .distinct()
        .forEach(steer -> lines.add(Stage.steering(steer)));
    lines.add("List<Completion> texts = model.generate(");
    lines.add(takes.stream().map(Batch::prompt).collect(Collectors.joining(",\n")) + ");");
    return lines.stream().flatMap(String::lines).toList();
  }

  private static String prompt(Take take) {
    String steered = take.steers().stream().map(s -> ".steered(" + s + ")").findFirst().orElse("");
    return String.format(
        "    Prompt.of(\"%s\")%n        %s.with(s -> s.seed(%d))",
        take.prompt(), steered, take.seed());
  }
}
