package dev.steerc.trainer;

import dev.steerc.manifest.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How a training went so far.
 *
 * @param tokens that it learnt from
 * @param loss the running mean of the batches' losses, in nats per token
 * @param seconds that its steps took, interruptions and measurements not counted
 * @param lines what the table shows of it
 */
record Progress(long tokens, double loss, double seconds, List<Line> lines) {
  static final Progress NONE = new Progress(0, 0, 0, List.of());
  private static final double INERTIA = 0.95;

  /**
   * A line of the table.
   *
   * @param train the running mean of the batches' losses
   * @param heldOut the mean loss of documents that are not learnt from
   */
  record Line(int step, long tokens, double train, double heldOut) {
    private Map<String, Object> toMap() {
      return Json.object("step", step, "tokens", tokens, "train", train, "held_out", heldOut);
    }

    private static Line of(Fields fields) {
      return new Line(
          fields.whole("step"),
          fields.count("tokens"),
          fields.number("train"),
          fields.number("held_out"));
    }
  }

  Progress {
    lines = List.copyOf(lines);
  }

  /** Reads what {@link #toMap} gives. */
  static Progress of(Fields fields) {
    return new Progress(
        fields.count("tokens"),
        fields.number("loss"),
        fields.number("seconds"),
        fields.list("curve").stream().map(Line::of).toList());
  }

  Progress step(int count, double now, double took) {
    double mean = tokens == 0 ? now : INERTIA * loss + (1 - INERTIA) * now;
    return new Progress(tokens + count, mean, seconds + took, lines);
  }

  Progress line(int step, double heldOut) {
    List<Line> more = new ArrayList<>(lines);
    more.add(new Line(step, tokens, loss, heldOut));
    return new Progress(tokens, loss, seconds, more);
  }

  /** The line that was added last. */
  Line last() {
    return lines.get(lines.size() - 1);
  }

  Map<String, Object> toMap() {
    List<Map<String, Object>> curve = lines.stream().map(Line::toMap).toList();
    return Json.object("tokens", tokens, "loss", loss, "seconds", seconds, "curve", curve);
  }
}
