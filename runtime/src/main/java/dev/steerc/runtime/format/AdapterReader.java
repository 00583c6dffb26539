package dev.steerc.runtime.format;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads an {@code .onnx_adapter}: what it claims is checked before anything is made of it. */
final class AdapterReader {
  private static final int MAX_RANK = 8;
  private static final int MAX_PARAMETERS = 1 << 16;

  /** ONNX's numbers of the element types that are read. */
  private static final Map<Integer, ElementKind> KINDS =
      Map.of(1, ElementKind.F32, 10, ElementKind.F16, 11, ElementKind.F64, 16, ElementKind.BF16);

  private final FlatBytes file;
  private final String where;
  private long used;

  AdapterReader(ByteBuffer file, String where) {
    this.file = new FlatBytes(file);
    this.where = where;
  }

  Map<String, Floats> read() {
    try {
      return parameters();
    } catch (FlatBytes.Broken e) {
      throw bad(e.getMessage());
    }
  }

  private Map<String, Floats> parameters() throws FlatBytes.Broken {
    if (file.length() < 8 || !text(file.slice(4, 4)).equals(Adapter.IDENTIFIER)) {
      throw bad("it has no identifier TORT");
    }
    int root = file.root();
    int version = number(root, 0);
    if (version != Adapter.FORMAT_VERSION) {
      throw unsupported("an adapter of format version " + version);
    }
    Map<String, Floats> parameters = new LinkedHashMap<>();
    int field = file.field(root, 3);
    int vector = field == 0 ? 0 : file.follow(field);
    int count = field == 0 ? 0 : file.count(vector, 4);
    if (count > MAX_PARAMETERS) {
      throw bad("it has " + count + " parameters, and a vector at most " + MAX_PARAMETERS);
    }
    for (int i = 0; i < count; i++) {
      int table = file.follow(vector + 4L + 4L * i);
      String name = text(vector(table, 0, 1, "name"));
      if (parameters.put(name, tensor(table, name)) != null) {
        throw bad("the parameter `" + name + "` is there twice");
      }
    }
    return parameters;
  }

  private Floats tensor(int table, String name) throws FlatBytes.Broken {
    int type = number(table, 2);
    ElementKind kind = KINDS.get(type);
    if (kind == null) {
      throw unsupported("elements of ONNX's type " + type + ", as `" + name + "` has");
    }
    LongBuffer sizes = vector(table, 1, 8, "dims").asLongBuffer();
    if (sizes.remaining() > MAX_RANK) {
      throw bad("`" + name + "` has " + sizes.remaining() + " dimensions");
    }
    long[] dims = new long[sizes.remaining()];
    sizes.get(dims);
    ByteBuffer data = vector(table, 3, 1, "data");
    if (kind.bytes(dims) != data.remaining()) {
      throw bad("`" + name + "` has " + data.remaining() + " bytes, which its dims do not give");
    }
    return new Floats(dims, kind.all(data));
  }

  /** An integer field, which is 0 when it is left out. */
  private int number(int table, int field) throws FlatBytes.Broken {
    int at = file.field(table, field);
    return at == 0 ? 0 : file.int32(at);
  }

  /** The elements of a vector; parameters could share one, and then take more than the file has. */
  private ByteBuffer vector(int table, int field, int elementSize, String what)
      throws FlatBytes.Broken {
    int at = file.field(table, field);
    if (at == 0) {
      throw bad("a parameter has no " + what);
    }
    int vector = file.follow(at);
    int bytes = file.count(vector, elementSize) * elementSize;
    used += bytes;
    if (used > file.length()) {
      throw bad("its parameters overlap");
    }
    return file.slice(vector + 4, bytes);
  }

  private String text(ByteBuffer bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw bad("a name is no UTF-8 text");
    }
  }

  private SteercException unsupported(String what) {
    return Problem.of(Code.UNSUPPORTED_FILE, "steerc does not read " + what)
        .at(where)
        .note("read is format version 1 with float32, float16, bfloat16 and float64")
        .exception();
  }

  private SteercException bad(String note) {
    return Problem.of(Code.BAD_TENSOR_FILE, "this is no .onnx_adapter, or a broken one")
        .at(where)
        .note(note)
        .help("fetch or write the file again")
        .exception();
  }
}
