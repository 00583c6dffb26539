package dev.steerc.runtime.format;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** Reads an {@code .npy} file: every claim of the header is checked before a tensor is made. */
final class NpyReader {
  private static final int MAX_HEADER = 1 << 16;
  private static final int MAX_RANK = 4;

  /** NumPy's names of the element types that are read, without the byte order. */
  private static final Map<String, ElementKind> KINDS =
      Map.of("f2", ElementKind.F16, "f4", ElementKind.F32, "f8", ElementKind.F64);

  private final ByteBuffer file;
  private final String where;

  NpyReader(ByteBuffer file, String where) {
    this.file = file.slice().order(ByteOrder.LITTLE_ENDIAN);
    this.where = where;
  }

  Floats read() {
    NpyHeader header = header();
    ElementKind kind = kind(header.descr());
    long[] dims = header.shape();
    if (dims.length > MAX_RANK) {
      throw unsupported("a tensor of " + dims.length + " dimensions");
    }
    long bytes = kind.bytes(dims);
    if (bytes != file.remaining()) {
      throw bad(
          String.format(
              "the shape %s needs %s bytes, the file has %d",
              Arrays.toString(dims), bytes < 0 ? "too many" : bytes, file.remaining()));
    }
    file.order(header.descr().startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    float[] values = kind.all(file);
    return new Floats(dims, header.fortranOrder() ? rowMajor(dims, values) : values);
  }

  private NpyHeader header() {
    byte[] magic = new byte[Npy.MAGIC.length];
    if (file.remaining() < magic.length + 2 || !Arrays.equals(magic(magic), Npy.MAGIC)) {
      throw bad("it does not begin as an .npy file");
    }
    int major = file.get();
    int minor = file.get();
    if (major < 1 || major > 3 || minor != 0) {
      throw unsupported(".npy format version " + (major & 0xff) + "." + (minor & 0xff));
    }
    if (file.remaining() < (major == 1 ? 2 : 4)) {
      throw bad("the file ends inside the header's length");
    }
    long length = major == 1 ? file.getShort() & 0xffff : file.getInt() & 0xffffffffL;
    if (length > Math.min(MAX_HEADER, file.remaining())) {
      throw bad("a header of " + length + " bytes is announced, " + file.remaining() + " are left");
    }
    ByteBuffer bytes = file.slice(file.position(), (int) length);
    file.position(file.position() + (int) length);
    return parse(bytes, major == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
  }

  private byte[] magic(byte[] magic) {
    file.get(magic);
    return magic;
  }

  private NpyHeader parse(ByteBuffer bytes, Charset charset) {
    String text;
    try {
      text = charset.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw bad("the header is no text");
    }
    if (text.contains("|O") || text.contains("'O'")) {
      throw Problem.of(Code.UNSAFE_FILE, "the array holds pickled Python objects")
          .at(where)
          .help("save it as float32: numpy.save(path, array.astype(\"float32\"))")
          .exception();
    }
    if (text.replace(" ", "").contains("'descr':[")) {
      throw unsupported("records with fields");
    }
    try {
      return NpyHeader.parse(text);
    } catch (IllegalArgumentException e) {
      throw bad("the header cannot be understood: " + e.getMessage());
    }
  }

  private ElementKind kind(String descr) {
    ElementKind kind = descr.isEmpty() ? null : KINDS.get(descr.substring(1));
    if (kind == null || "<>=".indexOf(descr.charAt(0)) < 0) {
      throw unsupported("elements of type `" + descr + "`");
    }
    return kind;
  }

  /** The elements in C order, of a tensor whose first index runs fastest in the file. */
  private static float[] rowMajor(long[] dims, float[] values) {
    float[] out = new float[values.length];
    int[] index = new int[dims.length];
    for (int i = 0; i < values.length; i++) {
      int to = 0;
      for (int d = 0; d < dims.length; d++) {
        to = to * (int) dims[d] + index[d];
      }
      out[to] = values[i];
      for (int d = 0; d < dims.length && ++index[d] == dims[d]; d++) {
        index[d] = 0;
      }
    }
    return out;
  }

  private SteercException unsupported(String what) {
    return Problem.of(Code.UNSUPPORTED_FILE, "steerc does not read " + what)
        .at(where)
        .note("read are float16, float32 and float64 with up to four dimensions")
        .help("convert it first: numpy.save(path, array.astype(\"float32\"))")
        .exception();
  }

  private SteercException bad(String note) {
    return Problem.of(Code.BAD_TENSOR_FILE, "this is no .npy file, or a broken one")
        .at(where)
        .note(note)
        .help("fetch or write the file again")
        .exception();
  }
}
