package dev.steerc.cli.serve.inference;

import dev.steerc.cli.serve.http.Body;
import dev.steerc.onnx.ElementType;
import dev.steerc.runtime.TensorData;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Reads one tensor of a request. Its shape is believed only as far as there are elements for it.
 *
 * @param input what the request says of it
 * @param binary what is left of the request's binary data
 */
record TensorReader(Body input, ByteBuffer binary) {
  private static final int MAX_RANK = 16;

  TensorData read() {
    Datatype datatype = datatype();
    long[] dims = dims();
    long elements = TensorData.elements(dims);
    if (elements < 0) {
      throw wrong("shape", "there is no tensor of the shape " + Arrays.toString(dims));
    }
    Body parameters = Parameters.of(input, "binary_data_size", "content_type");
    if (parameters.has("binary_data_size")) {
      return raw(datatype.type(), dims, parameters.whole("binary_data_size").getAsLong());
    }
    List<?> data = input.list("data").orElseThrow(() -> wrong("data", "a tensor has no `data`"));
    return filled(datatype, dims, data);
  }

  private RuntimeException wrong(String field, String what) {
    return input.wrong(field, what + ", in " + input.place());
  }

  private Datatype datatype() {
    String name = input.needText("datatype");
    return Datatype.named(name)
        .orElseThrow(
            () ->
                wrong(
                    "datatype",
                    "no tensor is fed as `"
                        + name
                        + "`; choose one of "
                        + Arrays.toString(Datatype.values())));
  }

  private long[] dims() {
    List<?> shape = input.list("shape").orElseThrow(() -> wrong("shape", "a tensor has no shape"));
    if (shape.size() > MAX_RANK) {
      throw wrong("shape", "a shape has more than " + MAX_RANK + " dimensions");
    }
    return shape.stream().mapToLong(this::dim).toArray();
  }

  private long dim(Object size) {
    if (size instanceof Long whole && whole >= 0 && whole <= Integer.MAX_VALUE) {
      return whole;
    }
    throw wrong("shape", "`" + size + "` is no size of a dimension");
  }

  private TensorData raw(ElementType type, long[] dims, long size) {
    long bytes = TensorData.bytes(type, dims);
    if (bytes != size) {
      throw wrong(
          "parameters.binary_data_size",
          "`binary_data_size` is " + size + ", and the shape takes " + bytes + " bytes");
    }
    if (size > binary.remaining()) {
      throw wrong(
          "parameters.binary_data_size",
          "`binary_data_size` is " + size + ", and " + binary.remaining() + " bytes are left");
    }
    TensorData tensor = TensorData.zeros(type, dims);
    tensor.data().put(binary.slice().limit((int) size));
    binary.position(binary.position() + (int) size);
    return tensor;
  }

  private TensorData filled(Datatype datatype, long[] dims, List<?> data) {
    long elements = TensorData.elements(dims);
    long given = count(data, dims, 0, isNested(data));
    if (given != elements) {
      throw wrong(
          "data",
          "`data` has "
              + given
              + " elements, and the shape "
              + Arrays.toString(dims)
              + " takes "
              + elements);
    }
    TensorData tensor = TensorData.zeros(datatype.type(), dims);
    put(datatype, data, tensor, 0);
    return tensor;
  }

  private static boolean isNested(List<?> data) {
    return !data.isEmpty() && data.get(0) instanceof List<?>;
  }

  /** The elements in a list; nested ones have to have the form that the shape says. */
  private long count(List<?> data, long[] dims, int depth, boolean isNested) {
    if (!isNested) {
      return data.size();
    }
    if (depth >= dims.length || data.size() != dims[depth]) {
      throw wrong("data", "`data` is nested otherwise than the shape " + Arrays.toString(dims));
    }
    if (depth == dims.length - 1) {
      return data.size();
    }
    long count = 0;
    for (Object one : data) {
      if (!(one instanceof List<?> list)) {
        throw wrong("data", "`data` is nested otherwise than the shape " + Arrays.toString(dims));
      }
      count += count(list, dims, depth + 1, true);
    }
    return count;
  }

  private int put(Datatype datatype, List<?> data, TensorData tensor, int at) {
    int next = at;
    for (Object one : data) {
      if (one instanceof List<?> list && isNested(data)) {
        next = put(datatype, list, tensor, next);
      } else {
        Object json = one;
        tensor.put(
            next++,
            datatype
                .read(one)
                .orElseThrow(() -> wrong("data", "`" + json + "` is no " + datatype)));
      }
    }
    return next;
  }
}
