package dev.steerc.runtime.proof;

import dev.steerc.manifest.Manifest;
import dev.steerc.onnx.Fingerprint;
import dev.steerc.onnx.ModelFile;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.nio.file.Path;
import java.util.List;

/**
 * The proof of a patch: both models run in ONNX Runtime on made-up inputs, and what has to hold is
 * measured.
 *
 * @param trials the runs that were made
 * @param checks the measurements
 */
public record Proof(List<Trial> trials, List<Check> checks) {

  /** Whether every claim holds. */
  public boolean holds() {
    return checks.stream().allMatch(Check::holds);
  }

  /** Where a long proof has got to. */
  public interface Progress {
    void at(String what, int done, int all);
  }

  /**
   * Proves a patch.
   *
   * @param seed what the made-up inputs and vectors begin from
   * @throws dev.steerc.problem.SteercException when the two models are not an original and its
   *     patched form, or when ONNX Runtime refuses one
   */
  public static Proof of(Path original, Path patched, long seed, Progress progress) {
    ModelFile base = ModelFile.open(original);
    ModelFile file = ModelFile.open(patched);
    Manifest manifest = manifest(base, file);
    manifest.model().operator().ifPresent(operator -> refuse(operator, file));
    try (Prover prover = new Prover(base, file, manifest, seed, progress)) {
      return prover.prove();
    }
  }

  private static Manifest manifest(ModelFile base, ModelFile file) {
    if (Manifest.of(base).isPresent()) {
      throw Problem.of(Code.ALREADY_PATCHED, "the original is itself patched")
          .at(base.where())
          .help("pass the unpatched model first, then the patched one")
          .exception();
    }
    Manifest manifest = Manifest.of(file).orElseThrow(() -> notPatched(file));
    String fingerprint = Fingerprint.of(base);
    if (!fingerprint.equals(manifest.fingerprint())) {
      throw Problem.of(Code.MODELS_DIFFER, "the patched model comes from another original")
          .at(file.where())
          .note("it was made from " + manifest.fingerprint())
          .note("`" + base.where() + "` is " + fingerprint)
          .help("pass the model that was patched")
          .exception();
    }
    return manifest;
  }

  private static void refuse(String operator, ModelFile file) {
    throw Problem.of(
            Code.DECODER_IN_OPERATOR, "nothing inside a `" + operator + "` can be measured")
        .at(file.where())
        .note("it yields texts, and hides the values that a vector moves")
        .help("patch and verify the decoder before it is wrapped")
        .exception();
  }

  private static RuntimeException notPatched(ModelFile file) {
    return Problem.of(Code.NOT_PATCHED, "the model was not patched by steerc")
        .at(file.where())
        .help("pass the unpatched model first, then the patched one")
        .exception();
  }
}
