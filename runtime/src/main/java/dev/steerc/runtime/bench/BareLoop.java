package dev.steerc.runtime.bench;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.TensorInfo;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.Telemetry;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Greedy decoding as one would write it by hand for one model with nothing but ONNX Runtime's Java
 * API, all of whose options stay as they come: what the runtime is compared with.
 */
public final class BareLoop implements AutoCloseable {
  private final Path model;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Map<String, TensorInfo> inputs = new HashMap<>();
  private final List<String> past;
  private final List<String> present;

  /**
   * Loads a model.
   *
   * @param model a decoder with float32 scores `logits` and a float32 cache whose inputs are called
   *     `past…`, in the order of its other outputs
   * @param threads the threads of an operator; 0 for as many as ONNX Runtime takes by itself
   * @throws SteercException when it is none, or does not load
   */
  public BareLoop(Path model, int threads) {
    Telemetry.off();
    this.model = model;
    this.environment = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      session = environment.createSession(model.toString(), options);
      for (NodeInfo input : session.getInputInfo().values()) {
        inputs.put(input.getName(), (TensorInfo) input.getInfo());
      }
      past = session.getInputNames().stream().filter(name -> name.startsWith("past")).toList();
      present =
          session.getOutputNames().stream()
              .filter(name -> !name.equals("logits") && !name.startsWith("tap."))
              .toList();
    } catch (OrtException e) {
      throw failed(e);
    }
    if (past.isEmpty() || past.size() != present.size()) {
      close();
      throw Problem.of(Code.UNKNOWN_CACHE, "the bare loop finds no cache by name")
          .at(model)
          .note(past.size() + " inputs `past…`, and " + present.size() + " other outputs")
          .help("export the model with a cache, as `optimum-cli export onnx` names it")
          .exception();
    }
  }

  /**
   * What a run gave.
   *
   * @param tokens the new tokens of each row
   * @param seconds how long each step took; the first one ran the prompts
   */
  public record Run(long[][] tokens, double[] seconds) {}

  /**
   * Goes on from some prompts, the same number of tokens each.
   *
   * @param prompts token ids by row
   * @param tokens how many to generate
   */
  public Run run(long[][] prompts, int tokens) {
    long[][] chosen = new long[prompts.length][tokens];
    double[] seconds = new double[tokens];
    long[][] next = prompts;
    OrtSession.Result before = null;
    int length = 0;
    try {
      for (int step = 0; step < tokens; step++) {
        long start = System.nanoTime();
        OrtSession.Result result = step(next, length, before);
        length += next[0].length;
        if (before != null) {
          before.close();
        }
        before = result;
        next = best(result, prompts.length);
        for (int row = 0; row < prompts.length; row++) {
          chosen[row][step] = next[row][0];
        }
        seconds[step] = (System.nanoTime() - start) / 1e9;
      }
    } catch (OrtException e) {
      throw failed(e);
    } finally {
      if (before != null) {
        before.close();
      }
    }
    return new Run(chosen, seconds);
  }

  private OrtSession.Result step(long[][] ids, int length, OrtSession.Result before)
      throws OrtException {
    Map<String, OnnxTensor> feeds = new HashMap<>();
    List<OnnxTensor> own = new ArrayList<>();
    try {
      for (Map.Entry<String, TensorInfo> input : inputs.entrySet()) {
        int cache = past.indexOf(input.getKey());
        if (cache >= 0 && before != null) {
          feeds.put(input.getKey(), (OnnxTensor) before.get(present.get(cache)).orElseThrow());
        } else {
          OnnxTensor tensor =
              cache >= 0 ? empty(input.getValue(), ids.length) : whole(input.getKey(), ids, length);
          own.add(tensor);
          feeds.put(input.getKey(), tensor);
        }
      }
      return session.run(feeds);
    } finally {
      own.forEach(OnnxTensor::close);
    }
  }

  private OnnxTensor empty(TensorInfo declared, int rows) throws OrtException {
    long[] dims = declared.getShape().clone();
    dims[dims.length - 4] = rows;
    dims[dims.length - 2] = 0;
    return OnnxTensor.createTensor(environment, FloatBuffer.allocate(0), dims);
  }

  private OnnxTensor whole(String name, long[][] ids, int length) throws OrtException {
    int width = ids[0].length;
    boolean mask = name.contains("mask");
    int columns = mask ? length + width : width;
    LongBuffer numbers = LongBuffer.allocate(ids.length * columns);
    for (long[] row : ids) {
      for (int column = 0; column < columns; column++) {
        numbers.put(mask ? 1 : name.contains("position") ? length + column : row[column]);
      }
    }
    return OnnxTensor.createTensor(environment, numbers.flip(), new long[] {ids.length, columns});
  }

  /** The most likely token behind the last one of each row. */
  private static long[][] best(OrtSession.Result result, int rows) throws OrtException {
    OnnxTensor logits = (OnnxTensor) result.get("logits").orElseThrow();
    int vocabulary = (int) logits.getInfo().getShape()[2];
    FloatBuffer scores = logits.getFloatBuffer();
    int scored = scores.remaining() / rows;
    long[][] best = new long[rows][1];
    for (int row = 0; row < rows; row++) {
      int from = (row + 1) * scored - vocabulary;
      int at = 0;
      for (int token = 1; token < vocabulary; token++) {
        at = scores.get(from + token) > scores.get(from + at) ? token : at;
      }
      best[row][0] = at;
    }
    return best;
  }

  private SteercException failed(OrtException cause) {
    return new SteercException(
        Problem.of(Code.RUNTIME_FAILED, "the bare loop cannot run the model")
            .at(model)
            .note(String.valueOf(cause.getMessage()))
            .help("pass a model with a cache that `steerc run` runs"),
        cause);
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw failed(e);
    }
  }
}
