package dev.steerc.runtime.bulk;

import dev.steerc.problem.SteercException;
import dev.steerc.runtime.Receipt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.Steering;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The steerings that rows name, each read and fitted to the model once; the latest are kept. */
final class Steerings {
  private static final int KEPT = 1000;

  private final SteeredModel model;
  private final Function<List<String>, Steering> reader;
  private final Map<List<String>, Fitted> kept =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<List<String>, Fitted> eldest) {
          return size() > KEPT;
        }
      };

  /** A steering that fits, and what all receipts say of it; or why there is none. */
  private record Fitted(Steering steering, Receipt receipt, SteercException failure) {}

  /** A steering that fits, and what all receipts say of it. */
  record Known(Steering steering, Receipt receipt) {}

  /**
   * @param reader makes a steering of the texts of a row
   */
  Steerings(SteeredModel model, Function<List<String>, Steering> reader) {
    this.model = model;
    this.reader = reader;
  }

  /**
   * @throws SteercException when it cannot be read, or does not fit
   */
  Known of(List<String> texts) {
    Fitted fitted = kept.computeIfAbsent(texts, this::fit);
    if (fitted.failure != null) {
      throw fitted.failure;
    }
    return new Known(fitted.steering, fitted.receipt);
  }

  private Fitted fit(List<String> texts) {
    try {
      Steering steering = texts.isEmpty() ? Steering.NONE : reader.apply(texts);
      model.bind(steering);
      return new Fitted(steering, Receipt.of(model, steering), null);
    } catch (SteercException e) {
      return new Fitted(null, null, e);
    }
  }
}
