package dev.steerc.cli.serve.inference;

import ai.onnxruntime.platform.Fp16Conversions;
import dev.steerc.manifest.Json;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/** A tensor as a client of the protocol holds it. */
record Numbers(String datatype, long[] shape, double[] values) {

  static Numbers of(String datatype, IntToDoubleFunction value, long... shape) {
    double[] values = new double[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    Arrays.setAll(values, value);
    return new Numbers(datatype, shape, values);
  }

  static Numbers floats(IntToDoubleFunction value, long... shape) {
    return of("FP32", value, shape);
  }

  /** An output of an answer in JSON. */
  static Numbers read(Map<?, ?> output) {
    double[] values =
        ((List<?>) output.get("data")).stream().mapToDouble(Numbers::number).toArray();
    return new Numbers((String) output.get("datatype"), shape(output), values);
  }

  /** An output of an answer whose elements are the next ones in binary data. */
  static Numbers read(Map<?, ?> output, ByteBuffer binary) {
    long[] shape = shape(output);
    String datatype = (String) output.get("datatype");
    return of(datatype, i -> get(datatype, binary), shape);
  }

  private static long[] shape(Map<?, ?> output) {
    return ((List<?>) output.get("shape")).stream().mapToLong(d -> (Long) d).toArray();
  }

  private static double number(Object json) {
    return json instanceof Boolean flag ? (flag ? 1 : 0) : ((Number) json).doubleValue();
  }

  /** As an input with its elements in one list. */
  Map<String, Object> flat(String name) {
    return input(name, Arrays.stream(values).mapToObj(this::json).toList());
  }

  /** As an input with a list for each row. */
  Map<String, Object> nested(String name) {
    return input(name, nest(0, new int[1]));
  }

  /** As an input whose elements come behind the JSON. */
  Map<String, Object> binary(String name) {
    Map<String, Object> input = input(name, null);
    input.remove("data");
    input.put("parameters", Json.object("binary_data_size", bytes().length));
    return input;
  }

  private Map<String, Object> input(String name, Object data) {
    return Json.object(
        "name",
        name,
        "shape",
        Arrays.stream(shape).boxed().toList(),
        "datatype",
        datatype,
        "data",
        data);
  }

  private Object json(double value) {
    return switch (datatype) {
      case "BOOL" -> value != 0;
      case "INT32", "INT64" -> (long) value;
      default -> value;
    };
  }

  private List<Object> nest(int depth, int[] next) {
    List<Object> list = new ArrayList<>();
    for (int i = 0; i < shape[depth]; i++) {
      list.add(depth == shape.length - 1 ? json(values[next[0]++]) : nest(depth + 1, next));
    }
    return list;
  }

  private int width() {
    return switch (datatype) {
      case "BOOL" -> 1;
      case "FP16" -> 2;
      case "FP32", "INT32" -> 4;
      default -> 8;
    };
  }

  /** The elements as they lie in memory. */
  byte[] bytes() {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * width()).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      switch (datatype) {
        case "BOOL" -> bytes.put((byte) value);
        case "FP16" -> bytes.putShort(Fp16Conversions.floatToFp16((float) value));
        case "FP32" -> bytes.putFloat((float) value);
        case "INT32" -> bytes.putInt((int) value);
        case "INT64" -> bytes.putLong((long) value);
        default -> throw new IllegalArgumentException(datatype);
      }
    }
    return bytes.array();
  }

  private static double get(String datatype, ByteBuffer bytes) {
    return switch (datatype) {
      case "FP16" -> Fp16Conversions.fp16ToFloat(bytes.getShort());
      case "FP32" -> bytes.getFloat();
      case "INT64" -> bytes.getLong();
      default -> throw new IllegalArgumentException(datatype);
    };
  }

  /** The largest difference of an element. */
  double distance(Numbers other) {
    if (!Arrays.equals(shape, other.shape)) {
      return Double.POSITIVE_INFINITY;
    }
    double most = 0;
    for (int i = 0; i < values.length; i++) {
      most = Math.max(most, Math.abs(values[i] - other.values[i]));
    }
    return most;
  }

  /** The elements of the last token [rows, 1, width] of [rows, tokens, width]. */
  Numbers last() {
    int tokens = (int) shape[1];
    int width = (int) shape[2];
    return floats(
        i -> values[(i / width * tokens + tokens - 1) * width + i % width], shape[0], 1, width);
  }

  @Override
  public String toString() {
    return datatype + Arrays.toString(shape);
  }
}
