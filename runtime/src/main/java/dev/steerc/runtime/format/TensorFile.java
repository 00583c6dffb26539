package dev.steerc.runtime.format;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * A file of tensors whose kind is told by its content, whatever its name ends with.
 *
 * @param bytes all of it
 */
public record TensorFile(Path path, Kind kind, ByteBuffer bytes) {
  private static final int MAX_FILE = 1 << 30;
  private static final byte[] ZIP = {'P', 'K', 3, 4};

  /** How pickles of protocol 2 and later begin; protocol 1 and 0 have no mark of their own. */
  private static final int PICKLE = 0x80;

  private static final String PICKLED = "(?s).*\\.(pt|pth|bin|ckpt|svec|pkl|pickle)";

  /** The kinds of files that vectors come in. */
  public enum Kind {
    SAFETENSORS,
    NPY,
    GGUF,
    ADAPTER
  }

  /** Reads a file whole, and tells its kind; files that could run code are refused. */
  public static TensorFile open(Path path) {
    byte[] bytes = FileBytes.read(path, MAX_FILE, Code.BAD_TENSOR_FILE);
    return new TensorFile(path, kind(path, bytes), ByteBuffer.wrap(bytes));
  }

  private static Kind kind(Path path, byte[] bytes) {
    if (begins(bytes, 0, Npy.MAGIC)) {
      return Kind.NPY;
    }
    if (begins(bytes, 0, Gguf.MAGIC.getBytes(StandardCharsets.US_ASCII))) {
      return Kind.GGUF;
    }
    if (begins(bytes, 4, Adapter.IDENTIFIER.getBytes(StandardCharsets.US_ASCII))) {
      return Kind.ADAPTER;
    }
    if (isSafetensors(bytes)) {
      return Kind.SAFETENSORS;
    }
    throw refused(path, bytes);
  }

  private static SteercException refused(Path path, byte[] bytes) {
    String name = path.getFileName().toString();
    String lower = name.toLowerCase(Locale.ROOT);
    boolean isPickle = bytes.length > 1 && (bytes[0] & 0xff) == PICKLE && bytes[1] <= 5;
    if (lower.endsWith(".npz") && begins(bytes, 0, ZIP)) {
      return Problem.of(Code.UNSAFE_FILE, "the file is an archive of NumPy's")
          .at(path)
          .note("its arrays can be pickles, which run code when they are read")
          .help(snippet("import numpy; from safetensors.numpy import save_file", "numpy", name))
          .exception();
    }
    if (begins(bytes, 0, ZIP) || isPickle || lower.matches(PICKLED)) {
      return Problem.of(Code.UNSAFE_FILE, "the file is made with pickle, or an archive")
          .at(path)
          .note("files of PyTorch (.pt, .pth, .bin, .svec) can run code when they are read")
          .help(snippet("import torch; from safetensors.torch import save_file", "torch", name))
          .exception();
    }
    return Problem.of(
            Code.BAD_TENSOR_FILE, "the file is no safetensors, .npy, GGUF or .onnx_adapter")
        .at(path)
        .help("convert it to safetensors or .npy")
        .exception();
  }

  /** Two lines of Python that save what is in a file as safetensors. */
  private static String snippet(String imports, String library, String name) {
    String out = name.replaceFirst("\\.[^.]*$", "") + ".safetensors";
    String save =
        library.equals("numpy")
            ? "save_file({k: v.astype(\"f4\") for k, v in numpy.load(IN).items()}, OUT)"
            : "t = torch.load(IN, weights_only=True); save_file({str(k): v.float().contiguous()"
                + " for k, v in (t if isinstance(t, dict) else {\"v\": t}).items()}, OUT)";
    return "save the tensors as safetensors in Python, then `steerc vectors convert` reads them\n    "
        + imports
        + "\n    "
        + save.replace("IN", "\"" + name + "\"").replace("OUT", "\"" + out + "\"");
  }

  private static boolean isSafetensors(byte[] bytes) {
    return bytes.length > 8
        && ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong() >>> 32 == 0
        && bytes[8] == '{';
  }

  private static boolean begins(byte[] bytes, int at, byte[] magic) {
    return bytes.length >= at + magic.length
        && Arrays.equals(bytes, at, at + magic.length, magic, 0, magic.length);
  }
}
