package dev.steerc.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.format.Floats;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A decoder in ONNX Runtime: one model, or a pair of which one runs prompts and the other goes on
 * from a cache. It has no state of its own, so threads share it.
 */
final class Decoder implements AutoCloseable {
  private final Engine prefill;
  private final Engine step;
  private final Wiring whole;
  private final Wiring behind;
  private final Set<String> wholeCache;
  private final Set<String> behindCache;
  private final CacheMover mover;

  private Decoder(Engine prefill, Wiring whole, Engine step, Wiring behind) {
    this.prefill = prefill;
    this.step = step;
    this.whole = whole;
    this.behind = behind;
    this.wholeCache = isCached() ? Set.copyOf(whole.present()) : Set.of();
    this.behindCache = isCached() ? Set.copyOf(behind.present()) : Set.of();
    this.mover = new CacheMover(step.environment(), alignment());
  }

  static Decoder of(Engine engine, ModelFiles.Decoding file) {
    Wiring wiring = wiring(engine, file);
    return new Decoder(engine, wiring, engine, wiring);
  }

  static Decoder ofPair(
      Engine prefill, ModelFiles.Decoding first, Engine step, ModelFiles.Decoding second) {
    return new Decoder(prefill, wiring(prefill, first), step, wiring(step, second));
  }

  private static Wiring wiring(Engine engine, ModelFiles.Decoding file) {
    return Wiring.of(engine, file.model(), file.file().graph(), file.file().where());
  }

  /** Why what was prepared is not used. */
  List<String> doubts() {
    return Stream.of(prefill, step).distinct().flatMap(e -> e.doubt().stream()).toList();
  }

  int vocabulary() {
    return whole.vocabulary();
  }

  /** Where rows of different lengths meet. */
  Alignment alignment() {
    boolean alike = whole.alignment() == behind.alignment();
    boolean keeps = whole.alignment() != Alignment.FIRST || isCached();
    return alike && keeps ? whole.alignment() : Alignment.NONE;
  }

  /** The most tokens that a row can have for the graph's sake, or any number. */
  OptionalInt most() {
    return IntStream.concat(whole.most().stream(), behind.most().stream()).min();
  }

  /** Whether the length of the cache never changes. */
  private boolean isFixed() {
    return behind.room().isPresent();
  }

  /** Whether a run leaves what the next one can go on from. */
  boolean isCached() {
    return behind.takesPast()
        && whole.present().size() == behind.past().size()
        && whole.columns() <= 1
        && behind.columns() <= 1;
  }

  /** The rows that every run has, or -1. */
  int rows() {
    return whole.rows();
  }

  /** The most tokens that a row can have in one run, or -1 for any number. */
  int columns() {
    return whole.columns();
  }

  /** Whether the graph scores no more than the last token of each row. */
  boolean scoresLast() {
    return whole.scoresLast();
  }

  /** Whether rows that began apart can go on together. */
  boolean canJoin() {
    return alignment() != Alignment.NONE && rows() < 0;
  }

  /** What a cached token takes, in bytes, as far as the graph tells it; else 0. */
  long bytesPerToken() {
    long bytes = 0;
    for (String name : behind.past()) {
      Wiring.Input input = behind.inputs().get(name);
      long[] dims = input.dims();
      long heads = dims[dims.length - 3];
      long size = dims[dims.length - 1];
      bytes +=
          Math.max(0, heads) * Math.max(0, size) * input.type().size * (dims.length > 4 ? 2 : 1);
    }
    return bytes;
  }

  /** The graphs, to be run as they are. */
  RawModel raw(SteeredModel model, ModelFiles files) {
    RawGraph first = RawGraph.of(prefill, files.prefill(), whole);
    RawGraph second = step == prefill ? first : RawGraph.of(step, files.step(), behind);
    return new RawModel(model, first, second);
  }

  /** Rows of several caches in one; see {@link CacheMover}. */
  KvCache move(List<KvCache.Part> parts, int columns) {
    try {
      if (isFixed()) {
        return mover.move(parts.stream().map(KvCache.Part::still).toList(), columns);
      }
      return mover.move(parts, columns);
    } catch (OrtException e) {
      throw step.failed("ONNX Runtime cannot move the cache", e);
    }
  }

  /** The memory of a batch that runs on this decoder. */
  Workspace workspace(Breaker breaker) {
    Logits logits = new Logits(prefill.environment(), whole.logitsType(), vocabulary());
    return new Workspace(logits, breaker);
  }

  /**
   * Runs some tokens.
   *
   * @param past the cache; it stays open
   * @param steering a tensor for each steering input to feed
   * @param taps outputs to read, by name; filled in
   * @return the cache with these tokens behind
   */
  KvCache run(
      Workspace workspace,
      Columns given,
      KvCache past,
      Map<String, Floats> steering,
      Map<String, Floats> taps) {
    boolean first = past.columns() == 0;
    Engine engine = first ? prefill : step;
    Wiring wiring = first ? whole : behind;
    Columns columns = wiring.columns() > 0 ? given.widened(wiring.columns()) : given;
    try (RunOptions options = new RunOptions()) {
      Map<String, OnnxTensor> feeds = workspace.feeds(engine, wiring, columns, past);
      workspace.steer(steering, engine, options);
      Map<String, OnnxTensor> pinned = workspace.pinned(wiring, columns);
      OrtSession.Result result;
      workspace.breaker().enter(options);
      try {
        result = engine.session().run(feeds, wanted(wiring, taps.keySet()), pinned, options);
      } finally {
        workspace.breaker().leave();
      }
      return kept(result, engine, wiring, columns, taps);
    } catch (OrtException e) {
      throw engine.failed("ONNX Runtime cannot run the model", e);
    } finally {
      workspace.forget();
    }
  }

  private Set<String> wanted(Wiring wiring, Set<String> taps) {
    Set<String> present = wiring == whole ? wholeCache : behindCache;
    if (taps.isEmpty()) {
      return present;
    }
    Set<String> wanted = new HashSet<>(taps);
    wanted.addAll(present);
    return wanted;
  }

  private KvCache kept(
      OrtSession.Result result,
      Engine engine,
      Wiring wiring,
      Columns columns,
      Map<String, Floats> taps) {
    try {
      for (Map.Entry<String, Floats> tap : taps.entrySet()) {
        tap.setValue(Tensors.read((OnnxTensor) result.get(tap.getKey()).orElseThrow()));
      }
      if (isCached()) {
        int all = columns.first() + columns.width();
        return checked(KvCache.of(result, wiring.present(), behind.past(), all), engine);
      }
    } catch (RuntimeException e) {
      result.close();
      throw e;
    }
    result.close();
    return KvCache.NONE;
  }

  /** A graph that forgets tokens would be fed a mask and positions that do not fit its cache. */
  private static KvCache checked(KvCache cache, Engine engine) {
    if (cache.room() >= cache.columns()) {
      return cache;
    }
    throw Problem.of(Code.UNKNOWN_CACHE, "the cache does not keep all tokens")
        .at(engine.path())
        .note(cache.columns() + " were run, and it has " + cache.room())
        .help("export the model with a cache of any length")
        .exception();
  }

  @Override
  public void close() {
    mover.close();
    prefill.close();
    if (step != prefill) {
      step.close();
    }
  }
}
