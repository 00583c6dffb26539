package dev.steerc.runtime.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Processes that are started with a model, as users start them. */
final class Launch {
  private Launch() {}

  /**
   * The seconds until {@code steerc run} prints the first token, and until it ends.
   *
   * @param command what starts steerc
   */
  static Map<String, List<Double>> run(List<String> command, Task task) throws IOException {
    List<String> words = new ArrayList<>(command);
    words.addAll(List.of("run", task.model().toString(), "--greedy", "--max-new-tokens", "1"));
    words.addAll(List.of("--threads", Integer.toString(task.threads())));
    words.add("--ids");
    words.add(
        LongStream.of(task.prompt(0, Amount.SHORT))
            .mapToObj(Long::toString)
            .collect(Collectors.joining(",")));
    Numbers numbers = new Numbers();
    long start = System.nanoTime();
    try (Child child = Child.start(words)) {
      boolean printed = child.hasPrinted();
      numbers.add("first_token", Numbers.since(start));
      int exit = child.end();
      numbers.add("all", Numbers.since(start));
      if (!printed || exit != 0) {
        throw new IOException("`steerc run` ended with " + exit);
      }
    }
    return numbers.toMap();
  }

  /** What several processes have in memory that have a model open at the same time. */
  static Map<String, List<Double>> together(Task task) throws IOException {
    List<Child> children = new ArrayList<>();
    Numbers numbers = new Numbers();
    try {
      for (int i = 0; i < Amount.TOGETHER; i++) {
        Child child = Child.start(task);
        children.add(child);
        child.answer();
      }
      for (Child child : children) {
        child.tell();
        child.answer();
      }
      for (Child child : children) {
        child.tell();
        child.numbers().forEach((name, all) -> all.forEach(n -> numbers.add(name, n)));
      }
    } finally {
      children.forEach(Child::close);
    }
    return numbers.toMap();
  }
}
