package dev.steerc.spark.learn;

import dev.steerc.plan.Intervention;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Provider;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.Twin;
import dev.steerc.spark.ship.Opening;
import java.nio.file.Path;
import java.util.List;

/** A model with taps, or a copy that has them. */
record Tapped(List<Site> sites, Provider provider) implements Opening {
  @Override
  public Open open(Path path, int threads) {
    List<Intervention> taps = sites.stream().<Intervention>map(Tap::new).toList();
    ModelOptions options = ModelOptions.DEFAULT.provider(provider).threads(threads);
    Twin twin = Twin.open(path, description -> taps, options);
    return new Open() {
      @Override
      public SteeredModel model() {
        return twin.model();
      }

      @Override
      public void close() {
        twin.close();
      }
    };
  }
}
