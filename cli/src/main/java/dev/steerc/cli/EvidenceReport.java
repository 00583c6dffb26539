package dev.steerc.cli;

import dev.steerc.Explanation;
import dev.steerc.residual.Anatomy;
import dev.steerc.residual.Evidence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * By what in the graph it shows that a model is as {@code steerc inspect} says.
 *
 * @param width of the lines
 */
record EvidenceReport(Explanation explanation, Style style, int width) {
  private static final int INDENT = 4;
  private static final int COLUMN = 12;

  /** What blocks have in common that are explained alike: all but the names in their graph. */
  private record Kind(Anatomy anatomy, List<Evidence> evidence) {}

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(style.bold("  the stream, because"));
    explanation.stream().forEach(each -> lines.addAll(lines(each)));
    alike()
        .values()
        .forEach(
            blocks -> {
              lines.add(style.bold("  block " + heading(blocks) + ", because"));
              explanation.blocks().get(blocks.get(0)).forEach(each -> lines.addAll(lines(each)));
            });
    return lines;
  }

  private Map<Kind, List<Integer>> alike() {
    Map<Kind, List<Integer>> alike = new LinkedHashMap<>();
    for (int block = 0; block < explanation.blocks().size(); block++) {
      Anatomy anatomy = explanation.inspection().model().anatomy().get(block);
      List<Evidence> evidence =
          explanation.blocks().get(block).stream().map(EvidenceReport::nameless).toList();
      alike.computeIfAbsent(new Kind(anatomy, evidence), kind -> new ArrayList<>()).add(block);
    }
    return alike;
  }

  private static Evidence nameless(Evidence evidence) {
    return new Evidence(evidence.what(), evidence.because().replaceAll("`[^`]*`", "``"), "");
  }

  private static String heading(List<Integer> blocks) {
    String first = Integer.toString(blocks.get(0));
    return blocks.size() == 1
        ? first
        : first + ", and " + Numbers.ranges(blocks.subList(1, blocks.size())) + " likewise";
  }

  /** What was decided, and why; the node stands behind it where there is room, else below. */
  private List<String> lines(Evidence evidence) {
    List<String> lines = new ArrayList<>();
    List<String> words =
        Screen.wrapped(Screen.harmless(evidence.because()), width - INDENT - COLUMN);
    String head = " ".repeat(INDENT) + ("%-" + COLUMN + "s").formatted(evidence.what());
    String below = " ".repeat(INDENT + COLUMN);
    for (String line : words) {
      lines.add((lines.isEmpty() ? head : below) + line);
    }
    if (!evidence.node().isEmpty()) {
      int last = lines.size() - 1;
      String node = "  at " + Screen.harmless(evidence.node());
      if (lines.get(last).length() + node.length() <= width) {
        lines.set(last, lines.get(last) + style.faint(node));
      } else {
        lines.add(below + style.faint(node));
      }
    }
    return lines;
  }
}
