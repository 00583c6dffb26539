package dev.steerc.runtime.laws;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import ai.onnxruntime.TensorInfo;
import dev.steerc.Steerc;
import dev.steerc.models.Batch;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Request;
import dev.steerc.residual.Residual;
import dev.steerc.runtime.Engine;
import dev.steerc.runtime.Feed;
import dev.steerc.runtime.format.Floats;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A model in ONNX Runtime that is fed tokens; a pair of files runs as the decoder that it is. */
final class Decoder implements AutoCloseable {

  /** What a run leaves for the next: a tensor for each cache input. */
  record Past(Map<String, Feed> feeds, int length) {
    static final Past NONE = new Past(Map.of(), 0);
  }

  /** What a run gives: its outputs by name, and the past of the next. */
  record Step(Map<String, Floats> outputs, Past past) {
    Floats get(String output) {
      return outputs.get(output);
    }

    /** The logits, or what a model without a head gives instead of them. */
    Floats logits() {
      return outputs.containsKey("logits")
          ? outputs.get("logits")
          : outputs.values().iterator().next();
    }
  }

  private final Engine prefill;
  private final Engine step;
  private final Residual residual;
  private final List<String> presents;

  private Decoder(ModelUnderTest model, Path prefill, Path step, OptLevel level) {
    this.prefill = Engine.open(prefill, level);
    this.step = prefill.equals(step) ? this.prefill : Engine.open(step, level);
    this.residual = model.residual();
    this.presents = model.prefillResidual().cache().outputs();
  }

  /** The model as it is. */
  static Decoder original(ModelUnderTest model, OptLevel level) {
    return new Decoder(model, model.prefill(), model.path(), level);
  }

  /** The model with interventions, optimised as far as ONNX Runtime can. */
  static Decoder patched(
      ModelUnderTest model, Path folder, InputMode mode, List<Intervention> interventions) {
    Request request = Request.of(interventions, mode);
    Path prefill = patch(model.prefill(), folder, request);
    Path step = model.isStepOnly() ? patch(model.path(), folder, request) : prefill;
    return new Decoder(model, prefill, step, OptLevel.ALL_OPT);
  }

  private static Path patch(Path model, Path folder, Request request) {
    try {
      // a folder of its own, since external data is brought there under its own name
      Path output = Files.createTempDirectory(folder, "patched").resolve(model.getFileName());
      Steerc.patch(model, request, output);
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Set<String> inputs() {
    return step.inputs().keySet();
  }

  /** Whether rows of different lengths can be told apart from their padding. */
  boolean takesPadding() {
    return has("mask") && has("position");
  }

  private boolean has(String part) {
    return inputs().stream().anyMatch(name -> name.contains(part));
  }

  /** The columns that every run has, or -1 when runs may be of any length. */
  int fixedWidth() {
    return (int) prefill.inputs().get(residual.ids()).getShape()[1];
  }

  /** The rows that every run has, or -1 when there may be any number. */
  int fixedRows() {
    return (int) prefill.inputs().get(residual.ids()).getShape()[0];
  }

  /** A run without a past. */
  Step run(Batch batch, List<Steering> steering) {
    return run(batch, Past.NONE, steering);
  }

  /** A run behind a past: the batch's mask covers the past as well. */
  Step run(Batch batch, Past past, List<Steering> steering) {
    Engine engine = past.length() == 0 ? prefill : step;
    Map<String, Feed> feeds = new LinkedHashMap<>();
    engine
        .inputs()
        .forEach(
            (name, info) -> {
              if (!name.startsWith("steer.")) {
                feeds.put(name, feed(name, info, batch, past));
              }
            });
    Map<String, Floats> outputs = engine.run(feeds, Steering.feeds(steering));
    return new Step(outputs, next(outputs, past.length() + batch.width()));
  }

  /** The logits of a prompt and then of one token after the other, position by position. */
  List<Floats> logits(Batch batch, int prompt, List<Steering> steering) {
    List<Floats> logits = new ArrayList<>();
    Past past = Past.NONE;
    int first = 0;
    for (int end = prompt; end <= batch.width(); end++) {
      Batch part = first == 0 ? batch.until(end) : batch.until(end).from(first);
      Step done = run(part, past, Steering.columns(steering, first, end));
      logits.add(done.logits());
      past = done.past();
      first = end;
    }
    return logits;
  }

  private Past next(Map<String, Floats> outputs, int length) {
    Map<String, Feed> feeds = new LinkedHashMap<>();
    List<String> inputs = residual.cache().inputs();
    for (int i = 0; i < inputs.size() && i < presents.size(); i++) {
      Floats present = outputs.get(presents.get(i));
      OnnxJavaType type = step.inputs().get(inputs.get(i)).type;
      feeds.put(inputs.get(i), Feed.of(type, present.dims(), j -> present.values()[j]));
    }
    return new Past(feeds, length);
  }

  private Feed feed(String name, TensorInfo info, Batch batch, Past past) {
    if (name.equals(residual.ids())) {
      return whole(info, batch.ids());
    }
    if (residual.cache().inputs().contains(name)) {
      return past.length() == 0 ? empty(info, batch.rows()) : past.feeds().get(name);
    }
    if (info.type == OnnxJavaType.BOOL) {
      return Feed.of(info.type, new long[] {1}, i -> past.length() > 0 ? 1 : 0);
    }
    return whole(info, name.contains("mask") ? batch.mask() : batch.positions());
  }

  private static Feed whole(TensorInfo info, long[][] rows) {
    int width = rows[0].length;
    return Feed.of(info.type, new long[] {rows.length, width}, i -> rows[i / width][i % width]);
  }

  /** Batch, heads, past, head size; with keys and values in one tensor, a 2 in front. */
  private static Feed empty(TensorInfo info, int rows) {
    long[] dims = info.getShape().clone();
    int batch = dims.length - 4;
    dims[batch] = rows;
    dims[batch + 2] = 0;
    return Feed.of(info.type, dims, i -> 0);
  }

  @Override
  public void close() {
    prefill.close();
    if (step != prefill) {
      step.close();
    }
  }
}
