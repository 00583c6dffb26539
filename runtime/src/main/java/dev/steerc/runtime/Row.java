package dev.steerc.runtime;

import dev.steerc.plan.Site;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Bound;
import dev.steerc.runtime.steering.Reading;
import dev.steerc.runtime.steering.Schedule;
import dev.steerc.runtime.text.TextStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One sequence while it is generated: its tokens, its steering and how far it is. */
final class Row {
  private static final Duration AGES = Duration.ofDays(36_500);

  private final int index;
  private final int prompt;
  private final int context;
  private final Settings settings;
  private final long seed;
  private final long deadline;
  private final Sampler sampler;
  private final Optional<TextStream> text;
  private final Listener listener;
  private volatile boolean cancelled;
  private final List<TokenScore> scores = new ArrayList<>();
  private final StringBuilder shown = new StringBuilder();
  private long[] ids;
  private int length;
  private Bound bound;
  private Schedule schedule;
  private boolean started;
  private List<Reading> readings = List.of();
  private FinishReason reason;
  private Problem problem;

  /**
   * A sequence that has only its prompt.
   *
   * @param index its place among the results
   * @param context the most tokens it can have
   */
  Row(
      int index,
      long[] ids,
      int context,
      Bound bound,
      Settings settings,
      long seed,
      Optional<TextStream> text,
      Listener listener) {
    this(index, ids.length, ids, context, bound, settings, seed, text, listener);
  }

  /** A sequence that is not continued, of which some tokens count as generated. */
  static Row given(int index, int prompt, long[] ids, Bound bound) {
    int context = ids.length;
    return new Row(
        index, prompt, ids, context, bound, Settings.DEFAULT, 0, Optional.empty(), Listener.NONE);
  }

  private Row(
      int index,
      int prompt,
      long[] ids,
      int context,
      Bound bound,
      Settings settings,
      long seed,
      Optional<TextStream> text,
      Listener listener) {
    this.listener = listener;
    this.index = index;
    this.prompt = prompt;
    this.ids = ids.clone();
    this.length = ids.length;
    this.context = context;
    this.settings = settings;
    this.seed = seed;
    this.sampler = new Sampler(settings.sampling(), seed, ids);
    this.text = text;
    this.deadline = settings.limit().map(Row::deadline).orElse(Long.MAX_VALUE);
    swap(bound);
  }

  private static long deadline(Duration limit) {
    if (limit.compareTo(AGES) > 0) {
      return Long.MAX_VALUE; // more nanoseconds than a long counts
    }
    return System.nanoTime() + (limit.isNegative() ? 0 : limit.toNanos());
  }

  int index() {
    return index;
  }

  /** How many tokens its prompt has; any thread may ask. */
  int promptLength() {
    return prompt;
  }

  /** The most tokens that it can have, prompt included; any thread may ask. */
  long most() {
    return Math.min((long) context, (long) prompt + settings.maxNewTokens());
  }

  /** The most tokens that the model takes. */
  int context() {
    return context;
  }

  int length() {
    return length;
  }

  /** The tokens to run: the last one of a text that ended needs no more, and may have no place. */
  int run() {
    return isRunning() ? length : length - 1;
  }

  /** The token at a position; behind the end, the last one, for rows that wait for others. */
  long at(int position) {
    return ids[Math.min(position, length - 1)];
  }

  Schedule schedule() {
    return schedule;
  }

  Bound bound() {
    return bound;
  }

  /** Whether it depends on its prompt how it is steered, and that has not been run. */
  boolean isUndecided() {
    return !started && bound.isConditional();
  }

  boolean isRunning() {
    return reason == null;
  }

  /** Another steering, from the next token that is run on; a text that ended keeps its own. */
  void swap(Bound next) {
    if (!isRunning()) {
      return;
    }
    bound = next;
    if (started) {
      schedule.swap(length - 1, next);
    } else {
      schedule = new Schedule(prompt, next.unconditional());
    }
  }

  /**
   * Decides what depends on the prompt.
   *
   * @param taps the activations [tokens, hidden] at the sites that are watched; those of tokens
   *     behind the prompt do not count
   * @return whether the tokens have to be run again
   */
  boolean decide(Map<Site, float[]> taps) {
    Map<Site, float[]> seen = new HashMap<>();
    taps.forEach((site, all) -> seen.put(site, Arrays.copyOf(all, all.length / length * prompt)));
    readings = bound.readings(seen);
    Bound decided = bound.decided(readings);
    boolean more = readings.stream().anyMatch(Reading::acts);
    schedule.swap(0, decided);
    return more && decided.touches(length, prompt);
  }

  /** What was seen of a sequence that is not continued. */
  Trace trace(float[] logprobs, Map<Site, Floats> activations) {
    return new Trace(Arrays.copyOf(ids, length), logprobs, activations);
  }

  /** What is to be found out about a sequence that is not continued. */
  Divergence divergence() {
    return Divergence.blank(prompt, Arrays.copyOf(ids, length));
  }

  /**
   * Takes the next token.
   *
   * @param logits the scores behind the last one
   * @param room for all of them
   */
  void advance(Scores logits, float[] room) {
    started = true;
    int token;
    try {
      token = choose(logits, room);
    } catch (SteercException e) {
      fail(e.problems().get(0));
      return;
    }
    append(token);
    String piece = text.map(stream -> stream.push(token)).orElse("");
    reason = ending(token);
    if (reason != null) {
      piece += rest();
    }
    shown.append(piece);
    if (!scores.isEmpty()) {
      listener.score(index, scores.get(scores.size() - 1));
    }
    listener.token(index, token, piece);
    if (reason != null) {
      listener.ended(index, reason, "");
    }
  }

  private int choose(Scores logits, float[] room) {
    int token = sampler.next(logits, room);
    if (settings.logprobs() > 0) {
      logits.read(0, logits.size(), room); // as they were before any penalty
      scores.add(Sampler.score(room, token, settings.logprobs()));
    }
    return token;
  }

  /** Why the text ends with a token; null when it goes on. */
  private FinishReason ending(long token) {
    if (settings.endTokens().contains(token) || text.map(TextStream::stopped).orElse(false)) {
      return FinishReason.STOP;
    }
    if (length - prompt >= settings.maxNewTokens() || length >= context) {
      return FinishReason.LENGTH;
    }
    return isLate() ? FinishReason.DEADLINE : null;
  }

  private void append(long token) {
    if (length == ids.length) {
      ids = Arrays.copyOf(ids, Math.max(16, 2 * length));
    }
    ids[length++] = token;
  }

  private String rest() {
    return text.map(TextStream::finish).orElse("");
  }

  boolean isLate() {
    return deadline != Long.MAX_VALUE && System.nanoTime() - deadline >= 0;
  }

  /** Has it end before the next token; any thread may say so. */
  void cancel() {
    cancelled = true;
  }

  boolean isInVain() {
    return cancelled || isLate();
  }

  /** Ends it when nobody waits for it any longer. */
  void endInVain() {
    if (cancelled) {
      end(FinishReason.CANCELLED);
    } else if (isLate()) {
      end(FinishReason.DEADLINE);
    }
  }

  /** Ends it because of a problem. */
  void fail(Problem what) {
    if (reason == null) {
      problem = what;
      end(FinishReason.FAILED);
    }
  }

  /** As if its prompt had not been run. */
  void restart() {
    readings = List.of();
    swap(bound);
  }

  /** Ends it before its time. */
  void end(FinishReason why) {
    if (reason == null) {
      reason = why;
      String rest = rest();
      shown.append(rest);
      listener.ended(index, why, rest);
    }
  }

  Completion completion() {
    return new Completion(
        Arrays.copyOf(ids, prompt),
        Arrays.copyOfRange(ids, prompt, length),
        shown.toString(),
        Optional.ofNullable(reason),
        Optional.ofNullable(problem),
        List.copyOf(scores),
        readings,
        bound.steering(),
        seed);
  }
}
