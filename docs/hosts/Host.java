import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoraAdapter;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Runs a patched model with ONNX Runtime alone, and prints the logits of each run as a line of
 * JSON: {@code java -cp onnxruntime.jar Host.java MODEL IDS ADAPTER...}
 */
public class Host {
  public static void main(String[] args) throws Exception {
    OrtEnvironment ort = OrtEnvironment.getEnvironment();
    long[] ids = Arrays.stream(args[1].split(",")).mapToLong(Long::parseLong).toArray();
    try (OrtSession session = ort.createSession(args[0])) {
      Map<String, OnnxTensor> feeds = feeds(ort, session, ids);
      print(session.run(feeds)); // unsteered
      for (int i = 2; i < args.length; i++) {
        try (OrtLoraAdapter adapter = OrtLoraAdapter.create(args[i]);
            OrtSession.RunOptions options = new OrtSession.RunOptions()) {
          options.addActiveLoraAdapter(adapter);
          print(session.run(feeds, options)); // another vector for each run
        }
      }
    }
  }

  private static Map<String, OnnxTensor> feeds(OrtEnvironment ort, OrtSession session, long[] ids)
      throws Exception {
    Map<String, OnnxTensor> feeds = new HashMap<>();
    for (String name : session.getInputNames()) {
      long[] shape = ((TensorInfo) session.getInputInfo().get(name).getInfo()).getShape();
      long[] past = shape.length < 4 ? null : new long[] {1, shape[1], 0, shape[3]};
      feeds.put(
          name,
          past != null
              ? OnnxTensor.createTensor(ort, FloatBuffer.allocate(0), past)
              : OnnxTensor.createTensor(ort, new long[][] {values(name, ids)}));
    }
    return feeds;
  }

  private static long[] values(String name, long[] ids) {
    return switch (name) {
      case "attention_mask" -> LongStream.range(0, ids.length).map(i -> 1).toArray();
      case "position_ids" -> LongStream.range(0, ids.length).toArray();
      default -> ids;
    };
  }

  private static void print(OrtSession.Result result) throws Exception {
    try (result) {
      float[] logits = ((OnnxTensor) result.get("logits").get()).getFloatBuffer().array();
      System.out.println(Arrays.toString(logits));
    }
  }
}
