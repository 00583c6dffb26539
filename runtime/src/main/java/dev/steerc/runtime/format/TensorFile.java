package dev.steerc.runtime.format;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** A file of tensors whose kind is told by its content, whatever its name ends with. */
public final class TensorFile {
  private static final int MAX_FILE = 1 << 30;
  private static final byte[] ZIP = {'P', 'K', 3, 4};
  private static final byte[] GGUF = "GGUF".getBytes(StandardCharsets.US_ASCII);

  /** How pickles of protocol 2 and later begin; protocol 1 and 0 have no mark of their own. */
  private static final int PICKLE = 0x80;

  private TensorFile() {}

  /** Reads safetensors, or an {@code .npy} file as one tensor without a name. */
  public static Safetensors read(Path file) {
    byte[] bytes = FileBytes.read(file, MAX_FILE, Code.BAD_TENSOR_FILE);
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    if (begins(bytes, Npy.MAGIC)) {
      return new Safetensors(Map.of(), Map.of("", Npy.read(buffer, file.toString())));
    }
    if (isSafetensors(buffer)) {
      return Safetensors.read(buffer, file.toString());
    }
    throw refused(file, bytes);
  }

  private static SteercException refused(Path file, byte[] bytes) {
    boolean isPickle = bytes.length > 1 && (bytes[0] & 0xff) == PICKLE && bytes[1] <= 5;
    if (begins(bytes, ZIP) || isPickle) {
      return Problem.of(Code.UNSAFE_FILE, "the file is made with pickle, or an archive")
          .at(file)
          .note("files of PyTorch (.pt, .bin) can run code when they are read; an .npz may too")
          .help("save the tensors first: safetensors.torch.save_file(tensors, \"v.safetensors\")")
          .exception();
    }
    if (begins(bytes, GGUF)) {
      return Problem.of(Code.UNSUPPORTED_FILE, "steerc does not read vectors from GGUF")
          .at(file)
          .help("convert it to safetensors or .npy")
          .exception();
    }
    return Problem.of(Code.BAD_TENSOR_FILE, "the file is neither safetensors nor .npy")
        .at(file)
        .help("convert it to safetensors or .npy")
        .exception();
  }

  private static boolean isSafetensors(ByteBuffer bytes) {
    return bytes.remaining() > 8
        && bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).getLong() >>> 32 == 0
        && bytes.get(8) == '{';
  }

  private static boolean begins(byte[] bytes, byte[] magic) {
    return bytes.length >= magic.length
        && Arrays.equals(bytes, 0, magic.length, magic, 0, magic.length);
  }
}
