package dev.steerc.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoraAdapter;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import ai.onnxruntime.TensorInfo;
import dev.steerc.manifest.Manifest;
import dev.steerc.onnx.Dim;
import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Value;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.Adapter;
import dev.steerc.runtime.format.Floats;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One graph in ONNX Runtime, run as it is.
 *
 * @param ids the input that takes token ids [batch, seq]
 * @param vocabulary the number of tokens
 */
record RawGraph(Engine engine, Signature signature, String ids, int vocabulary) {

  static RawGraph of(Engine engine, ModelFiles.Decoding decoding, Wiring wiring) {
    Signature signature = signature(engine, decoding.file(), decoding.manifest().orElse(null));
    String ids =
        wiring.inputs().entrySet().stream()
            .filter(input -> input.getValue().role() == InputRole.IDS)
            .findFirst()
            .orElseThrow()
            .getKey();
    return new RawGraph(engine, signature, ids, wiring.vocabulary());
  }

  /**
   * What ONNX Runtime says of a loaded graph, and of the file where it says nothing: it does not
   * list inputs that have defaults.
   *
   * @param manifest of a patched model, else null
   */
  static Signature signature(Engine engine, ModelFile file, Manifest manifest) {
    Set<String> ports = manifest == null ? Set.of() : manifest.portNames();
    List<Signature.Slot> inputs = new ArrayList<>();
    engine.inputs().forEach((name, info) -> inputs.add(slot(name, info, ports.contains(name))));
    for (Value value : file.graph().inputs()) {
      if (ports.contains(value.name()) && !engine.inputs().containsKey(value.name())) {
        List<Dim> dims = value.shape().orElseThrow();
        inputs.add(new Signature.Slot(value.name(), value.type().orElseThrow(), dims, true, true));
      }
    }
    List<Signature.Slot> outputs = new ArrayList<>();
    engine.outputs().forEach((name, info) -> outputs.add(slot(name, info, false)));
    return new Signature(inputs, outputs);
  }

  private static Signature.Slot slot(String name, TensorInfo info, boolean isSteering) {
    List<Dim> dims = new ArrayList<>();
    for (int i = 0; i < info.getShape().length; i++) {
      long size = info.getShape()[i];
      dims.add(new Dim(Math.max(-1, size), size < 0 ? info.getDimensionNames()[i] : ""));
    }
    return new Signature.Slot(name, type(info), dims, false, isSteering);
  }

  private static ElementType type(TensorInfo info) {
    String name = info.onnxType.name().replace("ONNX_TENSOR_ELEMENT_DATA_TYPE_", "");
    return switch (name) {
      case "FLOAT" -> ElementType.FLOAT32;
      case "DOUBLE" -> ElementType.FLOAT64;
      default -> ElementType.valueOf(name);
    };
  }

  private static OnnxJavaType javaType(ElementType type) {
    return switch (type) {
      case FLOAT32 -> OnnxJavaType.FLOAT;
      case FLOAT64 -> OnnxJavaType.DOUBLE;
      default -> OnnxJavaType.valueOf(type.name());
    };
  }

  /** The sizes that the symbols of the inputs have in a run. */
  Map<String, Long> symbols(Map<String, TensorData> inputs) {
    Map<String, Long> sizes = new HashMap<>();
    inputs.forEach(
        (name, tensor) -> {
          List<Dim> dims = signature.input(name).map(Signature.Slot::dims).orElse(List.of());
          for (int i = 0; i < Math.min(dims.size(), tensor.dims().length); i++) {
            if (!dims.get(i).name().isEmpty()) {
              sizes.merge(dims.get(i).name(), tensor.dims()[i], Math::max);
            }
          }
        });
    return sizes;
  }

  /**
   * Runs the graph on inputs that were checked.
   *
   * @return the wanted outputs, in the order of the graph
   */
  Map<String, TensorData> run(Map<String, TensorData> inputs, Set<String> outputs) {
    Map<String, OnnxTensor> feeds = new HashMap<>();
    Map<String, Floats> overrides = new LinkedHashMap<>();
    try (RunOptions options = new RunOptions()) {
      for (Map.Entry<String, TensorData> input : inputs.entrySet()) {
        if (engine.inputs().containsKey(input.getKey())) {
          feeds.put(input.getKey(), tensor(input.getValue()));
        } else {
          overrides.put(input.getKey(), floats(input.getValue()));
        }
      }
      return run(feeds, overrides, outputs, options);
    } catch (OrtException e) {
      throw refused(engine.failed("ONNX Runtime cannot run the graph on these inputs", e));
    } finally {
      feeds.values().forEach(OnnxTensor::close);
    }
  }

  /** Sizes and types are right by now: what is left are values, such as a position too far. */
  private static SteercException refused(SteercException e) {
    Problem problem = e.problems().get(0);
    if (problem.code() != Code.RUNTIME_FAILED) {
      return e;
    }
    Problem told = Problem.of(Code.BAD_TENSOR, problem.what());
    for (String note : problem.notes()) {
      told = told.note(note);
    }
    return new SteercException(told.help("check the values of the inputs"), e);
  }

  private Map<String, TensorData> run(
      Map<String, OnnxTensor> feeds,
      Map<String, Floats> overrides,
      Set<String> outputs,
      RunOptions options)
      throws OrtException {
    if (overrides.isEmpty()) {
      return read(feeds, outputs, options);
    }
    try (OrtLoraAdapter adapter = OrtLoraAdapter.create(Adapter.of(overrides))) {
      options.addActiveLoraAdapter(adapter);
      return read(feeds, outputs, options);
    }
  }

  private Map<String, TensorData> read(
      Map<String, OnnxTensor> feeds, Set<String> outputs, RunOptions options) throws OrtException {
    Map<String, TensorData> read = new LinkedHashMap<>();
    try (OrtSession.Result result = engine.session().run(feeds, outputs, options)) {
      for (Signature.Slot slot : signature.outputs()) {
        if (outputs.contains(slot.name())) {
          OnnxTensor tensor = (OnnxTensor) result.get(slot.name()).orElseThrow();
          long[] dims = tensor.getInfo().getShape();
          read.put(slot.name(), new TensorData(slot.type(), dims, tensor.getByteBuffer()));
        }
      }
    }
    return read;
  }

  private OnnxTensor tensor(TensorData data) throws OrtException {
    return OnnxTensor.createTensor(
        engine.environment(), data.data(), data.dims(), javaType(data.type()));
  }

  private static Floats floats(TensorData data) {
    FloatBuffer from = data.data().asFloatBuffer();
    float[] values = new float[from.remaining()];
    from.get(values);
    return new Floats(data.dims(), values);
  }
}
