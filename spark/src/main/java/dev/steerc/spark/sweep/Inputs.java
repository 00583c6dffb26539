package dev.steerc.spark.sweep;

import dev.steerc.plan.Intervention;
import dev.steerc.plan.Target;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Provider;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.Twin;
import dev.steerc.spark.ship.Opening;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * Opens a model with what a vector needs wherever it is tried.
 *
 * @param needs as {@code --at} takes them
 * @param anyBase whether vectors of other models are taken as well
 */
record Inputs(List<String> needs, Provider provider, boolean anyBase) implements Opening {
  Inputs {
    needs = List.copyOf(needs);
  }

  @Override
  public Open open(Path path, int threads) {
    List<Intervention> wanted =
        needs.stream().map(need -> Target.parse(need, OptionalInt.empty())).toList();
    ModelOptions options =
        ModelOptions.DEFAULT.provider(provider).threads(threads).anyBase(anyBase);
    Twin twin = Twin.open(path, found -> wanted, options);
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
