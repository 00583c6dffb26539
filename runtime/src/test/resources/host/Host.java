import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoraAdapter;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Runs two patched models with nothing but ONNX Runtime, and prints the bits of their logits. */
public final class Host {
  private static final long[][] IDS = {{3, 41, 7, 95, 0}, {88, 5, 5, 30, 19}};
  private static final String PORT = "steer.blocks.2.resid_post.add";

  private Host() {}

  public static void main(String[] args) throws Exception {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    long[] dims = {1, 1, Files.size(Path.of(args[2])) / 4};
    ByteBuffer raw = ByteBuffer.wrap(Files.readAllBytes(Path.of(args[2])));
    FloatBuffer vector = raw.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    try (OrtSession required = environment.createSession(args[0]);
        OrtSession optional = environment.createSession(args[1]);
        OrtSession.RunOptions adapted = new OrtSession.RunOptions();
        OrtSession.RunOptions plain = new OrtSession.RunOptions();
        OrtLoraAdapter adapter = OrtLoraAdapter.create(args[3])) {
      adapted.addActiveLoraAdapter(adapter);
      Map<String, OnnxTensor> tokens = tokens(environment);
      Map<String, OnnxTensor> steered = new HashMap<>(tokens);
      steered.put(PORT, OnnxTensor.createTensor(environment, vector, dims));
      print("required", required.run(steered, plain));
      print("adapted", optional.run(tokens, adapted));
      print("unfed", optional.run(tokens, plain));
    }
  }

  private static Map<String, OnnxTensor> tokens(OrtEnvironment environment) throws Exception {
    long[][] mask = new long[IDS.length][IDS[0].length];
    long[][] positions = new long[IDS.length][IDS[0].length];
    for (int row = 0; row < IDS.length; row++) {
      for (int column = 0; column < IDS[row].length; column++) {
        mask[row][column] = 1;
        positions[row][column] = column;
      }
    }
    Map<String, OnnxTensor> tokens = new HashMap<>();
    tokens.put("input_ids", OnnxTensor.createTensor(environment, IDS));
    tokens.put("attention_mask", OnnxTensor.createTensor(environment, mask));
    tokens.put("position_ids", OnnxTensor.createTensor(environment, positions));
    return tokens;
  }

  private static void print(String name, OrtSession.Result result) throws Exception {
    StringBuilder line = new StringBuilder(name);
    FloatBuffer logits = ((OnnxTensor) result.get("logits").get()).getFloatBuffer();
    while (logits.hasRemaining()) {
      line.append(' ').append(Integer.toHexString(Float.floatToRawIntBits(logits.get())));
    }
    System.out.println(line);
  }
}
