package dev.steerc.runtime.learn;

import dev.steerc.Steerc;
import dev.steerc.plan.Site;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What the metadata of a vector's file says of how it was learned and what it is worth. */
final class Diagnostics {
  private Diagnostics() {}

  static Map<String, String> of(Learning learning) {
    Material material = learning.material();
    Map<String, String> all = new LinkedHashMap<>();
    all.put("producer", "steerc " + Steerc.VERSION);
    all.put("method", learning.lesson().method().label());
    all.put("positions", material.pooling().label());
    all.put("seed", Long.toString(learning.lesson().seed()));
    all.put("held out", Double.toString(learning.lesson().heldOut()));
    String counts = material.count() + " learned from, " + material.heldOut() + " held out";
    all.put(material.paired() ? "pairs" : "texts", counts);
    material.origin().tokenizer().ifPresent(digest -> all.put("tokenizer", digest));
    material.origin().template().ifPresent(digest -> all.put("template", digest));
    material.seen().into(all);
    learning.gate().ifPresent(gate -> all.put("when", gate.text()));
    learning.learned().forEach((site, one) -> put(all, site, one.diagnosis()));
    return all;
  }

  private static void put(Map<String, String> all, Site site, Diagnosis diagnosis) {
    put(all, "norm", site, diagnosis.typical());
    put(all, "separation", site, diagnosis.separation());
    put(all, "agreement", site, diagnosis.agreement());
    put(all, "wrong side", site, diagnosis.wrongSide());
    diagnosis.left().ifPresent(left -> put(all, "left", site, left));
  }

  private static void put(Map<String, String> all, String what, Site site, double value) {
    if (Double.isFinite(value)) {
      all.put(what + "." + site.path(), String.format(Locale.ROOT, "%.4g", value));
    }
  }
}
