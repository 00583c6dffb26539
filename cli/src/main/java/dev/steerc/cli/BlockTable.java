package dev.steerc.cli;

import dev.steerc.cli.picture.Words;
import dev.steerc.residual.Anatomy;
import dev.steerc.residual.Heads;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the blocks of a model are made of, those that are alike in one row.
 *
 * @param blocks in order
 */
record BlockTable(List<Anatomy> blocks) {
  private static final List<String> HEAD =
      List.of("block", "norm", "attention", "heads", "MLP", "order", "weights", "");

  /** The lines of a table; of a list where that would be too wide. */
  List<String> lines(Style style, int width) {
    List<List<String>> rows = rows();
    Table table = new Table(HEAD.toArray(String[]::new));
    rows.forEach(row -> table.row(row.toArray()));
    boolean fits = table.lines(Style.plain()).stream().allMatch(line -> line.length() <= width);
    return fits ? table.lines(style) : list(rows, style);
  }

  private List<List<String>> rows() {
    Map<Anatomy, List<Integer>> alike = new LinkedHashMap<>();
    for (int block = 0; block < blocks.size(); block++) {
      alike.computeIfAbsent(blocks.get(block), parts -> new ArrayList<>()).add(block);
    }
    List<List<String>> rows = new ArrayList<>();
    alike.forEach((parts, indices) -> rows.add(row(Numbers.ranges(indices), parts)));
    return rows;
  }

  private static List<String> row(String indices, Anatomy parts) {
    return List.of(
        indices,
        Words.norm(parts),
        Words.attention(parts),
        parts.heads().map(Heads::text).orElse(""),
        parts.mlp(),
        Words.order(parts),
        parts.weights(),
        parts.isFused() ? "fused" : "");
  }

  private static List<String> list(List<List<String>> rows, Style style) {
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      for (int column = 0; column < HEAD.size(); column++) {
        String head = "  %-11s".formatted(HEAD.get(column));
        if (!row.get(column).isEmpty()) {
          lines.add(style.faint(head) + row.get(column));
        }
      }
    }
    return lines;
  }
}
