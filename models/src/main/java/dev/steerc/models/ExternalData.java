package dev.steerc.models;

import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.StringStringEntryProto;
import dev.steerc.onnx.proto.TensorProto;
import java.io.ByteArrayOutputStream;
import java.util.Map;

/** A model whose weights lie in a second file beside it. */
final class ExternalData {
  private static final int EXTERNAL = 1;

  private ExternalData() {}

  /**
   * @param location the name of the second file
   */
  static void store(
      Gpt2Graph.Skeleton skeleton, String name, String location, Map<String, byte[]> files) {
    ModelProto.Builder out = skeleton.model().toBuilder();
    var data = new ByteArrayOutputStream();
    skeleton
        .weights()
        .forEach(
            (path, weight) -> {
              TensorProto tensor = Tensors.weight(path, weight, Tensors.FLOAT);
              long offset = data.size();
              data.writeBytes(tensor.getRawData().toByteArray());
              long length = data.size() - offset;
              out.getGraphBuilder()
                  .addInitializer(
                      reference(tensor.toBuilder().clearRawData(), location, offset, length));
            });
    files.put(name, out.build().toByteArray());
    files.put(location, data.toByteArray());
  }

  /** The tensor as a pointer into a file, relative to the model's folder. */
  static TensorProto reference(
      TensorProto.Builder header, String location, long offset, long length) {
    return header
        .setDataLocation(EXTERNAL)
        .addExternalData(entry("location", location))
        .addExternalData(entry("offset", Long.toString(offset)))
        .addExternalData(entry("length", Long.toString(length)))
        .build();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
