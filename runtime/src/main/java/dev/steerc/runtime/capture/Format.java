package dev.steerc.runtime.capture;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How a folder holds activations in the end. */
public enum Format {
  /** In shards: safetensors with a tensor [rows, width] for each site. */
  SAFETENSORS,
  /** An {@code .npy} [rows, width] for each site, for all texts together. */
  NPY;

  /** The word on the command line and in files. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<Format> of(String label) {
    return Arrays.stream(values()).filter(format -> format.label().equals(label)).findFirst();
  }
}
