package dev.steerc.runtime.text;

import java.util.Comparator;
import java.util.List;

/**
 * A gate for text: nothing of a stop string comes through, not even its beginning while the rest is
 * not known. The one that is complete first counts, of several that end there the longest.
 */
final class StopStrings {
  private final List<String> stops;
  private final StringBuilder held = new StringBuilder();
  private boolean found;

  StopStrings(List<String> stops) {
    if (stops.contains("")) {
      throw new IllegalArgumentException("an empty stop string would end every text");
    }
    this.stops = stops.stream().sorted(Comparator.comparingInt(String::length).reversed()).toList();
  }

  boolean found() {
    return found;
  }

  /** Takes more text, and gives what can no longer be part of a stop string. */
  String add(String piece) {
    int known = held.length();
    held.append(piece);
    for (int end = known + 1; end <= held.length(); end++) {
      for (String stop : stops) {
        if (endsWith(end, stop, stop.length())) {
          found = true;
          String out = held.substring(0, end - stop.length());
          held.setLength(0);
          return out;
        }
      }
    }
    return out(held.length() - unfinished());
  }

  /** Gives what was held back, when no more text comes. */
  String rest() {
    return out(held.length());
  }

  private String out(int length) {
    String out = held.substring(0, length);
    held.delete(0, length);
    return out;
  }

  /** The length of the longest end of the text that a stop string begins with. */
  private int unfinished() {
    int most = 0;
    for (String stop : stops) {
      int length = Math.min(stop.length() - 1, held.length());
      while (length > most && !endsWith(held.length(), stop, length)) {
        length--;
      }
      most = Math.max(most, length);
    }
    return most;
  }

  /** Whether the text up to `end` ends with the first `length` characters of a stop string. */
  private boolean endsWith(int end, String stop, int length) {
    if (length > end) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (held.charAt(end - length + i) != stop.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
