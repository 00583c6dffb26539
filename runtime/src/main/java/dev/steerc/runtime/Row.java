package dev.steerc.runtime;

import dev.steerc.plan.Site;
import dev.steerc.runtime.steering.Bound;
import dev.steerc.runtime.steering.Reading;
import dev.steerc.runtime.steering.Schedule;
import dev.steerc.runtime.text.TextStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One sequence while it is generated: its tokens, its steering and how far it is. */
final class Row {
  private final int index;
  private final int prompt;
  private final int context;
  private final Settings settings;
  private final long seed;
  private final long deadline;
  private final Sampler sampler;
  private final Optional<TextStream> text;
  private final List<TokenScore> scores = new ArrayList<>();
  private final StringBuilder shown = new StringBuilder();
  private long[] ids;
  private int length;
  private Bound bound;
  private Schedule schedule;
  private boolean started;
  private List<Reading> readings = List.of();
  private FinishReason reason;

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
      Optional<TextStream> text) {
    this.index = index;
    this.prompt = ids.length;
    this.ids = ids.clone();
    this.length = ids.length;
    this.context = context;
    this.settings = settings;
    this.seed = seed;
    this.sampler = new Sampler(settings.sampling(), seed, ids);
    this.text = text;
    this.deadline =
        settings.limit().map(limit -> System.nanoTime() + limit.toNanos()).orElse(Long.MAX_VALUE);
    swap(bound);
  }

  int index() {
    return index;
  }

  int length() {
    return length;
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

  boolean isRunning() {
    return reason == null;
  }

  /** Another steering, from the next token that is run on. */
  void swap(Bound next) {
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
   * @param taps the activations [tokens, hidden] of the prompt at the sites that are watched
   * @return whether the prompt has to be run again
   */
  boolean decide(Map<Site, float[]> taps) {
    readings = bound.readings(taps);
    Bound decided = bound.decided(readings);
    boolean more = readings.stream().anyMatch(Reading::acts);
    schedule.swap(0, decided);
    return more && decided.touchesPrompt(prompt);
  }

  /** Takes the next token from the scores of the last one, which are overwritten. */
  void advance(float[] logits, Listener listener) {
    started = true;
    float[] raw = settings.logprobs() > 0 ? logits.clone() : logits;
    int token = sampler.next(logits);
    if (settings.logprobs() > 0) {
      scores.add(Sampler.score(raw, token, settings.logprobs()));
    }
    append(token);
    boolean ended = settings.endTokens().contains((long) token);
    String piece = text.map(stream -> stream.push(token)).orElse("");
    if (ended || text.map(TextStream::stopped).orElse(false)) {
      reason = FinishReason.STOP;
    } else if (length - prompt >= settings.maxNewTokens() || length >= context) {
      reason = FinishReason.LENGTH;
    } else if (isLate()) {
      reason = FinishReason.DEADLINE;
    }
    tell(token, piece + (reason == null ? "" : rest()), listener);
  }

  private void append(long token) {
    if (length == ids.length) {
      ids = Arrays.copyOf(ids, Math.max(16, 2 * length));
    }
    ids[length++] = token;
  }

  private void tell(long token, String piece, Listener listener) {
    shown.append(piece);
    listener.token(index, token, piece);
  }

  private String rest() {
    return text.map(TextStream::finish).orElse("");
  }

  boolean isLate() {
    return deadline != Long.MAX_VALUE && System.nanoTime() - deadline >= 0;
  }

  /** Ends it before its time. */
  void end(FinishReason why) {
    if (reason == null) {
      reason = why;
      shown.append(rest());
    }
  }

  Completion completion() {
    return new Completion(
        Arrays.copyOf(ids, prompt),
        Arrays.copyOfRange(ids, prompt, length),
        shown.toString(),
        Optional.ofNullable(reason),
        List.copyOf(scores),
        readings,
        bound.steering(),
        seed);
  }
}
