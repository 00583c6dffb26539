package dev.steerc.onnx;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/**
 * What identifies a base model: a SHA-256 over all of its file but the weights' payloads, of which
 * only the sizes count. Cheap whatever the model's size.
 */
public final class Fingerprint {
  private Fingerprint() {}

  public static String of(ModelFile file) {
    List<Span> payloads = new ArrayList<>();
    collect(file.written(), payloads);
    payloads.sort(Comparator.comparingInt(Span::start));
    MessageDigest digest = Sha256.digest();
    int at = 0;
    for (Span payload : payloads) {
      digest.update(slice(file, at, payload.start()));
      digest.update(ByteBuffer.allocate(4).putInt(0, payload.length()));
      at = payload.end();
    }
    digest.update(slice(file, at, file.size()));
    return "sha256:" + HexFormat.of().formatHex(digest.digest());
  }

  private static void collect(Graph graph, List<Span> payloads) {
    graph.initializers().values().forEach(tensor -> payloads.addAll(tensor.payloads()));
    for (Node node : graph.nodes()) {
      node.subgraphs().forEach(inner -> collect(inner, payloads));
    }
  }

  private static ByteBuffer slice(ModelFile file, int from, int to) {
    return file.bytes().slice(from, to - from);
  }
}
