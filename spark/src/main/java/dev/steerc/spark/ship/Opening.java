package dev.steerc.spark.ship;

import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Provider;
import dev.steerc.runtime.SteeredModel;
import java.io.Serializable;
import java.nio.file.Path;

/**
 * How a model is opened on an executor. A record, so that equal ones share what they open and can
 * travel.
 */
public interface Opening extends Serializable {

  /** An open model and what closes it. */
  interface Open extends AutoCloseable {
    SteeredModel model();

    @Override
    void close();
  }

  /**
   * Opens it.
   *
   * @param model its file or folder on this machine
   * @param threads how many threads an operator may take
   */
  Open open(Path model, int threads);

  /**
   * The model as it is.
   *
   * @param provider where to compute
   * @param anyBase whether vectors of other models are taken as well
   */
  record AsItIs(Provider provider, boolean anyBase) implements Opening {
    @Override
    public Open open(Path path, int threads) {
      ModelOptions options =
          ModelOptions.DEFAULT.provider(provider).threads(threads).anyBase(anyBase);
      SteeredModel model = SteeredModel.open(path, options);
      return new Open() {
        @Override
        public SteeredModel model() {
          return model;
        }

        @Override
        public void close() {
          model.close();
        }
      };
    }
  }
}
