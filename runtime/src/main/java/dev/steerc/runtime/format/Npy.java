package dev.steerc.runtime.format;

import dev.steerc.problem.Code;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * One tensor, as NumPy's {@code .npy} files hold it.
 *
 * <p>Source: the description in {@code numpy.lib.format}, versions 1.0, 2.0 and 3.0.
 */
public final class Npy {
  static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MAX_FILE = 1 << 30;

  private Npy() {}

  /** Reads a file of float16, float32 or float64 in either byte order. */
  public static Floats read(Path file) {
    byte[] bytes = FileBytes.read(file, MAX_FILE, Code.BAD_TENSOR_FILE);
    return read(ByteBuffer.wrap(bytes), file.toString());
  }

  /**
   * Reads the bytes that are left in a buffer.
   *
   * @param where what to call them in messages
   */
  public static Floats read(ByteBuffer bytes, String where) {
    return new NpyReader(bytes, where).read();
  }

  /** Replaces a file by a tensor. */
  public static void write(Path file, Floats tensor) {
    FileBytes.write(file, toBytes(tensor));
  }

  /** The bytes of a file of version 1.0, little-endian float32 in C order. */
  public static byte[] toBytes(Floats tensor) {
    byte[] head = head("<f4", tensor.dims());
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.toIntExact(head.length + 4L * tensor.values().length))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(head).asFloatBuffer().put(tensor.values());
    return bytes.array();
  }

  /**
   * The beginning of a file of version 1.0; the elements in C order come behind it.
   *
   * @param descr the element type with its byte order, such as {@code <f4} or {@code <i8}
   */
  public static byte[] head(String descr, long... dims) {
    byte[] header = header(descr, dims).getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(MAGIC.length + 4 + header.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) header.length)
        .put(header)
        .array();
  }

  /** The header as NumPy writes it: a Python literal, padded so that the data is aligned to 64. */
  private static String header(String descr, long... dims) {
    String shape =
        Arrays.stream(dims).mapToObj(Long::toString).collect(Collectors.joining(", "))
            + (dims.length == 1 ? "," : "");
    String literal =
        "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + shape + "), }";
    int unpadded = MAGIC.length + 4 + literal.length() + 1;
    return literal + " ".repeat(-unpadded & 63) + "\n";
  }
}
