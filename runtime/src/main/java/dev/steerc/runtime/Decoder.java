package dev.steerc.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoraAdapter;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.format.Adapter;
import dev.steerc.runtime.format.Floats;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
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
  private final CacheMover mover;

  private Decoder(Engine prefill, Wiring whole, Engine step, Wiring behind) {
    this.prefill = prefill;
    this.step = step;
    this.whole = whole;
    this.behind = behind;
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

  /** What one batch keeps between its runs; not shared. */
  static final class Workspace implements AutoCloseable {
    private final Logits logits;
    private final Breaker breaker;
    private Map<String, Floats> steering = Map.of();
    private OrtLoraAdapter adapter;
    private OnnxTensor useCache;
    private boolean isOn;
    private boolean isScored = true;

    /** How many columns of the latest run have no scores. */
    private int left;

    private Workspace(Logits logits, Breaker breaker) {
      this.logits = logits;
      this.breaker = breaker;
    }

    /** Has later runs give no scores, which saves their memory: nobody asks for any. */
    void leaveScores() {
      isScored = false;
    }

    /** What a run writes its scores into, by name. */
    private Map<String, OnnxTensor> pinned(Wiring wiring, Columns columns) throws OrtException {
      if (!isScored) {
        return Map.of();
      }
      left = wiring.scoresLast() ? columns.width() - 1 : 0;
      return Map.of(wiring.logits(), logits.tensor(columns.rows(), columns.width() - left));
    }

    /** The scores of any token of a row in the latest run that the graph scores. */
    void scores(int row, int column, float[] into) {
      logits.copy(row, column - left, into);
    }

    private void steer(Map<String, Floats> optional) throws OrtException {
      if (optional != steering) {
        release();
        adapter = optional.isEmpty() ? null : OrtLoraAdapter.create(Adapter.of(optional));
        steering = optional;
      }
    }

    /** The switch of merged decoders, which stays the same from the second run on. */
    private OnnxTensor useCache(Engine engine, Wiring.Input input, boolean on) throws OrtException {
      if (useCache == null || on != isOn) {
        closeSwitch();
        long[] dims = new long[input.dims().length];
        Arrays.fill(dims, 1);
        useCache = Feed.of(input.type(), dims, i -> on ? 1 : 0).tensor(engine.environment());
        isOn = on;
      }
      return useCache;
    }

    private void closeSwitch() {
      if (useCache != null) {
        useCache.close();
        useCache = null;
      }
    }

    private void release() {
      if (adapter != null) {
        adapter.close();
        adapter = null;
      }
    }

    @Override
    public void close() {
      release();
      closeSwitch();
      logits.close();
    }
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
    List<OnnxTensor> own = new ArrayList<>();
    try (RunOptions options = new RunOptions()) {
      Map<String, OnnxTensor> feeds = new HashMap<>(past.tensors());
      for (Map.Entry<String, Wiring.Input> input : wiring.inputs().entrySet()) {
        if (input.getValue().role() == InputRole.USE_CACHE) {
          feeds.put(input.getKey(), workspace.useCache(engine, input.getValue(), !first));
        } else if (!feeds.containsKey(input.getKey())) {
          Wiring.Input to = input.getValue();
          OnnxTensor tensor =
              columns.feed(to.role(), to.type(), to.dims()).tensor(engine.environment());
          own.add(tensor);
          feeds.put(input.getKey(), tensor);
        }
      }
      if (engine.requires(steering.keySet())) {
        for (Map.Entry<String, Floats> port : steering.entrySet()) {
          OnnxTensor tensor = Tensors.of(port.getValue(), engine.environment());
          own.add(tensor);
          feeds.put(port.getKey(), tensor);
        }
      } else {
        workspace.steer(steering);
        if (workspace.adapter != null) {
          options.addActiveLoraAdapter(workspace.adapter);
        }
      }
      Map<String, OnnxTensor> pinned = workspace.pinned(wiring, columns);
      workspace.breaker.enter(options);
      try {
        return run(engine, wiring, feeds, pinned, options, columns, taps);
      } finally {
        workspace.breaker.leave();
      }
    } catch (OrtException e) {
      throw engine.failed("ONNX Runtime cannot run the model", e);
    } finally {
      own.forEach(OnnxTensor::close);
    }
  }

  private KvCache run(
      Engine engine,
      Wiring wiring,
      Map<String, OnnxTensor> feeds,
      Map<String, OnnxTensor> pinned,
      RunOptions options,
      Columns columns,
      Map<String, Floats> taps)
      throws OrtException {
    Set<String> wanted = new HashSet<>(taps.keySet());
    if (isCached()) {
      wanted.addAll(wiring.present());
    }
    OrtSession.Result result = engine.session().run(feeds, wanted, pinned, options);
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
