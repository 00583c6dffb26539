package dev.steerc.models;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs of one graph in ONNX Runtime on the CPU. */
public final class OrtRun implements AutoCloseable {
  private static final Map<Integer, OnnxJavaType> TYPES =
      Map.of(
          Tensors.FLOAT, OnnxJavaType.FLOAT,
          Tensors.INT64, OnnxJavaType.INT64,
          Tensors.BOOL, OnnxJavaType.BOOL,
          Tensors.FLOAT16, OnnxJavaType.FLOAT16);

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final List<OrtSession.Result> results = new ArrayList<>();
  private final OrtSession session;

  public OrtRun(Path model) throws OrtException {
    var options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(1);
    session = environment.createSession(model.toString(), options);
  }

  public OrtSession session() {
    return session;
  }

  /** The outputs by name; {@code more} are tensors of an earlier run. */
  public Map<String, OnnxTensor> run(List<Feed> feeds, Map<String, OnnxTensor> more)
      throws OrtException {
    var inputs = new HashMap<String, OnnxTensorLike>(more);
    for (Feed feed : feeds) {
      OnnxJavaType type = TYPES.get(feed.type());
      inputs.put(
          feed.name(), OnnxTensor.createTensor(environment, feed.data(), feed.shape(), type));
    }
    OrtSession.Result result = session.run(inputs);
    results.add(result);
    var outputs = new HashMap<String, OnnxTensor>();
    result.forEach(entry -> outputs.put(entry.getKey(), (OnnxTensor) entry.getValue()));
    return outputs;
  }

  /** A float32 or float16 tensor of three dimensions. */
  public static float[][][] values(OnnxTensor tensor) {
    long[] shape = tensor.getInfo().getShape();
    FloatBuffer numbers = tensor.getFloatBuffer();
    var out = new float[(int) shape[0]][(int) shape[1]][(int) shape[2]];
    for (float[][] rows : out) {
      for (float[] row : rows) {
        numbers.get(row);
      }
    }
    return out;
  }

  @Override
  public void close() throws OrtException {
    results.forEach(OrtSession.Result::close);
    session.close();
  }
}
