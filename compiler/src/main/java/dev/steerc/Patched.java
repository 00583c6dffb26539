package dev.steerc;

import dev.steerc.manifest.Manifest;
import dev.steerc.onnx.Patch;
import dev.steerc.plan.Plan;
import java.nio.file.Path;

/**
 * What a patch did.
 *
 * @param plan what was done
 * @param patch in graph terms
 * @param manifest what the output promises
 * @param output the file that was written
 * @param grown the bytes by which it is larger than the original
 * @param again whether the model was patched before
 */
public record Patched(
    Plan plan, Patch patch, Manifest manifest, Path output, long grown, boolean again) {

  /** Whether the output refers to the weights of the original. */
  public boolean isThin() {
    return manifest.thin().isPresent();
  }
}
