package dev.steerc.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
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
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.prepared.Prepared;
import dev.steerc.runtime.prepared.Prepared.Finding;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A model loaded into ONNX Runtime. */
public final class Engine implements AutoCloseable {
  private final Path path;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Map<String, TensorInfo> inputs;
  private final Map<String, TensorInfo> outputs;
  private Optional<String> doubt = Optional.empty();

  private Engine(Path path, OrtSession session) throws OrtException {
    this.path = path;
    this.environment = OnnxRuntime.environment();
    this.session = session;
    this.inputs = tensors(session.getInputInfo());
    this.outputs = tensors(session.getOutputInfo());
  }

  /**
   * Loads a model.
   *
   * @param level how far ONNX Runtime may optimise the graph
   */
  public static Engine open(Path model, OptLevel level) {
    return open(model, level, ModelOptions.DEFAULT, Optional.empty());
  }

  /** Loads a model to generate with, or what was prepared of it. */
  static Engine open(Path model, ModelOptions how) {
    Finding found = Prepared.find(model, OnnxRuntime.machine());
    if (found.model().isPresent() && how.provider() != Provider.CPU) {
      found = Finding.unused(model, "it was made for the CPU");
    }
    if (found.model().isPresent()) {
      try {
        return prepared(model, found.model().get(), how);
      } catch (OrtException e) {
        found = Finding.unused(model, words(e));
      }
    }
    Engine engine = open(model, OptLevel.ALL_OPT, how, Optional.empty());
    engine.doubt = found.doubt();
    return engine;
  }

  /**
   * Loads a model to learn what each kernel takes.
   *
   * @param profile how the name of the file with the times begins
   */
  public static Engine profiled(Path model, ModelOptions how, Path profile) {
    return open(model, OptLevel.ALL_OPT, how, Optional.of(profile));
  }

  private static Engine prepared(Path model, Prepared.Model prepared, ModelOptions how)
      throws OrtException {
    try (SessionOptions options = OnnxRuntime.options(OptLevel.NO_OPT, how)) {
      if (how.oneByOne() && !prepared.packs()) {
        options.addConfigEntry("session.disable_prepacking", "1");
      }
      String graph = model.resolveSibling(prepared.graph()).toString();
      return new Engine(model, OnnxRuntime.environment().createSession(graph, options));
    }
  }

  private static Engine open(Path model, OptLevel level, ModelOptions how, Optional<Path> profile) {
    try (SessionOptions options = OnnxRuntime.options(level, how)) {
      if (profile.isPresent()) {
        options.enableProfiling(profile.get().toString());
      }
      if (how.provider() == Provider.CUDA) {
        addCuda(options, how.standsFor().orElse(model));
      }
      return new Engine(model, Loading.open(model, OnnxRuntime.environment(), options));
    } catch (OrtException e) {
      throw failed("ONNX Runtime cannot load the model", model, e);
    }
  }

  /** Whatever is missing, it is said: a model that runs elsewhere than asked helps nobody. */
  private static void addCuda(SessionOptions options, Path model) {
    try {
      options.addCUDA(0);
    } catch (OrtException | LinkageError e) {
      throw new SteercException(
          Problem.of(Code.PROVIDER_MISSING, "the provider `cuda` cannot be used here")
              .at(model)
              .note(words(e))
              .help(
                  "build steerc with `mvn -Pcuda package` and install CUDA 12 and cuDNN 9,"
                      + " or pass --provider cpu"),
          e);
    }
  }

  /** The inputs that every run has to feed. */
  public Map<String, TensorInfo> inputs() {
    return inputs;
  }

  /** All outputs that are tensors. */
  Map<String, TensorInfo> outputs() {
    return outputs;
  }

  /** Whether inputs have to be fed; optional ones go in as an adapter. All are of one kind. */
  boolean requires(Collection<String> names) {
    return !names.isEmpty() && inputs.keySet().containsAll(names);
  }

  Path path() {
    return path;
  }

  /** Why what was prepared of the model is not used, where something was. */
  Optional<String> doubt() {
    return doubt;
  }

  OrtEnvironment environment() {
    return environment;
  }

  OrtSession session() {
    return session;
  }

  private static Map<String, TensorInfo> tensors(Map<String, NodeInfo> values) {
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    for (NodeInfo value : values.values()) {
      if (value.getInfo() instanceof TensorInfo tensor) {
        tensors.put(value.getName(), tensor);
      }
    }
    return Collections.unmodifiableMap(tensors);
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
          tensors.put(port.getKey(), Tensors.of(port.getValue(), environment));
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

  /** Ends the profile, and gives its file. */
  public Path endProfile() {
    try {
      return Path.of(session.endProfiling());
    } catch (OrtException e) {
      throw failed("ONNX Runtime cannot write the profile", path, e);
    }
  }

  private static Map<String, Floats> floats(OrtSession.Result result) {
    Map<String, Floats> outputs = new LinkedHashMap<>();
    for (Map.Entry<String, OnnxValue> output : result) {
      if (output.getValue() instanceof OnnxTensor tensor) {
        Floats floats = Tensors.read(tensor);
        if (floats != null) {
          outputs.put(output.getKey(), floats);
        }
      }
    }
    return outputs;
  }

  /** The problem behind a failed run. */
  SteercException failed(String what, OrtException cause) {
    return failed(what, path, cause);
  }

  static SteercException failed(String what, Path model, OrtException cause) {
    String words = words(cause);
    if (words.matches("(?is).*(bad.?alloc|failed to allocate|out of memory).*")) {
      return new SteercException(Memory.exhausted(model).note(words), cause);
    }
    return new SteercException(
        Problem.of(Code.RUNTIME_FAILED, what).at(model).note(words).help(advice(words)), cause);
  }

  private static String advice(String words) {
    return words.contains("NOT_IMPLEMENTED")
        ? "ONNX Runtime has no such operator of this precision here; try another provider"
        : "check that the unpatched model loads";
  }

  private static String words(Throwable cause) {
    return String.valueOf(cause.getMessage()).strip().replaceAll("\\s+", " ");
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
