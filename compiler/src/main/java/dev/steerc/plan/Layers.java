package dev.steerc.plan;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which blocks a user means: {@code 6}, {@code 4-8,10}, {@code 0..11} or {@code all}.
 *
 * @param ranges inclusive; none stands for all blocks
 */
public record Layers(List<Range> ranges) {
  private static final Pattern RANGE = Pattern.compile("(\\d{1,9})(?:(?:-|\\.\\.)(\\d{1,9}))?");

  /** Blocks from the first to the last, both included. */
  public record Range(int first, int last) {
    @Override
    public String toString() {
      return first == last ? Integer.toString(first) : first + "-" + last;
    }
  }

  public static Layers parse(String text) {
    if (text.strip().equals("all")) {
      return new Layers(List.of());
    }
    List<Range> ranges = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      Matcher matcher = RANGE.matcher(part.strip());
      if (!matcher.matches()) {
        throw malformed(text, "`" + part.strip() + "` is neither a number nor a range");
      }
      int first = Integer.parseInt(matcher.group(1));
      int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
      if (last < first) {
        throw malformed(text, "the range `" + part.strip() + "` runs backwards");
      }
      ranges.add(new Range(first, last));
    }
    return new Layers(ranges);
  }

  /** The highest block named; -1 for {@code all}. */
  int highest() {
    return ranges.stream().mapToInt(Range::last).max().orElse(-1);
  }

  /** The blocks in order, each once, of a model with that many. */
  public TreeSet<Integer> of(int blocks) {
    TreeSet<Integer> layers = new TreeSet<>();
    for (Range range : ranges.isEmpty() ? List.of(new Range(0, blocks - 1)) : ranges) {
      for (int block = range.first(); block <= range.last(); block++) {
        layers.add(block);
      }
    }
    return layers;
  }

  /** As the command line writes it. */
  @Override
  public String toString() {
    return ranges.isEmpty()
        ? "all"
        : ranges.stream().map(Range::toString).collect(Collectors.joining(","));
  }

  private static RuntimeException malformed(String text, String note) {
    return Problem.of(Code.BAD_LAYERS, "`--layers " + text + "` cannot be understood")
        .note(note)
        .help("pass block numbers and ranges counted from 0, such as 6, 4-8,10 or all")
        .exception();
  }
}
