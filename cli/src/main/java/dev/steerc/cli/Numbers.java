package dev.steerc.cli;

import java.util.ArrayList;
import java.util.List;

/** Lists of numbers, as people write them. */
final class Numbers {
  private static final int FEW = 4;

  private Numbers() {}

  /** Such as {@code 0-3,5}; where every n-th is meant {@code 0,2,…,30}. */
  static String ranges(List<Integer> ascending) {
    int count = ascending.size();
    int step = count > 1 ? ascending.get(1) - ascending.get(0) : 1;
    if (count > FEW && step > 1 && isEven(ascending, step)) {
      return "%d,%d,…,%d".formatted(ascending.get(0), ascending.get(1), ascending.get(count - 1));
    }
    List<String> ranges = new ArrayList<>();
    for (int from = 0; from < count; ) {
      int to = from;
      while (to + 1 < count && ascending.get(to + 1) == ascending.get(to) + 1) {
        to++;
      }
      int last = ascending.get(to);
      ranges.add(from == to ? "" + last : ascending.get(from) + "-" + last);
      from = to + 1;
    }
    return String.join(",", ranges);
  }

  private static boolean isEven(List<Integer> ascending, int step) {
    for (int i = 1; i < ascending.size(); i++) {
      if (ascending.get(i) - ascending.get(i - 1) != step) {
        return false;
      }
    }
    return true;
  }
}
