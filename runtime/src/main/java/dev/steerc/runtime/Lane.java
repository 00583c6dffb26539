package dev.steerc.runtime;

import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Feeder;
import dev.steerc.runtime.steering.Ports;
import dev.steerc.runtime.steering.Schedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rows that run together: one batch with one cache. Shorter prompts are padded at the left, so that
 * all rows end in the same column.
 */
final class Lane implements AutoCloseable {
  private final Decoder decoder;
  private final Ports ports;
  private final List<Row> rows;
  private final List<Row> seats;
  private final int[] padding;
  private final Feeder feeder;
  private final Decoder.Workspace workspace;
  private final float[] scores;
  private KvCache cache = KvCache.NONE;
  private int width;
  private boolean started;

  Lane(Decoder decoder, Ports ports, List<Row> rows, Breaker breaker) {
    this.decoder = decoder;
    this.ports = ports;
    this.rows = List.copyOf(rows);
    this.seats = new ArrayList<>(rows);
    while (seats.size() < decoder.rows()) {
      seats.add(rows.get(rows.size() - 1)); // a graph with a fixed number of rows
    }
    this.width = rows.stream().mapToInt(Row::length).max().orElseThrow();
    this.padding = seats.stream().mapToInt(row -> width - row.length()).toArray();
    this.feeder = new Feeder(ports);
    this.workspace = decoder.workspace(breaker);
    this.scores = new float[decoder.vocabulary()];
  }

  boolean isRunning() {
    return rows.stream().anyMatch(Row::isRunning);
  }

  /** One more token for each row that still runs. */
  void advance(Listener listener) {
    if (!started) {
      prefill();
      started = true;
    } else {
      run(decoder.isCached() ? width : 0, width + 1, Map.of());
      width++;
    }
    for (int seat = 0; seat < rows.size(); seat++) {
      if (rows.get(seat).isRunning()) {
        workspace.scores(seat, scores);
        rows.get(seat).advance(scores, listener);
      }
    }
  }

  /**
   * Runs the prompts. What depends on them is left out at first; when a condition turns out to
   * hold, they run again with it.
   */
  private void prefill() {
    Map<Site, List<Floats>> watched = new LinkedHashMap<>();
    watched().forEach(site -> watched.put(site, new ArrayList<>()));
    runPrompts(watched);
    boolean again = false;
    for (int seat = 0; seat < rows.size(); seat++) {
      if (rows.get(seat).bound().isConditional()) {
        again |= rows.get(seat).decide(ofRow(watched, seat));
      }
    }
    if (again) {
      cache.close();
      cache = KvCache.NONE;
      runPrompts(Map.of());
    }
  }

  private void runPrompts(Map<Site, List<Floats>> watched) {
    boolean oneByOne = decoder.isCached() && decoder.columns() == 1;
    for (int first = 0; first < width; first = oneByOne ? first + 1 : width) {
      run(first, oneByOne ? first + 1 : width, watched);
    }
  }

  private Set<Site> watched() {
    Set<Site> sites = new LinkedHashSet<>();
    rows.forEach(row -> sites.addAll(row.bound().watched()));
    return sites;
  }

  /** What a row's prompt had at each watched site, without its padding. */
  private Map<Site, float[]> ofRow(Map<Site, List<Floats>> watched, int seat) {
    Map<Site, float[]> taps = new HashMap<>();
    for (Map.Entry<Site, List<Floats>> site : watched.entrySet()) {
      int hidden = site.getValue().get(0).width();
      float[] all = new float[width * hidden];
      int at = 0;
      for (Floats part : site.getValue()) {
        int columns = (int) part.dims()[1];
        int size = Math.min(columns * hidden, all.length - at);
        System.arraycopy(part.values(), seat * columns * hidden, all, at, size);
        at += size;
      }
      taps.put(site.getKey(), Arrays.copyOfRange(all, padding[seat] * hidden, all.length));
    }
    return taps;
  }

  /** Runs the columns from {@code first} to {@code end}. */
  private void run(int first, int end, Map<Site, List<Floats>> watched) {
    long[][] ids = new long[seats.size()][end - first];
    int[] position = new int[seats.size()];
    int[] lengths = seats.stream().mapToInt(Row::run).toArray();
    for (int seat = 0; seat < seats.size(); seat++) {
      position[seat] = first - padding[seat];
      for (int column = first; column < end; column++) {
        ids[seat][column - first] = seats.get(seat).at(Math.max(0, column - padding[seat]));
      }
    }
    int tokens = decoder.isCached() || decoder.columns() < 0 ? end - first : decoder.columns();
    List<Schedule> schedules = seats.stream().map(Row::schedule).toList();
    Map<String, Floats> steering = feeder.feeds(schedules, position, tokens);
    Map<String, Floats> taps = new HashMap<>();
    watched.keySet().forEach(site -> taps.put(ports.taps().get(site), null));
    Columns columns = new Columns(ids, padding, lengths, first);
    KvCache next = decoder.run(workspace, columns, cache, steering, taps);
    cache.close();
    cache = next;
    watched.forEach((site, parts) -> parts.add(taps.get(ports.taps().get(site))));
  }

  @Override
  public void close() {
    cache.close();
    workspace.close();
  }
}
