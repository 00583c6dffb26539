package dev.steerc.cli;

import java.util.ArrayList;
import java.util.List;

/** Columns of text under a head, each as wide as it has to be. */
public final class Table {
  private final List<String> head;
  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... head) {
    this.head = List.of(head);
  }

  public void row(Object... cells) {
    rows.add(java.util.Arrays.stream(cells).map(String::valueOf).toList());
  }

  /** The lines of the table; numbers stand at the right. */
  public List<String> lines(Style style) {
    List<String> lines = new ArrayList<>();
    lines.add(style.faint(line(head)));
    rows.forEach(row -> lines.add(line(row)));
    return lines;
  }

  private String line(List<String> cells) {
    StringBuilder line = new StringBuilder(" ");
    for (int column = 0; column < cells.size(); column++) {
      String cell = cells.get(column);
      String pad = " ".repeat(width(column) - cell.length());
      line.append(" ").append(isNumeric(column) ? pad + cell : cell + pad).append(" ");
    }
    return line.toString().stripTrailing();
  }

  private int width(int column) {
    int widest = head.get(column).length();
    for (List<String> row : rows) {
      widest = Math.max(widest, row.get(column).length());
    }
    return widest;
  }

  private boolean isNumeric(int column) {
    return !rows.isEmpty()
        && rows.stream()
            .allMatch(row -> row.get(column).matches("[-0-9.eE+]+( [%x])?|NaN|Infinity"));
  }
}
