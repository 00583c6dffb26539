package dev.steerc.runtime.steering;

import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Schedule.Weighted;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The steering tensors of a batch, run after run. As long as nothing changes from one run to the
 * next, it gives the same map again, so that the caller need not hand it to ONNX Runtime anew.
 */
public final class Feeder {
  private final Ports ports;
  private Map<Site, List<List<Weighted>>> fed = Map.of();
  private int columns;
  private Map<String, Floats> feeds = Map.of();

  /** The rows of the latest run when it was in the steady part of all of them; else none. */
  private List<Steady> steady = List.of();

  public Feeder(Ports ports) {
    this.ports = ports;
  }

  /**
   * The tensors for some tokens of each row, by input name; empty when none need be fed.
   *
   * @param rows the schedules of the rows
   * @param first the position of the first of the tokens in each row
   * @param tokens how many tokens each row has
   */
  public Map<String, Floats> feeds(List<Schedule> rows, int[] first, int tokens) {
    if (tokens == columns && isSteady(rows, first)) {
      return feeds;
    }
    steady = rows.stream().map(Steady::of).toList();
    if (!isSteady(rows, first)) {
      steady = List.of();
    }
    Map<Site, List<List<Weighted>>> acting = new LinkedHashMap<>();
    for (Site site : ports.steerable()) {
      List<List<Weighted>> at = new ArrayList<>();
      for (int row = 0; row < rows.size(); row++) {
        at.add(rows.get(row).at(site, first[row], tokens));
      }
      if (ports.required() || at.stream().anyMatch(row -> !row.isEmpty())) {
        acting.put(site, at);
      }
    }
    if (tokens == columns && isSame(acting)) {
      return feeds;
    }
    Map<String, Floats> made = new LinkedHashMap<>();
    acting.forEach(
        (site, at) ->
            new Lowering(ports.sites().get(site), at, tokens).into(made, ports.required()));
    fed = acting;
    columns = tokens;
    feeds = made;
    return made;
  }

  /** A row from where on each token gets what the one before got, as long as it is not swapped. */
  private record Steady(Schedule row, long swaps, int from) {
    static Steady of(Schedule row) {
      return new Steady(row, row.swaps(), row.steadyFrom());
    }

    boolean holds(Schedule other, int position) {
      return row == other && row.swaps() == swaps && position >= from;
    }
  }

  private boolean isSteady(List<Schedule> rows, int[] first) {
    boolean holds = steady.size() == rows.size();
    for (int row = 0; row < rows.size() && holds; row++) {
      holds = steady.get(row).holds(rows.get(row), first[row]);
    }
    return holds;
  }

  private boolean isSame(Map<Site, List<List<Weighted>>> acting) {
    if (!acting.keySet().equals(fed.keySet())) {
      return false;
    }
    for (Map.Entry<Site, List<List<Weighted>>> entry : acting.entrySet()) {
      List<List<Weighted>> before = fed.get(entry.getKey());
      if (before.size() != entry.getValue().size()) {
        return false;
      }
      for (int row = 0; row < before.size(); row++) {
        if (!isSame(entry.getValue().get(row), before.get(row))) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isSame(List<Weighted> a, List<Weighted> b) {
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!a.get(i).isSame(b.get(i))) {
        return false;
      }
    }
    return true;
  }
}
