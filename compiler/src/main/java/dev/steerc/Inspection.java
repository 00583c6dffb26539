package dev.steerc;

import dev.steerc.manifest.Description;
import dev.steerc.manifest.Manifest;
import dev.steerc.onnx.Fingerprint;
import dev.steerc.onnx.ModelFile;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What steerc knows of a model.
 *
 * @param file the model
 * @param model the decoder in it; of a patched model as it was before
 * @param manifest the manifest, when it is patched
 */
public record Inspection(ModelFile file, Description model, Optional<Manifest> manifest) {

  /** What identifies the model; of a patched model as it was before. */
  public String fingerprint() {
    return manifest.map(Manifest::fingerprint).orElseGet(() -> Fingerprint.of(file));
  }

  /** The document that {@code steerc inspect --json} prints. */
  public Map<String, Object> toMap() {
    Map<String, Object> all = model.toMap();
    all.put("fingerprint", fingerprint());
    all.put("steering", manifest.map(Manifest::steering).orElse(List.of()));
    all.put("taps", manifest.map(Manifest::taps).orElse(List.of()));
    all.put("last_logits", manifest.map(Manifest::lastLogits).orElse(false));
    all.put("manifest", manifest.map(Manifest::toMap).orElse(null));
    return all;
  }
}
