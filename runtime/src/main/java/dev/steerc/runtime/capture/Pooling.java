package dev.steerc.runtime.capture;

import dev.steerc.runtime.format.Floats;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Which tokens of a text give rows. */
public enum Pooling {
  /** The last token: one row. */
  LAST {
    @Override
    public int rows(Tokens text) {
      return 1;
    }

    @Override
    int first(Tokens text) {
      return text.ids().length - 1;
    }
  },
  /** The mean over the completion's tokens: one row. */
  MEAN {
    @Override
    public int rows(Tokens text) {
      return 1;
    }

    @Override
    void put(Floats activations, Tokens text, float[] into, int at) {
      int width = activations.width();
      double[] sum = new double[width];
      for (int i = text.from() * width; i < activations.values().length; i++) {
        sum[i % width] += activations.values()[i];
      }
      for (int i = 0; i < width; i++) {
        into[at + i] = (float) (sum[i] / text.counted());
      }
    }
  },
  /** Each of the completion's tokens: a row for each. */
  ALL;

  /** How many rows a text gives. */
  public int rows(Tokens text) {
    return text.counted();
  }

  /** The first token of a text that counts. */
  int first(Tokens text) {
    return text.from();
  }

  /**
   * Puts a text's rows somewhere.
   *
   * @param activations [tokens, width] of the whole text
   * @param at where in {@code into} the first row begins
   */
  void put(Floats activations, Tokens text, float[] into, int at) {
    int width = activations.width();
    int size = rows(text) * width;
    System.arraycopy(activations.values(), first(text) * width, into, at, size);
  }

  /** The word on the command line and in files. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<Pooling> of(String label) {
    return Arrays.stream(values()).filter(pooling -> pooling.label().equals(label)).findFirst();
  }
}
