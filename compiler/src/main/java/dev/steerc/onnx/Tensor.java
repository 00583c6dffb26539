package dev.steerc.onnx;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The header of a constant tensor; its data stays in the file.
 *
 * @param name the initializer's name, empty inside an attribute
 * @param type the element type, empty when unknown here
 * @param dims the shape
 * @param payloads where the data stands in the model file: {@code raw_data} or a typed field
 * @param external where the data stands in another file, if it does
 * @param place where the tensor stands in the file; empty for one that was made up
 */
public record Tensor(
    String name,
    Optional<ElementType> type,
    List<Long> dims,
    List<Span> payloads,
    Optional<External> external,
    Optional<Place> place,
    Content content) {

  /** A place in a data file, relative to the model's folder; length -1 means up to its end. */
  public record External(String location, long offset, long length) {

    /** The same place in a file of another name. */
    public External at(String other) {
      return new External(other, offset, length);
    }
  }

  /**
   * Where the tensor stands.
   *
   * @param frame the tensor's message
   * @param data the fields that hold its data, or say where that is, tags included
   * @param raw the bytes of its data, when they stand here in one piece and nowhere else
   */
  record Place(Frame frame, List<Span> data, Optional<Span> raw) {}

  /** Reads the elements of small tensors, such as shapes and scales, on demand. */
  private interface Content {
    Content NONE = new Known(List.of());

    List<Long> longs();

    OptionalDouble scalar();

    /** Where the file holds float32 numbers, in order. */
    default List<Span> floats() {
      return List.of();
    }
  }

  private record Known(List<Long> longs) implements Content {
    @Override
    public OptionalDouble scalar() {
      return OptionalDouble.empty();
    }
  }

  private static final int MAX_INTEGERS = 64;

  /** {@code raw_data}, {@code external_data} and {@code data_location}. */
  private static final Set<Integer> DATA_FIELDS = Set.of(9, 13, 14);

  /** Far above any bias. */
  private static final long MAX_FLOATS = 1 << 20;

  public int rank() {
    return dims.size();
  }

  public long elements() {
    return dims.stream().reduce(1L, (a, b) -> a * b);
  }

  /** The values of a small int32 or int64 tensor; empty for anything else. */
  public List<Long> longs() {
    return content.longs();
  }

  /** The value of a tensor of one element; empty for anything else, and where it is external. */
  public OptionalDouble scalar() {
    return elements() == 1 ? content.scalar() : OptionalDouble.empty();
  }

  /** The bytes of its elements, where they stand in the model file in one piece. */
  public Optional<Span> raw() {
    return place.flatMap(Place::raw);
  }

  /**
   * The elements of a float32 tensor, where the file or its data has as many as its shape says.
   *
   * @param file the model that it is from
   */
  public Optional<FloatBuffer> floats(ModelFile file) {
    if (type.filter(t -> t == ElementType.FLOAT32).isEmpty() || elements() > MAX_FLOATS) {
      return Optional.empty();
    }
    FloatBuffer values = FloatBuffer.allocate((int) elements());
    for (ByteBuffer part : external.isPresent() ? outside(file) : inside(file)) {
      FloatBuffer some = part.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
      if (some.remaining() > values.remaining()) {
        return Optional.empty();
      }
      values.put(some);
    }
    return values.hasRemaining() ? Optional.empty() : Optional.of(values.flip());
  }

  private List<ByteBuffer> inside(ModelFile file) {
    return content.floats().stream()
        .map(span -> file.bytes().slice(span.start(), span.length()))
        .toList();
  }

  private List<ByteBuffer> outside(ModelFile file) {
    External at = external.orElseThrow();
    Path data = file.home().resolve(at.location());
    try (FileChannel channel = FileChannel.open(data)) {
      return List.of(channel.map(MapMode.READ_ONLY, at.offset(), 4 * elements()));
    } catch (IOException | IllegalArgumentException e) {
      return List.of();
    }
  }

  /** A tensor of the same shape and another type, whose data is nowhere. */
  public Tensor shaped(ElementType other) {
    return new Tensor(
        name,
        Optional.of(other),
        dims,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Content.NONE);
  }

  /** A tensor of the same type and another shape, whose data is nowhere. */
  public Tensor shaped(List<Long> other) {
    return new Tensor(
        name,
        type,
        List.copyOf(other),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Content.NONE);
  }

  /** The integers of a list or, without a dimension, the one there is. */
  public static Tensor of(List<Long> values, List<Long> dims) {
    return new Tensor(
        "",
        Optional.of(ElementType.INT64),
        dims,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        new Known(values));
  }

  static Tensor read(ByteBuffer file, Frame frame) {
    String name = "";
    int type = 0;
    List<Long> dims = new ArrayList<>();
    List<Span> payloads = new ArrayList<>();
    List<Span> data = new ArrayList<>();
    List<Long> typed = new ArrayList<>();
    float[] single = {Float.NaN};
    List<Span> floats = new ArrayList<>();
    Span raw = null;
    External external = null;
    Wire wire = new Wire(file, frame.content());
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> dims.addAll(numbers(wire, file));
        case 2 -> type = (int) wire.number();
        case 8 -> name = wire.string();
        case 9 -> {
          payloads.add(raw = wire.bytes());
          floats.add(raw);
        }
        case 4 -> payloads.add(floatPayload(wire, file, single, floats));
        case 5, 6, 7, 10, 11 -> payloads.add(typedPayload(wire, file, typed));
        case 13 -> external = entry(wire, file, external);
        default -> wire.skip();
      }
      if (DATA_FIELDS.contains(wire.field())) {
        data.add(new Span(wire.fieldAt(), wire.position()));
      }
    }
    ElementType known = ElementType.of(type).orElse(null);
    Span only = external == null && payloads.size() == 1 ? raw : null;
    Place place = new Place(frame, List.copyOf(data), Optional.ofNullable(only));
    return new Tensor(
        name,
        Optional.ofNullable(known),
        List.copyOf(dims),
        List.copyOf(payloads),
        Optional.ofNullable(external),
        Optional.of(place),
        new Stored(file, known, raw, typed, single[0], List.copyOf(floats)));
  }

  /** The numbers of a repeated varint field, packed or not: the first few, if there are many. */
  static List<Long> numbers(Wire wire, ByteBuffer file) {
    if (wire.is(wire.field(), Wire.VARINT)) {
      return List.of(wire.number());
    }
    List<Long> numbers = new ArrayList<>();
    Span packed = wire.bytes();
    Wire inner = new Wire(file, packed);
    while (inner.position() < packed.end() && numbers.size() <= MAX_INTEGERS) {
      numbers.add(inner.varint());
    }
    return numbers;
  }

  private static Span typedPayload(Wire wire, ByteBuffer file, List<Long> typed) {
    int start = wire.position();
    if ((wire.field() == 5 || wire.field() == 7) && typed.size() <= MAX_INTEGERS) {
      typed.addAll(numbers(wire, file));
    } else {
      wire.skip();
    }
    return new Span(start, wire.position());
  }

  /** The floats of a tensor that is not raw; only the last one is kept, for scalars. */
  private static Span floatPayload(Wire wire, ByteBuffer file, float[] single, List<Span> floats) {
    int start = wire.position();
    if (wire.is(4, Wire.BYTES)) {
      Span packed = wire.bytes();
      floats.add(packed);
      if (packed.length() >= 4) {
        single[0] = Float.intBitsToFloat(Integer.reverseBytes(file.getInt(packed.end() - 4)));
      }
    } else {
      single[0] = Float.intBitsToFloat(wire.fixed32());
      floats.add(new Span(start, wire.position()));
    }
    return new Span(start, wire.position());
  }

  private static External entry(Wire wire, ByteBuffer file, External soFar) {
    External external = soFar == null ? new External("", 0, -1) : soFar;
    String key = "";
    String value = "";
    Wire pair = new Wire(file, wire.bytes());
    while (pair.next()) {
      if (pair.is(1, Wire.BYTES)) {
        key = pair.string();
      } else if (pair.is(2, Wire.BYTES)) {
        value = pair.string();
      } else {
        pair.skip();
      }
    }
    return switch (key) {
      case "location" -> new External(value, external.offset(), external.length());
      case "offset" -> new External(external.location(), number(value, wire), external.length());
      case "length" -> new External(external.location(), external.offset(), number(value, wire));
      default -> external;
    };
  }

  private static long number(String text, Wire wire) {
    try {
      long number = Long.parseLong(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // falls through to the complaint below
    }
    throw new WireException(wire.fieldAt(), "external data at `" + text + "`");
  }

  /** What the file holds: raw bytes, integers or floats. */
  private record Stored(
      ByteBuffer file,
      ElementType type,
      Span raw,
      List<Long> typed,
      float single,
      List<Span> floats)
      implements Content {

    @Override
    public List<Long> longs() {
      if (type == null || !type.isInteger() || typed.size() > MAX_INTEGERS) {
        return List.of();
      }
      int size = type.bytes();
      if (raw == null || raw.length() > MAX_INTEGERS * size) {
        return List.copyOf(typed);
      }
      List<Long> values = new ArrayList<>();
      for (int at = raw.start(); at + size <= raw.end(); at += size) {
        values.add(
            size == 8
                ? Long.reverseBytes(file.getLong(at))
                : (long) Integer.reverseBytes(file.getInt(at)));
      }
      return values;
    }

    @Override
    public OptionalDouble scalar() {
      if (type == null) {
        return OptionalDouble.empty();
      }
      if (raw != null && type.bytes() > 0 && raw.length() == type.bytes()) {
        return rawScalar();
      }
      double only = type.isFloat() ? single : typed.size() == 1 ? typed.get(0) : Double.NaN;
      return Double.isNaN(only) ? OptionalDouble.empty() : OptionalDouble.of(only);
    }

    private OptionalDouble rawScalar() {
      int at = raw.start();
      return switch (type) {
        case FLOAT32 ->
            OptionalDouble.of(Float.intBitsToFloat(Integer.reverseBytes(file.getInt(at))));
        case UINT8 -> OptionalDouble.of(file.get(at) & 0xff);
        case INT8 -> OptionalDouble.of(file.get(at));
        case UINT16 -> OptionalDouble.of(Short.reverseBytes(file.getShort(at)) & 0xffff);
        case INT16 -> OptionalDouble.of(Short.reverseBytes(file.getShort(at)));
        default -> OptionalDouble.empty();
      };
    }
  }
}
