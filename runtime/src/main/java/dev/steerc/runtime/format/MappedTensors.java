package dev.steerc.runtime.format;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/** The tensors of a safetensors file where they lie: checked and mapped, not read. */
public final class MappedTensors {
  private static final long MAX_FILE = Integer.MAX_VALUE;

  private final SafetensorsReader.Layout layout;

  private MappedTensors(SafetensorsReader.Layout layout) {
    this.layout = layout;
  }

  /**
   * Maps a file whose tensors are F32, F64, F16, BF16 or I64.
   *
   * @throws SteercException when it cannot be read, or contradicts itself
   */
  public static MappedTensors open(Path file) {
    if (!Files.isRegularFile(file)) {
      Code code = Files.exists(file) ? Code.FILE_UNREADABLE : Code.FILE_NOT_FOUND;
      throw Problem.of(code, "no file `" + file + "`").at(file).exception();
    }
    try (FileChannel channel = FileChannel.open(file)) {
      if (channel.size() > MAX_FILE) {
        throw Problem.of(Code.BAD_TENSOR_FILE, "the file is larger than 2 GiB")
            .at(file)
            .exception();
      }
      ByteBuffer bytes = channel.map(MapMode.READ_ONLY, 0, channel.size());
      return new MappedTensors(new SafetensorsReader(bytes, file.toString()).layout());
    } catch (IOException e) {
      throw new SteercException(
          Problem.of(Code.FILE_UNREADABLE, "cannot read `" + file + "`")
              .at(file)
              .note(String.valueOf(e.getMessage())),
          e);
    }
  }

  /** Free text by key. */
  public Map<String, String> metadata() {
    return layout.metadata();
  }

  /** The tensors' names in the order of the file. */
  public Set<String> names() {
    return layout.tensors().keySet();
  }

  /** Whether there is a tensor of that name with elements of type F32 and that shape. */
  public boolean hasFloats(String name, long... dims) {
    return has(name, ElementKind.F32, dims);
  }

  /** Whether there is a tensor of that name with elements of type I64 and that shape. */
  public boolean hasWholes(String name, long... dims) {
    return has(name, ElementKind.I64, dims);
  }

  private boolean has(String name, ElementKind kind, long... dims) {
    SafetensorsReader.Slice slice = layout.tensors().get(name);
    return slice != null && slice.kind() == kind && Arrays.equals(slice.dims(), dims);
  }

  /** The elements of a tensor of type F32; look whether it {@link #hasFloats}. */
  public FloatBuffer floats(String name) {
    return bytes(name, ElementKind.F32).asFloatBuffer();
  }

  /** The elements of a tensor of type I64; look whether it {@link #hasWholes}. */
  public LongBuffer wholes(String name) {
    return bytes(name, ElementKind.I64).asLongBuffer();
  }

  /** The bytes of a tensor of any type, little-endian. */
  public ByteBuffer bytes(String name) {
    return layout.tensors().get(name).bytes().duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  private ByteBuffer bytes(String name, ElementKind kind) {
    SafetensorsReader.Slice slice = layout.tensors().get(name);
    if (slice == null || slice.kind() != kind) {
      throw new IllegalArgumentException("no tensor `" + name + "` of type " + kind);
    }
    return bytes(name);
  }
}
