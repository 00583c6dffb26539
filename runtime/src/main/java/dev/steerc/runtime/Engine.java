package dev.steerc.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtLoraAdapter;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import ai.onnxruntime.TensorInfo;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.Adapter;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** A model loaded into ONNX Runtime on the CPU. */
public final class Engine implements AutoCloseable {
  private final Path path;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Map<String, TensorInfo> inputs;

  private Engine(Path path, OrtEnvironment environment, OrtSession session) throws OrtException {
    this.path = path;
    this.environment = environment;
    this.session = session;
    this.inputs = inputs(session);
  }

  /**
   * Loads a model.
   *
   * @param level how far ONNX Runtime may optimise the graph
   */
  public static Engine open(Path model, OptLevel level) {
    OrtEnvironment environment =
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
    try (SessionOptions options = new SessionOptions()) {
      options.setOptimizationLevel(level);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      return new Engine(model, environment, environment.createSession(model.toString(), options));
    } catch (OrtException e) {
      throw failed("ONNX Runtime cannot load the model", model, e);
    }
  }

  /** The inputs that every run has to feed. */
  public Map<String, TensorInfo> inputs() {
    return inputs;
  }

  private static Map<String, TensorInfo> inputs(OrtSession session) throws OrtException {
    Map<String, TensorInfo> inputs = new LinkedHashMap<>();
    for (NodeInfo input : session.getInputInfo().values()) {
      if (input.getInfo() instanceof TensorInfo tensor) {
        inputs.put(input.getName(), tensor);
      }
    }
    return Collections.unmodifiableMap(inputs);
  }

  /**
   * Runs the model.
   *
   * @param feeds a tensor for every input of the original model
   * @param steering a tensor for each port to feed; unfed optional ports keep their defaults
   * @return the float outputs by name, as float32
   */
  public Map<String, Floats> run(Map<String, Feed> feeds, Map<String, Floats> steering) {
    Map<String, OnnxTensor> tensors = new HashMap<>();
    try (RunOptions options = new RunOptions()) {
      Map<String, Floats> overrides = new LinkedHashMap<>();
      for (Map.Entry<String, Floats> port : steering.entrySet()) {
        if (inputs.containsKey(port.getKey())) {
          Floats floats = port.getValue();
          FloatBuffer data = FloatBuffer.wrap(floats.values());
          tensors.put(port.getKey(), OnnxTensor.createTensor(environment, data, floats.dims()));
        } else {
          overrides.put(port.getKey(), port.getValue());
        }
      }
      for (Map.Entry<String, Feed> feed : feeds.entrySet()) {
        tensors.put(feed.getKey(), feed.getValue().tensor(environment));
      }
      return run(tensors, overrides, options);
    } catch (OrtException e) {
      throw failed("ONNX Runtime cannot run the model", path, e);
    } finally {
      tensors.values().forEach(OnnxTensor::close);
    }
  }

  /** Java's map of feeds refuses optional inputs, so they go in as an adapter. */
  private Map<String, Floats> run(
      Map<String, OnnxTensor> tensors, Map<String, Floats> overrides, RunOptions options)
      throws OrtException {
    if (overrides.isEmpty()) {
      try (OrtSession.Result result = session.run(tensors, options)) {
        return floats(result);
      }
    }
    try (OrtLoraAdapter adapter = OrtLoraAdapter.create(Adapter.of(overrides))) {
      options.addActiveLoraAdapter(adapter);
      try (OrtSession.Result result = session.run(tensors, options)) {
        return floats(result);
      }
    }
  }

  private static Map<String, Floats> floats(OrtSession.Result result) {
    Map<String, Floats> outputs = new LinkedHashMap<>();
    for (Map.Entry<String, OnnxValue> output : result) {
      if (output.getValue() instanceof OnnxTensor tensor) {
        FloatBuffer buffer = tensor.getFloatBuffer();
        if (buffer != null) {
          float[] values = new float[buffer.remaining()];
          buffer.get(values);
          outputs.put(output.getKey(), new Floats(tensor.getInfo().getShape(), values));
        }
      }
    }
    return outputs;
  }

  private static SteercException failed(String what, Path model, OrtException cause) {
    String words = String.valueOf(cause.getMessage()).strip().replaceAll("\\s+", " ");
    return new SteercException(
        Problem.of(Code.RUNTIME_FAILED, what)
            .at(model)
            .note(words)
            .help("check that the unpatched model loads"),
        cause);
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw failed("ONNX Runtime cannot close the model", path, e);
    }
  }
}
