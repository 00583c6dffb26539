package dev.steerc.trainer;

import dev.steerc.runtime.format.Floats;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The libtorch library: its loading, its memory, and the way of numbers in and out. */
final class Torch {
  private static boolean loaded;

  private Torch() {}

  /** Loads the natives and keeps both to one thread: BLAS has threads of its own beside torch's. */
  static synchronized void load() {
    if (loaded) {
      return;
    }
    // Extracted one by one while they are loaded, they crash the JVM when the cache is empty.
    for (String library : new String[] {"javacpp", "openblas", "pytorch"}) {
      extract("/org/bytedeco/" + library + "/" + Loader.getPlatform());
    }
    Loader.load(openblas.class);
    Loader.load(torch.class);
    openblas.blas_set_num_threads(1);
    torch.set_num_threads(1);
    loaded = true;
  }

  private static void extract(String folder) {
    try {
      Loader.cacheResource(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("the natives below " + folder + " cannot be extracted", e);
    }
  }

  /** Does some work and frees the tensors that it made; what it returns is to live on the heap. */
  static <T> T scoped(Supplier<T> work) {
    PointerScope scope = new PointerScope();
    try {
      return work.get();
    } finally {
      scope.close();
    }
  }

  /** Does the same with no gradient being recorded. */
  static <T> T withoutGradient(Supplier<T> work) {
    boolean before = GradMode.is_enabled();
    GradMode.set_enabled(false);
    try {
      return scoped(work);
    } finally {
      GradMode.set_enabled(before);
    }
  }

  /** A tensor with a copy of these numbers. */
  static Tensor tensor(Floats floats) {
    return torch.tensor(floats.values()).reshape(floats.dims());
  }

  /** An int64 matrix whose rows stand one behind the other. */
  static Tensor ids(long[] flat, int width) {
    return torch.tensor(flat).reshape(flat.length / width, width);
  }

  /** A copy of a float32 tensor on the heap. */
  static Floats floats(Tensor tensor) {
    long[] dims = new long[(int) tensor.dim()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = tensor.size(i);
    }
    float[] values = new float[Floats.elements(dims)];
    tensor.contiguous().data_ptr_float().get(values);
    return new Floats(dims, values);
  }

  /** A copy of a float32 tensor, rounded to what float16 can hold. */
  static Floats halved(Tensor tensor) {
    return floats(tensor.toType(torch.ScalarType.Half).toType(torch.ScalarType.Float));
  }

  static Scalar scalar(double value) {
    return new Scalar(value);
  }
}
