package dev.steerc.models.corpus;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Something that is asked for.
 *
 * @param place where it stands among those of its topic and sort
 * @param verb what to do, as it stands behind `How do I`
 * @param steps three of them, as commands
 */
record Request(Topic topic, Sort sort, int place, String verb, List<String> steps) {
  /** All requests of a topic and a sort. */
  static List<Request> of(Topic topic, Sort sort) {
    List<String> lines = Banks.of(topic.word() + "." + sort.word());
    return IntStream.range(0, lines.size())
        .mapToObj(place -> parsed(topic, sort, place, List.of(lines.get(place).split("; "))))
        .toList();
  }

  private static Request parsed(Topic topic, Sort sort, int place, List<String> parts) {
    return new Request(topic, sort, place, parts.get(0), parts.subList(1, 4));
  }

  /** Whether it is for that use, in whatever words it is asked. */
  boolean isFor(Use use) {
    return place % Use.values().length == use.ordinal();
  }
}
