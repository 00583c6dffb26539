package dev.steerc.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoraAdapter;
import ai.onnxruntime.OrtSession.RunOptions;
import dev.steerc.runtime.format.Adapter;
import dev.steerc.runtime.format.Floats;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** What one batch keeps between its runs, so that a run leaves little behind; not shared. */
final class Workspace implements AutoCloseable {
  private final Logits logits;
  private final Breaker breaker;
  private final Map<Wiring.Input, KeptInput> inputs = new IdentityHashMap<>();
  private final Map<String, OnnxTensor> feeds = new HashMap<>();

  /** Tensors of one run. */
  private final List<OnnxTensor> own = new ArrayList<>();

  private final Adapter writer = new Adapter();
  private Map<String, Floats> steering = Map.of();
  private OrtLoraAdapter adapter;
  private boolean isScored = true;

  /** How many columns of the latest run have no scores. */
  private int left;

  Workspace(Logits logits, Breaker breaker) {
    this.logits = logits;
    this.breaker = breaker;
  }

  Breaker breaker() {
    return breaker;
  }

  /** Has later runs give no scores, which saves their memory: nobody asks for any. */
  void leaveScores() {
    isScored = false;
  }

  /** What a run writes its scores into, by name. */
  Map<String, OnnxTensor> pinned(Wiring wiring, Columns columns) throws OrtException {
    if (!isScored) {
      return Map.of();
    }
    left = wiring.scoresLast() ? columns.width() - 1 : 0;
    return Map.of(wiring.logits(), logits.tensor(columns.rows(), columns.width() - left));
  }

  /** The scores of any token of a row in the latest run that the graph scores. */
  Scores scores(int row, int column) {
    return logits.at(row, column - left);
  }

  /** What the inputs take, steering aside. */
  Map<String, OnnxTensor> feeds(Engine engine, Wiring wiring, Columns columns, KvCache past)
      throws OrtException {
    past.forEach(feeds::put);
    for (Map.Entry<String, Wiring.Input> entry : wiring.inputs().entrySet()) {
      if (!feeds.containsKey(entry.getKey())) {
        feeds.put(entry.getKey(), tensor(entry.getValue(), columns, engine));
      }
    }
    return feeds;
  }

  private OnnxTensor tensor(Wiring.Input input, Columns columns, Engine engine)
      throws OrtException {
    if (input.role() == InputRole.PAST) { // only the first run is fed an empty one
      Feed empty = columns.feed(input.role(), input.type(), input.dims());
      return owned(empty.tensor(engine.environment()));
    }
    KeptInput kept = inputs.computeIfAbsent(input, KeptInput::new);
    return kept.tensor(columns, engine.environment());
  }

  private OnnxTensor owned(OnnxTensor tensor) {
    own.add(tensor);
    return tensor;
  }

  /** Feeds a tensor for each steering input as well; optional ones go in as an adapter. */
  void steer(Map<String, Floats> ports, Engine engine, RunOptions options) throws OrtException {
    if (engine.requires(ports.keySet())) {
      for (Map.Entry<String, Floats> port : ports.entrySet()) {
        feeds.put(port.getKey(), owned(Tensors.of(port.getValue(), engine.environment())));
      }
      return;
    }
    if (ports != steering) {
      release();
      adapter = ports.isEmpty() ? null : OrtLoraAdapter.create(writer.write(ports));
      steering = ports;
    }
    if (adapter != null) {
      options.addActiveLoraAdapter(adapter);
    }
  }

  /** Lets go of what the latest run was fed, and is not kept. */
  void forget() {
    feeds.clear();
    own.forEach(OnnxTensor::close);
    own.clear();
  }

  private void release() {
    steering = Map.of();
    if (adapter != null) {
      adapter.close();
      adapter = null;
    }
  }

  @Override
  public void close() {
    release();
    inputs.values().forEach(KeptInput::close);
    logits.close();
  }
}
