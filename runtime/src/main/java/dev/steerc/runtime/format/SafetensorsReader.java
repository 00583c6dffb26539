package dev.steerc.runtime.format;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads safetensors: every claim of the header is checked before a tensor is made of it. */
final class SafetensorsReader {
  private static final long MAX_HEADER = 100_000_000;

  private final ByteBuffer file;
  private final String where;

  SafetensorsReader(ByteBuffer file, String where) {
    this.file = file.slice().order(ByteOrder.LITTLE_ENDIAN);
    this.where = where;
  }

  /** A tensor as the header announces it; offsets count from the end of the header. */
  private record Entry(String name, ElementKind kind, long[] dims, long begin, long end) {}

  /** A tensor where it lies in the file. */
  record Slice(ElementKind kind, long[] dims, ByteBuffer bytes) {}

  /** What a file has, checked but as yet unread; the tensors in their order. */
  record Layout(Map<String, String> metadata, Map<String, Slice> tensors) {}

  Safetensors read() {
    Layout layout = layout();
    Map<String, Floats> tensors = new LinkedHashMap<>();
    layout
        .tensors()
        .forEach(
            (name, slice) -> {
              if (!slice.kind().isFloat()) {
                throw unsupported(name, slice.kind().name());
              }
              tensors.put(name, new Floats(slice.dims(), slice.kind().all(slice.bytes())));
            });
    return new Safetensors(layout.metadata(), tensors);
  }

  Layout layout() {
    Map<String, Object> header = header();
    ByteBuffer data = file.slice().order(ByteOrder.LITTLE_ENDIAN);
    Map<String, String> metadata = metadata(header.remove("__metadata__"));
    List<Entry> entries = new ArrayList<>();
    header.forEach((name, value) -> entries.add(entry(name, value)));
    entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    refuseHoles(entries, data.remaining());
    Map<String, Slice> tensors = new LinkedHashMap<>();
    for (Entry entry : entries) {
      int length = (int) (entry.end - entry.begin);
      ByteBuffer slice = data.slice((int) entry.begin, length).order(ByteOrder.LITTLE_ENDIAN);
      tensors.put(entry.name, new Slice(entry.kind, entry.dims, slice));
    }
    return new Layout(metadata, tensors);
  }

  /** Reads the header and leaves the file at the first byte behind it. */
  private Map<String, Object> header() {
    if (file.remaining() < 8) {
      throw bad("the file ends inside the header's length");
    }
    long length = file.getLong();
    if (length < 0 || length > MAX_HEADER) {
      throw bad("the header's length " + Long.toUnsignedString(length) + " is beyond 100 MB");
    }
    if (length > file.remaining()) {
      throw bad("a header of " + length + " bytes is announced, " + file.remaining() + " are left");
    }
    ByteBuffer bytes = file.slice(file.position(), (int) length);
    file.position(file.position() + (int) length);
    return object(text(bytes));
  }

  private String text(ByteBuffer bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw bad("the header is no UTF-8 text");
    }
  }

  private Map<String, Object> object(String json) {
    try {
      if (json.startsWith("{") && Json.parse(json) instanceof Map<?, ?> map) {
        refuseTwins(json, map.size());
        Map<String, Object> object = new LinkedHashMap<>();
        map.forEach((key, value) -> object.put((String) key, value));
        return object;
      }
    } catch (IllegalArgumentException e) {
      throw bad("the header is no JSON document: " + e.getMessage());
    }
    throw bad("the header is no JSON object");
  }

  /** A map keeps one of two equal keys, so a header that has more keys than the map has twins. */
  private void refuseTwins(String json, int distinct) {
    int depth = 0;
    int keys = 0;
    boolean isQuoted = false;
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (isQuoted && c == '\\') {
        i++;
      } else if (c == '"') {
        isQuoted = !isQuoted;
      } else if (!isQuoted && (c == '{' || c == '[')) {
        depth++;
      } else if (!isQuoted && (c == '}' || c == ']')) {
        depth--;
      } else if (!isQuoted && c == ':' && depth == 1) {
        keys++;
      }
    }
    if (keys != distinct) {
      throw bad("the header names a tensor twice");
    }
  }

  private Map<String, String> metadata(Object value) {
    Map<String, String> metadata = new LinkedHashMap<>();
    if (value == null) {
      return metadata;
    }
    if (!(value instanceof Map<?, ?> map)) {
      throw bad("`__metadata__` is no object");
    }
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      if (!(entry.getValue() instanceof String text)) {
        throw bad("`__metadata__` has something other than text at `" + entry.getKey() + "`");
      }
      metadata.put((String) entry.getKey(), text);
    }
    return metadata;
  }

  private Entry entry(String name, Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw bad("the entry of tensor `" + name + "` is no object");
    }
    ElementKind kind = kind(name, map.get("dtype"));
    long[] dims = longs(name, "shape", map.get("shape"));
    long[] offsets = longs(name, "data_offsets", map.get("data_offsets"));
    if (offsets.length != 2 || offsets[0] > offsets[1]) {
      throw bad("the offsets of tensor `" + name + "` are no range");
    }
    long bytes = kind.bytes(dims);
    if (bytes != offsets[1] - offsets[0]) {
      throw bad(
          String.format(
              "tensor `%s` has the shape %s but %d bytes",
              name, map.get("shape"), offsets[1] - offsets[0]));
    }
    return new Entry(name, kind, dims, offsets[0], offsets[1]);
  }

  private ElementKind kind(String name, Object dtype) {
    for (ElementKind kind : ElementKind.values()) {
      if (kind.name().equals(dtype)) {
        return kind;
      }
    }
    if (!(dtype instanceof String)) {
      throw bad("tensor `" + name + "` has no element type");
    }
    throw unsupported(name, dtype);
  }

  private SteercException unsupported(String name, Object dtype) {
    return Problem.of(Code.UNSUPPORTED_FILE, "tensor `" + name + "` has elements of type " + dtype)
        .at(where)
        .note("read are F32, F64, F16 and BF16")
        .help("convert it to float32 first")
        .exception();
  }

  private long[] longs(String name, String key, Object value) {
    if (!(value instanceof List<?> list)) {
      throw bad("tensor `" + name + "` has no list `" + key + "`");
    }
    long[] numbers = new long[list.size()];
    for (int i = 0; i < numbers.length; i++) {
      if (!(list.get(i) instanceof Long number) || number < 0) {
        throw bad("`" + key + "` of tensor `" + name + "` has something other than sizes");
      }
      numbers[i] = number;
    }
    return numbers;
  }

  /** Overlaps and holes could hide data from one reader that another one shows. */
  private void refuseHoles(List<Entry> entries, int length) {
    long at = 0;
    for (Entry entry : entries) {
      if (entry.begin != at) {
        String fault = entry.begin < at ? "overlaps another one" : "leaves a hole before it";
        throw bad("tensor `" + entry.name + "` " + fault);
      }
      at = entry.end;
    }
    if (at != length) {
      throw bad("the tensors take " + at + " bytes, the file has " + length + " for them");
    }
  }

  private SteercException bad(String note) {
    return Problem.of(Code.BAD_TENSOR_FILE, "this is no safetensors file, or a broken one")
        .at(where)
        .note(note)
        .help("fetch or write the file again")
        .exception();
  }
}
