package dev.steerc.runtime.format;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads GGUF: every claim of the file is checked before anything is made of it. */
final class GgufReader {
  private static final int MAX_TENSORS = 1 << 16;
  private static final int MAX_VALUES = 1 << 20;
  private static final int MAX_DEPTH = 4;
  private static final int MAX_RANK = 4;
  private static final int MAX_KEY = (1 << 16) - 1;
  private static final int MAX_NAME = 64;

  /** The fewest bytes of an entry of the metadata, and of what announces a tensor. */
  private static final int LEAST_ENTRY = 13;

  private static final int LEAST_TENSOR = 24;

  private static final Map<Integer, ElementKind> KINDS =
      Map.of(0, ElementKind.F32, 1, ElementKind.F16, 30, ElementKind.BF16);

  /** The names of ggml's other types by number; empty where one was taken back. */
  private static final List<String> TYPES =
      List.of(
          ("F32 F16 Q4_0 Q4_1 - - Q5_0 Q5_1 Q8_0 Q8_1 Q2_K Q3_K Q4_K Q5_K Q6_K Q8_K IQ2_XXS IQ2_XS"
                  + " IQ3_XXS IQ1_S IQ4_NL IQ3_S IQ2_S IQ4_XS I8 I16 I32 I64 F64 IQ1_M BF16 - - -"
                  + " TQ1_0 TQ2_0 - - - MXFP4")
              .split(" "));

  private final ByteBuffer file;
  private final String where;
  private int values;

  GgufReader(ByteBuffer file, String where) {
    this.file = file.slice().order(ByteOrder.LITTLE_ENDIAN);
    this.where = where;
  }

  /** A tensor as the file announces it; the offset counts from the beginning of the data. */
  private record Entry(String name, ElementKind kind, long[] dims, long offset, long bytes) {}

  Gguf read() {
    version();
    long tensors = count("tensors", MAX_TENSORS, LEAST_TENSOR);
    long entries = count("entries of metadata", MAX_VALUES, LEAST_ENTRY);
    Map<String, GgufValue> metadata = new LinkedHashMap<>();
    for (long i = 0; i < entries; i++) {
      String key = text("a key", MAX_KEY);
      if (metadata.put(key, value(type(), 0)) != null) {
        throw bad("the key `" + key + "` is there twice");
      }
    }
    int alignment = alignment(metadata.get(Gguf.ALIGNMENT));
    Map<String, Entry> all = new LinkedHashMap<>();
    for (long i = 0; i < tensors; i++) {
      Entry entry = entry(alignment);
      if (all.put(entry.name, entry) != null) {
        throw bad("the tensor `" + entry.name + "` is there twice");
      }
    }
    return new Gguf(metadata, tensors(all, Gguf.padded(file.position(), alignment)));
  }

  private void version() {
    need(8, "its head");
    byte[] magic = new byte[4];
    file.get(magic);
    if (!Arrays.equals(magic, Gguf.MAGIC.getBytes(StandardCharsets.US_ASCII))) {
      throw bad("it does not begin with GGUF");
    }
    int version = file.getInt();
    if (version != 0 && (version & 0xffff) == 0) {
      throw unsupported("a big-endian GGUF", "convert it with gguf_convert_endian.py of llama.cpp");
    }
    if (version != 2 && version != 3) {
      String what = "GGUF of version " + Integer.toUnsignedString(version);
      throw unsupported(what, "write it again with a newer gguf: read are versions 2 and 3");
    }
  }

  private long count(String what, long most, int least) {
    long count = number("the number of " + what);
    if (count < 0 || count > file.remaining() / least) {
      throw bad(
          Long.toUnsignedString(count)
              + (" " + what + " are announced, the file has " + file.remaining() + " bytes left"));
    }
    if (count > most) {
      throw bad("it has " + count + " " + what + ", and a vector at most " + most);
    }
    return count;
  }

  private GgufType type() {
    need(4, "a type");
    int type = file.getInt();
    if (type < 0 || type >= GgufType.values().length) {
      throw bad("there is no type of metadata " + Integer.toUnsignedString(type));
    }
    return GgufType.values()[type];
  }

  private GgufValue value(GgufType type, int depth) {
    if (++values > MAX_VALUES) {
      throw bad("the metadata has more than " + MAX_VALUES + " values, and so is no vector's");
    }
    if (type == GgufType.ARRAY) {
      return array(depth + 1);
    }
    if (type == GgufType.STRING) {
      return GgufValue.of(text("a text", Integer.MAX_VALUE));
    }
    need(type.least(), "a value");
    return new GgufValue.Scalar(type, scalar(type));
  }

  private Object scalar(GgufType type) {
    return switch (type) {
      case UINT8 -> file.get() & 0xffL;
      case INT8 -> (long) file.get();
      case UINT16 -> file.getShort() & 0xffffL;
      case INT16 -> (long) file.getShort();
      case UINT32 -> file.getInt() & 0xffffffffL;
      case INT32 -> (long) file.getInt();
      case UINT64, INT64 -> file.getLong();
      case FLOAT32 -> file.getFloat();
      case FLOAT64 -> file.getDouble();
      case BOOL -> truth(file.get());
      case STRING, ARRAY -> throw new IllegalStateException(type + " is no scalar");
    };
  }

  private boolean truth(byte value) {
    if (value != 0 && value != 1) {
      throw bad("a truth value is " + value);
    }
    return value == 1;
  }

  private GgufValue array(int depth) {
    if (depth > MAX_DEPTH) {
      throw bad("the metadata has arrays more than " + MAX_DEPTH + " deep");
    }
    GgufType elements = type();
    long count = count("elements of an array", MAX_VALUES, elements.least());
    List<GgufValue> all = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      all.add(value(elements, depth));
    }
    return new GgufValue.Array(elements, all);
  }

  private int alignment(GgufValue value) {
    if (value == null) {
      return Gguf.DEFAULT_ALIGNMENT;
    }
    boolean isPower =
        value instanceof GgufValue.Scalar scalar
            && value.type() == GgufType.UINT32
            && Long.bitCount((Long) scalar.value()) == 1
            && (Long) scalar.value() <= 1 << 20;
    if (!isPower) {
      throw bad("the alignment is no uint32 that is a power of two");
    }
    return Math.toIntExact((Long) ((GgufValue.Scalar) value).value());
  }

  /** GGUF counts dims from the one that runs fastest. */
  private Entry entry(int alignment) {
    String name = text("a tensor's name", MAX_NAME);
    need(4, "a tensor's rank");
    int rank = file.getInt();
    if (rank < 0 || rank > MAX_RANK) {
      throw bad("tensor `" + name + "` has " + Integer.toUnsignedString(rank) + " dimensions");
    }
    long[] dims = new long[rank];
    for (int i = rank - 1; i >= 0; i--) {
      dims[i] = number("the dims of tensor `" + name + "`");
    }
    need(12, "what it says of tensor `" + name + "`");
    ElementKind kind = kind(name, file.getInt());
    long offset = file.getLong();
    long bytes = kind.bytes(dims);
    if (bytes < 0 || bytes > file.remaining()) {
      throw bad("tensor `" + name + "` has dims " + Arrays.toString(dims) + ", beyond the file");
    }
    if (offset < 0 || offset % alignment != 0) {
      throw bad("tensor `" + name + "` does not begin at a multiple of " + alignment);
    }
    return new Entry(name, kind, dims, offset, bytes);
  }

  private ElementKind kind(String name, int type) {
    ElementKind kind = KINDS.get(type);
    if (kind == null) {
      boolean isNamed = type >= 0 && type < TYPES.size() && !TYPES.get(type).equals("-");
      String what = isNamed ? TYPES.get(type) : "number " + Integer.toUnsignedString(type);
      throw unsupported(
          "tensors of type " + what + ", as `" + name + "` is",
          "read are F32, F16 and BF16; vectors are not quantised as a rule");
    }
    return kind;
  }

  private Map<String, Floats> tensors(Map<String, Entry> all, long start) {
    refuseOverlaps(all.values(), start);
    Map<String, Floats> tensors = new LinkedHashMap<>();
    for (Entry entry : all.values()) {
      int begin = entry.bytes == 0 ? 0 : (int) (start + entry.offset);
      ByteBuffer data = file.slice(begin, (int) entry.bytes).order(ByteOrder.LITTLE_ENDIAN);
      tensors.put(entry.name, new Floats(entry.dims, entry.kind.all(data)));
    }
    return tensors;
  }

  private void refuseOverlaps(Iterable<Entry> entries, long start) {
    List<Entry> sorted = new ArrayList<>();
    entries.forEach(sorted::add);
    sorted.removeIf(entry -> entry.bytes == 0);
    sorted.sort(Comparator.comparingLong(Entry::offset));
    long at = 0;
    for (Entry entry : sorted) {
      if (entry.offset < at) {
        throw bad("tensor `" + entry.name + "` overlaps another one");
      }
      if (entry.offset > file.limit() - start - entry.bytes) {
        throw bad("tensor `" + entry.name + "` ends behind the file");
      }
      at = entry.offset + entry.bytes;
    }
  }

  private String text(String what, long most) {
    long length = number("the length of " + what);
    if (length < 0 || length > Math.min(most, file.remaining())) {
      throw bad(what + " has a length of " + Long.toUnsignedString(length) + " bytes");
    }
    ByteBuffer bytes = file.slice(file.position(), (int) length);
    file.position(file.position() + (int) length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw bad(what + " is no UTF-8 text");
    }
  }

  private long number(String what) {
    need(8, what);
    return file.getLong();
  }

  private void need(int bytes, String what) {
    if (file.remaining() < bytes) {
      throw bad("the file ends inside " + what);
    }
  }

  private SteercException unsupported(String what, String help) {
    return Problem.of(Code.UNSUPPORTED_FILE, "steerc does not read " + what)
        .at(where)
        .help(help)
        .exception();
  }

  private SteercException bad(String note) {
    return Problem.of(Code.BAD_TENSOR_FILE, "this is no GGUF file, or a broken one")
        .at(where)
        .note(note)
        .help("fetch or write the file again")
        .exception();
  }
}
