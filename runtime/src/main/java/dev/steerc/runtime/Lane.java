package dev.steerc.runtime;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Feeder;
import dev.steerc.runtime.steering.Ports;
import dev.steerc.runtime.steering.Schedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Rows that run together: one batch with one cache. Shorter prompts are padded at the left, so that
 * all rows end in the same column; where the graph has each row's cache from its start on, at the
 * right, and then each row goes on from its own end.
 */
final class Lane implements AutoCloseable {
  private final Decoder decoder;
  private final Ports ports;
  private final int unit;
  private List<Row> rows;
  private List<Row> seats;
  private int[] padding;
  private final Feeder feeder;
  private final Workspace workspace;
  private final float[] scores;
  private KvCache cache = KvCache.NONE;
  private int width;
  private boolean started;
  private boolean scoresAll;

  /**
   * Rows that begin.
   *
   * @param unit how many make a run whole, or twice as many and so on; the last one is run more
   *     often, if need be
   */
  Lane(Decoder decoder, Ports ports, List<Row> rows, Breaker breaker, int unit) {
    this.decoder = decoder;
    this.ports = ports;
    this.rows = List.copyOf(rows);
    this.unit = decoder.rows() > 0 ? decoder.rows() : unit;
    this.seats = seated();
    this.width = rows.stream().mapToInt(Row::length).max().orElseThrow();
    this.padding = fromStart() ? new int[seats.size()] : missing();
    this.feeder = new Feeder(ports);
    this.workspace = decoder.workspace(breaker);
    this.scores = new float[decoder.vocabulary()];
  }

  private List<Row> seated() {
    List<Row> all = new ArrayList<>(rows);
    while (all.size() % unit > 0) {
      all.add(rows.get(rows.size() - 1));
    }
    return all;
  }

  private boolean fromStart() {
    return decoder.alignment() == Alignment.FIRST;
  }

  /** By how many tokens each row is shorter than the columns. */
  private int[] missing() {
    return seats.stream().mapToInt(row -> width - row.length()).toArray();
  }

  boolean isRunning() {
    return rows.stream().anyMatch(Row::isRunning);
  }

  /** What to do behind each run over the prompts, while its scores are there. */
  private interface Look {
    void at(int first, int end);
  }

  /** One more token for each row that still runs. */
  void advance() {
    if (!started) {
      prefill(Set.of(), (first, end) -> {});
      started = true;
      int[] padded = missing();
      choose(width - step());
      padding = padded;
    } else {
      settle();
      int first = decoder.isCached() ? width : 0;
      run(first, width + 1, Map.of());
      width++;
      choose(first);
    }
  }

  /**
   * Has each row take its next token.
   *
   * @param first the first column of the latest run
   */
  private void choose(int first) {
    for (int seat = 0; seat < rows.size(); seat++) {
      Row row = rows.get(seat);
      if (row.isRunning()) {
        row.advance(workspace.scores(seat, row.length() - 1 + padding[seat] - first), scores);
      }
    }
  }

  /** How many rows have not ended. */
  int size() {
    return (int) rows.stream().filter(Row::isRunning).count();
  }

  /** Ends rows that nobody waits for any longer. */
  void endInVain() {
    rows.forEach(Row::endInVain);
  }

  void cancel() {
    rows.forEach(row -> row.end(FinishReason.CANCELLED));
  }

  /** Ends all rows because of a problem. */
  void fail(Problem problem) {
    rows.forEach(row -> row.fail(problem));
  }

  /**
   * Lets go of the rows that have ended, when it pays: to move the cache costs about as much as a
   * token of all rows, and half of its rows or columns are of use to nobody. It has to be when
   * there are no more positions for columns that only they use.
   */
  private void settle() {
    int ended = rows.size() - size();
    if (ended == 0 || !decoder.canJoin()) {
      return;
    }
    boolean full = width >= rows.get(0).context();
    boolean half = 2 * ended >= rows.size() || 2 * needed() <= width;
    if (full || half) {
      take(List.of(this));
    }
  }

  /** How many columns the cache has. */
  int width() {
    return width;
  }

  /** Whether the rows of another lane can run beside these. */
  boolean isAlike(Lane other, SteeredModel model) {
    return model.areAlike(rows.get(0), other.rows.get(0));
  }

  /** Takes over what still runs in another lane, which is of no use then. */
  void join(Lane other) {
    take(List.of(this, other));
  }

  /** Goes on with what still runs in some lanes whose prompts have been run. */
  private void take(List<Lane> lanes) {
    int columns = lanes.stream().mapToInt(Lane::needed).max().orElseThrow();
    List<Row> kept = new ArrayList<>();
    List<KvCache.Part> parts = new ArrayList<>();
    for (Lane lane : lanes) {
      int[] running = lane.running();
      Arrays.stream(running).forEach(seat -> kept.add(lane.rows.get(seat)));
      if (running.length > 0) {
        parts.add(new KvCache.Part(lane.cache, running, columns - lane.width));
      }
    }
    rows = List.copyOf(kept);
    seats = seated();
    if (seats.size() > rows.size()) {
      KvCache.Part last = parts.remove(parts.size() - 1);
      parts.add(last.repeatingLast(seats.size() - rows.size()));
    }
    if (decoder.isCached()) {
      KvCache next = decoder.move(parts, columns);
      cache.close();
      cache = next;
    }
    width = columns;
    padding = seats.stream().mapToInt(row -> width - row.length() + 1).toArray();
  }

  /** The seats of the rows that have not ended. */
  private int[] running() {
    return IntStream.range(0, rows.size()).filter(seat -> rows.get(seat).isRunning()).toArray();
  }

  /** The columns that the rows which still run take without common padding. */
  private int needed() {
    return Arrays.stream(running()).map(seat -> width - padding[seat]).max().orElse(0);
  }

  /**
   * Runs the prompts, and looks at all of their tokens.
   *
   * @param sites the tapped sites to read
   */
  List<Trace> trace(Collection<Site> sites) {
    scoreAll();
    float[][] logprobs = new float[rows.size()][];
    Arrays.setAll(logprobs, seat -> new float[rows.get(seat).length()]);
    Map<Site, List<Floats>> seen = prefill(sites, (first, end) -> score(first, end, logprobs));
    seen.keySet().retainAll(sites);
    List<Trace> traces = new ArrayList<>();
    for (int seat = 0; seat < rows.size(); seat++) {
      traces.add(rows.get(seat).trace(logprobs[seat], ofRow(seen, seat)));
    }
    return traces;
  }

  /**
   * Runs the tokens here and in a lane that has the same tokens otherwise steered, and looks at the
   * scores of both. Each has a batch of its own, so that graphs of one row can be compared, and
   * ones whose numbers depend on what else is in the batch.
   *
   * @param plain without conditions
   */
  List<Divergence> compare(Lane plain) {
    scoreAll();
    decide();
    List<Divergence> all = rows.stream().map(Row::divergence).toList();
    for (int first = 0; first < width; first += step()) {
      run(first, first + step(), Map.of());
      plain.run(first, first + step(), Map.of());
      for (int seat = 0; seat < rows.size(); seat++) {
        compare(plain, seat, first, all.get(seat));
      }
    }
    return all;
  }

  private void compare(Lane plain, int seat, int first, Divergence divergence) {
    for (int column = Math.max(first, padding[seat]); column < first + step(); column++) {
      int next = column - padding[seat] + 1;
      if (next < rows.get(seat).length()) {
        workspace.scores(seat, column - first).read(0, scores.length, scores);
        plain.workspace.scores(seat, column - first).read(0, scores.length, plain.scores);
        divergence.see(next, plain.scores, scores);
      }
    }
  }

  /** Finds out which conditions hold, if there are any, and forgets the run that told it. */
  private void decide() {
    if (rows.stream().anyMatch(row -> row.bound().isConditional())) {
      prefill(Set.of(), (first, end) -> {});
      forget();
    }
  }

  private void forget() {
    cache.close();
    cache = KvCache.NONE;
  }

  /** Has each token of the prompts scored, one run after the other where a run scores only one. */
  private void scoreAll() {
    if (decoder.scoresLast() && !decoder.isCached()) {
      throw Problem.of(Code.NO_LOGITS, "the model scores the last token only")
          .note("it keeps no cache, so no more of them can be had in one run")
          .help("patch it without --last-logits, or export it with the scores of all tokens")
          .exception();
    }
    scoresAll = true;
  }

  /** How many columns of the prompts to run at once. */
  private int step() {
    boolean single = decoder.columns() == 1 || scoresAll && decoder.scoresLast();
    return decoder.isCached() && single ? 1 : width;
  }

  /** Runs the prompts for what they have at tapped sites, and takes no scores. */
  List<Map<Site, Floats>> activations(Collection<Site> sites) {
    workspace.leaveScores();
    Map<Site, List<Floats>> seen = prefill(sites, (first, end) -> {});
    seen.keySet().retainAll(sites);
    List<Map<Site, Floats>> activations = new ArrayList<>();
    for (int seat = 0; seat < rows.size(); seat++) {
      activations.add(ofRow(seen, seat));
    }
    return activations;
  }

  /** Takes how likely the tokens behind the columns from {@code first} to {@code end} are. */
  private void score(int first, int end, float[][] logprobs) {
    for (int seat = 0; seat < rows.size(); seat++) {
      for (int column = Math.max(first, padding[seat]); column < end; column++) {
        int next = column - padding[seat] + 1;
        if (next < rows.get(seat).length()) {
          workspace.scores(seat, column - first).read(0, scores.length, scores);
          logprobs[seat][next] = (float) Sampler.logprob(scores, (int) rows.get(seat).at(next));
        }
      }
    }
  }

  /**
   * Runs the prompts. What depends on them is left out at first; when a condition turns out to
   * hold, they run again with it.
   *
   * @param sites the tapped sites to read
   * @return what the last run had there
   */
  private Map<Site, List<Floats>> prefill(Collection<Site> sites, Look look) {
    Set<Site> all = new LinkedHashSet<>(sites);
    rows.forEach(row -> all.addAll(row.bound().watched()));
    Map<Site, List<Floats>> seen = runPrompts(all, look);
    boolean again = false;
    for (int seat = 0; seat < rows.size(); seat++) {
      if (rows.get(seat).bound().isConditional()) {
        again |= rows.get(seat).decide(values(ofRow(seen, seat)));
      }
    }
    if (!again) {
      return seen;
    }
    forget();
    return runPrompts(sites, look);
  }

  private Map<Site, List<Floats>> runPrompts(Collection<Site> sites, Look look) {
    Map<Site, List<Floats>> seen = new LinkedHashMap<>();
    sites.forEach(site -> seen.put(site, new ArrayList<>()));
    for (int first = 0; first < width; first += step()) {
      run(first, first + step(), seen);
      look.at(first, first + step());
    }
    return seen;
  }

  /** What a row's prompt had at each site, without its padding. */
  private Map<Site, Floats> ofRow(Map<Site, List<Floats>> seen, int seat) {
    Map<Site, Floats> taps = new LinkedHashMap<>();
    for (Map.Entry<Site, List<Floats>> site : seen.entrySet()) {
      int hidden = site.getValue().get(0).width();
      float[] own = new float[rows.get(seat).length() * hidden];
      int column = 0;
      for (Floats part : site.getValue()) {
        int columns = (int) part.dims()[1];
        int from = Math.max(column, padding[seat]);
        // a graph of fixed size may have more columns, and so has a longer row
        int end = Math.min(column + columns, padding[seat] + rows.get(seat).length());
        if (from < end) {
          int source = (seat * columns + from - column) * hidden;
          int size = (end - from) * hidden;
          System.arraycopy(part.values(), source, own, (from - padding[seat]) * hidden, size);
        }
        column += columns;
      }
      long[] dims = {rows.get(seat).length(), hidden};
      taps.put(site.getKey(), new Floats(dims, own));
    }
    return taps;
  }

  private static Map<Site, float[]> values(Map<Site, Floats> taps) {
    Map<Site, float[]> values = new HashMap<>();
    taps.forEach((site, floats) -> values.put(site, floats.values()));
    return values;
  }

  /** Runs the columns from {@code first} to {@code end}. */
  private void run(int first, int end, Map<Site, List<Floats>> seen) {
    long[][] ids = new long[seats.size()][end - first];
    int[] position = new int[seats.size()];
    int[] lengths = new int[seats.size()];
    List<Schedule> schedules = new ArrayList<>(seats.size());
    for (int seat = 0; seat < seats.size(); seat++) {
      lengths[seat] = seats.get(seat).run();
      schedules.add(seats.get(seat).schedule());
      position[seat] = first - padding[seat];
      for (int column = first; column < end; column++) {
        ids[seat][column - first] = seats.get(seat).at(Math.max(0, column - padding[seat]));
      }
    }
    int tokens = decoder.isCached() || decoder.columns() < 0 ? end - first : decoder.columns();
    Map<String, Floats> steering = feeder.feeds(schedules, position, tokens);
    Map<String, Floats> taps = new HashMap<>();
    seen.keySet().forEach(site -> taps.put(ports.taps().get(site), null));
    Columns columns = new Columns(ids, padding, lengths, first, fromStart());
    KvCache next = decoder.run(workspace, columns, cache, steering, taps);
    cache.close();
    cache = next;
    seen.forEach((site, parts) -> parts.add(taps.get(ports.taps().get(site))));
  }

  @Override
  public void close() {
    cache.close();
    workspace.close();
  }
}
