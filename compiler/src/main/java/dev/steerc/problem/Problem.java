package dev.steerc.problem;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * One thing that is wrong: what, where, and what to do about it.
 *
 * @param code the stable name, as in {@code steerc explain CODE}
 * @param what one lower-case sentence without a full stop
 * @param where the file, and the node or value in it; empty when the command line is at fault
 * @param notes further facts, possibly none
 * @param help what to do next; empty when there is nothing to advise
 */
public record Problem(Code code, String what, String where, List<String> notes, String help)
    implements Serializable {

  public Problem {
    notes = List.copyOf(notes);
  }

  public static Problem of(Code code, String what) {
    return new Problem(code, what, "", List.of(), "");
  }

  public Problem at(Object where) {
    return new Problem(code, what, where.toString(), notes, help);
  }

  public Problem note(String note) {
    List<String> all = new ArrayList<>(notes);
    all.add(note);
    return new Problem(code, what, where, all, help);
  }

  public Problem help(String help) {
    return new Problem(code, what, where, notes, help);
  }

  public SteercException exception() {
    return new SteercException(List.of(this));
  }

  /** The text that a terminal shows, without colours and without a final line break. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("error[" + code.slug() + "]: " + what);
    if (!where.isEmpty()) {
      text.append("\n  --> ").append(where);
    }
    notes.forEach(note -> text.append("\n  note: ").append(note));
    if (!help.isEmpty()) {
      text.append("\n  help: ").append(help);
    }
    return text.toString();
  }
}
