package dev.steerc.spark.capture;

import dev.steerc.plan.Layers;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Provider;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.capture.Tapped;
import dev.steerc.spark.ship.Opening;
import java.nio.file.Path;
import java.util.List;

/**
 * A model with taps, which each executor inserts for itself.
 *
 * @param words sites as users name them
 * @param layers the blocks that they are meant in
 */
public record Taps(List<String> words, String layers, Provider provider) implements Opening {

  public Taps {
    words = List.copyOf(words);
  }

  /** Opens it with its sites. */
  public Tapped tap(Path path, int threads) {
    ModelOptions options = ModelOptions.DEFAULT.provider(provider).threads(threads);
    return Tapped.open(path, words, Layers.parse(layers), options);
  }

  @Override
  public Open open(Path path, int threads) {
    Tapped tapped = tap(path, threads);
    return new Open() {
      @Override
      public SteeredModel model() {
        return tapped.model();
      }

      @Override
      public void close() {
        tapped.close();
      }
    };
  }
}
