package dev.steerc.cli.serve.vectors;

import dev.steerc.manifest.Json;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.SteeredModel;
import java.util.Map;

/** What was done to a text, so that whoever gets it can prove and repeat it. */
public final class Receipt {
  private Receipt() {}

  /** The receipt of a text that has ended. */
  public static Map<String, Object> of(SteeredModel model, Completion text) {
    boolean none = text.steering().isNone();
    return Json.object(
        "fingerprint", none ? null : text.steering().fingerprint(), "seed", text.seed());
  }
}
