package dev.steerc.cli.serve.inference;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** A graph in ONNX Runtime, opened and run by nothing of steerc's. */
final class Direct implements AutoCloseable {
  private static final OrtEnvironment ORT =
      OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);

  private final OrtSession session;

  private Direct(OrtSession session) {
    this.session = session;
  }

  static Direct open(Path model) throws OrtException {
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      return new Direct(ORT.createSession(model.toString(), options));
    }
  }

  /** What the graph takes. */
  Map<String, TensorInfo> inputs() throws OrtException {
    Map<String, TensorInfo> inputs = new LinkedHashMap<>();
    session.getInputInfo().forEach((name, node) -> inputs.put(name, (TensorInfo) node.getInfo()));
    return inputs;
  }

  Map<String, TensorInfo> outputs() throws OrtException {
    Map<String, TensorInfo> outputs = new LinkedHashMap<>();
    session.getOutputInfo().forEach((name, node) -> outputs.put(name, (TensorInfo) node.getInfo()));
    return outputs;
  }

  /**
   * Something to feed to every input that is no steering input.
   *
   * @param past the tokens in the cache
   */
  Map<String, Numbers> made(Random random, int rows, int tokens, int past) throws OrtException {
    Map<String, Numbers> made = new LinkedHashMap<>();
    boolean hasCache = inputs().values().stream().anyMatch(info -> info.getShape().length >= 4);
    int[] sizes = {rows, tokens, hasCache ? past : 0};
    for (Map.Entry<String, TensorInfo> input : inputs().entrySet()) {
      if (!input.getKey().startsWith("steer.")) {
        made.put(input.getKey(), made(input.getKey(), input.getValue(), random, sizes));
      }
    }
    return made;
  }

  private static Numbers made(String name, TensorInfo info, Random random, int[] size) {
    long[] shape = info.getShape();
    boolean isCache = shape.length >= 4;
    for (int i = 0; i < shape.length; i++) {
      int batch = isCache ? shape.length - 4 : 0;
      if (shape[i] < 0) {
        shape[i] =
            i == batch
                ? size[0]
                : isCache ? size[2] : size[1] + (name.contains("mask") ? size[2] : 0);
      }
    }
    return Numbers.of(
        datatype(info.type),
        i -> {
          if (info.type == OnnxJavaType.BOOL) {
            return size[2] > 0 ? 1 : 0;
          }
          if (isCache) {
            return (float) (random.nextInt(64) / 32.0 - 1);
          }
          return name.contains("mask")
              ? 1
              : name.contains("position") ? size[2] + i % size[1] : random.nextInt(64);
        },
        shape);
  }

  static String datatype(OnnxJavaType type) {
    return switch (type) {
      case FLOAT -> "FP32";
      case FLOAT16 -> "FP16";
      default -> type.name();
    };
  }

  /** Runs the graph; gives all that are floats. */
  Map<String, Numbers> run(Map<String, Numbers> feeds) throws OrtException {
    Map<String, OnnxTensor> tensors = new HashMap<>();
    try {
      for (Map.Entry<String, Numbers> feed : feeds.entrySet()) {
        tensors.put(feed.getKey(), tensor(feed.getValue()));
      }
      Map<String, Numbers> read = new LinkedHashMap<>();
      try (OrtSession.Result result = session.run(tensors)) {
        for (Map.Entry<String, OnnxValue> output : result) {
          OnnxTensor tensor = (OnnxTensor) output.getValue();
          FloatBuffer floats = tensor.getFloatBuffer();
          if (floats != null) {
            String datatype = datatype(tensor.getInfo().type);
            read.put(
                output.getKey(),
                Numbers.of(datatype, i -> floats.get(i), tensor.getInfo().getShape()));
          }
        }
      }
      return read;
    } finally {
      tensors.values().forEach(OnnxTensor::close);
    }
  }

  private static OnnxTensor tensor(Numbers numbers) throws OrtException {
    OnnxJavaType type =
        switch (numbers.datatype()) {
          case "FP32" -> OnnxJavaType.FLOAT;
          case "FP16" -> OnnxJavaType.FLOAT16;
          default -> OnnxJavaType.valueOf(numbers.datatype());
        };
    byte[] bytes = numbers.bytes();
    ByteBuffer data = ByteBuffer.allocateDirect(bytes.length).order(ByteOrder.nativeOrder());
    return OnnxTensor.createTensor(ORT, data.put(bytes).flip(), numbers.shape(), type);
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
