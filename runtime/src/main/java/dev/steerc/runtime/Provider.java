package dev.steerc.runtime;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.Locale;

/** Where ONNX Runtime computes. */
public enum Provider {
  CPU,
  CUDA;

  /** The provider of that name, or a problem that lists them. */
  public static Provider of(String name) {
    for (Provider provider : values()) {
      if (provider.label().equals(name.toLowerCase(Locale.ROOT))) {
        return provider;
      }
    }
    throw Problem.of(Code.USAGE, "there is no provider `" + name + "`")
        .help("choose one of cpu, cuda")
        .exception();
  }

  /** The word for it on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
