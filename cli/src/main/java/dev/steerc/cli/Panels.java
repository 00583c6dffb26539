package dev.steerc.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Texts under their heads: side by side where there is room, else one under the other. */
final class Panels {
  private static final int SIDE_BY_SIDE = 80;
  private static final int WIDEST = 120;
  private static final String INDENT = "  ";
  private static final String GAP = "   ";

  /**
   * A text.
   *
   * @param remark about it; empty for none
   */
  record Panel(String head, String text, String remark) {}

  private final List<Panel> panels;
  private final Style style;
  private final UnaryOperator<String> painter;

  /**
   * Begins.
   *
   * @param painter colours a line of text
   */
  Panels(List<Panel> panels, Style style, UnaryOperator<String> painter) {
    this.panels = panels;
    this.style = style;
    this.painter = painter;
  }

  List<String> lines(int width) {
    return width < SIDE_BY_SIDE ? stacked(width) : columns(Math.min(width, WIDEST));
  }

  /** Each text behind its head. */
  List<String> listed(int width) {
    int head = panels.stream().mapToInt(panel -> panel.head().length()).max().orElse(0);
    List<String> lines = new ArrayList<>();
    for (Panel panel : panels) {
      int room = Math.min(width, WIDEST) - INDENT.length() - head - 2;
      String label = style.bold(panel.head()) + " ".repeat(head - panel.head().length());
      for (String line : Screen.wrapped(panel.text(), room)) {
        lines.add(INDENT + label + "  " + painter.apply(line));
        label = " ".repeat(head);
      }
    }
    return lines;
  }

  private List<String> stacked(int width) {
    List<String> lines = new ArrayList<>();
    for (Panel panel : panels) {
      cells(panel, width - INDENT.length())
          .forEach(cell -> lines.add(INDENT + cell.painted(style, painter)));
      lines.add("");
    }
    return lines.subList(0, lines.size() - 1);
  }

  private List<String> columns(int width) {
    int gaps = INDENT.length() + GAP.length() * (panels.size() - 1);
    int column = (width - gaps) / panels.size();
    List<List<Cell>> columns = panels.stream().map(panel -> cells(panel, column)).toList();
    int height = columns.stream().mapToInt(List::size).max().orElse(0);
    List<String> lines = new ArrayList<>();
    for (int row = 0; row < height; row++) {
      StringBuilder line = new StringBuilder(INDENT);
      int owed = 0;
      for (List<Cell> cells : columns) {
        if (row < cells.size()) {
          Cell cell = cells.get(row);
          line.append(" ".repeat(owed)).append(cell.painted(style, painter));
          owed = column - cell.text().length() + GAP.length();
        } else {
          owed += column + GAP.length();
        }
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  private List<Cell> cells(Panel panel, int width) {
    List<Cell> cells = new ArrayList<>();
    Screen.wrapped(panel.head(), width).forEach(line -> cells.add(new Cell(line, Role.HEAD)));
    Screen.wrapped(panel.text(), width).forEach(line -> cells.add(new Cell(line, Role.TEXT)));
    if (!panel.remark().isEmpty()) {
      Screen.wrapped(panel.remark(), width).forEach(line -> cells.add(new Cell(line, Role.REMARK)));
    }
    return cells;
  }

  private enum Role {
    HEAD,
    TEXT,
    REMARK
  }

  /** A line of a panel. */
  private record Cell(String text, Role role) {
    String painted(Style style, UnaryOperator<String> painter) {
      return switch (role) {
        case HEAD -> style.bold(text);
        case TEXT -> painter.apply(text);
        case REMARK -> style.faint(text);
      };
    }
  }
}
