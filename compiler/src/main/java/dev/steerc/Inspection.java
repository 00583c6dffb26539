package dev.steerc;

import dev.steerc.manifest.Json;
import dev.steerc.manifest.Manifest;
import dev.steerc.onnx.Fingerprint;
import dev.steerc.onnx.ModelFile;
import dev.steerc.plan.Site;
import dev.steerc.residual.Block;
import dev.steerc.residual.Residual;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What steerc knows of a model.
 *
 * @param file the model
 * @param residual its residual stream
 * @param manifest the manifest, when it is patched
 */
public record Inspection(ModelFile file, Residual residual, Optional<Manifest> manifest) {

  /** The document that {@code steerc inspect --json} prints. */
  public Map<String, Object> toMap() {
    Map<String, Object> all =
        Json.object(
            "blocks", residual.blocks(),
            "hidden", residual.hidden(),
            "dtype", residual.type().label(),
            "vocab", vocabulary(),
            "kv_cache", residual.cache().isPresent(),
            "sites", sites());
    all.put("steering", manifest.map(Manifest::steering).orElse(List.of()));
    all.put("taps", manifest.map(Manifest::taps).orElse(List.of()));
    all.put("manifest", manifest.map(Manifest::toMap).orElse(null));
    all.put(
        "fingerprint", manifest.map(Manifest::fingerprint).orElseGet(() -> Fingerprint.of(file)));
    all.put(
        "cache",
        Json.object("inputs", residual.cache().inputs(), "outputs", residual.cache().outputs()));
    return all;
  }

  private Long vocabulary() {
    return residual.vocabulary().isPresent() ? residual.vocabulary().getAsLong() : null;
  }

  private List<Map<String, Object>> sites() {
    List<Map<String, Object>> sites = new ArrayList<>();
    for (Block block : residual.streams().get(0).blocks()) {
      for (Site.Kind kind : Site.Kind.values()) {
        kind.in(block)
            .ifPresent(
                place ->
                    sites.add(
                        Json.object(
                            "block", block.index(), "site", kind.label(), "value", place.value())));
      }
    }
    return sites;
  }
}
