package dev.steerc;

import dev.steerc.manifest.Description;
import dev.steerc.manifest.Manifest;
import dev.steerc.onnx.Edit;
import dev.steerc.onnx.Fingerprint;
import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Output;
import dev.steerc.onnx.Patch;
import dev.steerc.onnx.Scratch;
import dev.steerc.onnx.Splice;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Plan;
import dev.steerc.plan.Request;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.residual.Block;
import dev.steerc.residual.Residual;
import dev.steerc.residual.Stream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The compiler: looks into models, patches them and gives the originals back. */
public final class Steerc {
  /** The version that manifests record. */
  public static final String VERSION = "0.1.0";

  private Steerc() {}

  /** Finds the residual stream and the steering of a model. */
  public static Inspection inspect(Path model) {
    ModelFile file = ModelFile.open(model);
    Optional<Manifest> manifest = Manifest.of(file);
    Description description =
        manifest.map(Manifest::model).orElseGet(() -> Description.of(Residual.find(file)));
    return new Inspection(file, description, manifest);
  }

  /**
   * Looks into a model, and says by what each finding shows. Of a patched model that is in its
   * original, which is restored for as long as it takes.
   */
  public static Explanation explain(Path model) {
    Inspection found = inspect(model);
    if (found.manifest().isEmpty()) {
      return explained(found, Residual.find(found.file()));
    }
    Path folder = temporaryFolder();
    try {
      return withOriginal(
          found.file(),
          found.manifest().get(),
          folder,
          original -> explained(found, Residual.find(original)));
    } finally {
      Scratch.discard(folder);
    }
  }

  private static Explanation explained(Inspection found, Residual residual) {
    Stream stream = residual.streams().get(0);
    return new Explanation(
        new Inspection(found.file(), Description.of(residual), found.manifest()),
        stream.evidence(),
        stream.blocks().stream().map(Block::evidence).toList());
  }

  private static Path temporaryFolder() {
    try {
      return Scratch.folder("steerc");
    } catch (IOException e) {
      throw Output.failure(Path.of(System.getProperty("java.io.tmpdir")), e);
    }
  }

  /**
   * Patches a model. One that is already patched gets what it has and what is asked for, as if all
   * had been asked for at once.
   *
   * @param output where to write; an existing file there is replaced
   */
  public static Patched patch(Path model, Request request, Path output) {
    return patch(model, request, output, Weights.AS_THEY_ARE);
  }

  /** Patches a model, and says where the output has its weights. */
  public static Patched patch(Path model, Request request, Path output, Weights weights) {
    ModelFile file = ModelFile.open(model);
    Output.check(output, model);
    Optional<Manifest> before = Manifest.of(file);
    boolean isThin = before.flatMap(Manifest::thin).isPresent();
    boolean thin = weights == Weights.REFERRED || weights == Weights.AS_THEY_ARE && isThin;
    if (before.isPresent() && thin && !isThin) {
      throw notThin(file);
    }
    Request whole = before.map(manifest -> joined(manifest, request)).orElse(request);
    return patch(file, before, whole, output, thin);
  }

  /**
   * Patches the original of a model, which is the model itself where it is not patched: what a
   * patched one has is left out. The weights are copied.
   */
  public static Patched patchOriginal(Path model, Request request, Path output) {
    ModelFile file = ModelFile.open(model);
    Output.check(output, model);
    return patch(file, Manifest.of(file), request, output, false);
  }

  private static Patched patch(
      ModelFile file, Optional<Manifest> before, Request request, Path output, boolean thin) {
    if (before.isEmpty()) {
      return patch(file, file, request, output, thin);
    }
    return withOriginal(
        file,
        before.get(),
        output.toAbsolutePath().getParent(),
        original -> patch(original, file, request, output, thin));
  }

  private static Patched patch(
      ModelFile file, ModelFile given, Request request, Path output, boolean thin) {
    Output.check(output, file.path());
    ExternalData data = ExternalData.of(file, given.path().toAbsolutePath().getParent());
    data.refuseOutput(output);
    Optional<Thinning> thinning = thin ? Thinning.of(file, output) : Optional.empty();
    Optional<Residual> residual = residual(file, request);
    List<Intervention> all = request.interventions(file, residual);
    InputMode mode = request.mode().orElse(InputMode.OPTIONAL);
    Plan plan = Plan.of(file, residual, all, mode, request.lastLogits());
    Patch patch = plan.patch();
    List<Edit> references = thinning.map(Thinning::edits).orElse(List.of());
    Splice splice = Splice.of(file, patch.and(references));
    Manifest manifest = manifest(file, plan, splice, thinning);
    Splice whole = splice.withMetadata(Manifest.KEY, manifest.toJson());
    write(data, thinning, output, () -> whole.write(output));
    long grown = whole.size() - file.size();
    return new Patched(plan, patch, manifest, output, grown, file != given);
  }

  private static Manifest manifest(
      ModelFile file, Plan plan, Splice splice, Optional<Thinning> thinning) {
    String fingerprint = Fingerprint.of(file);
    return thinning.isEmpty()
        ? Manifest.of(plan, VERSION, fingerprint, splice.undo())
        : Manifest.of(plan, VERSION, fingerprint, thinning.get().thin());
  }

  /** Writes an output with its weights beside it: both, or neither. */
  private static void write(
      ExternalData data, Optional<Thinning> thinning, Path output, Runnable model) {
    List<Path> brought = data.bringTo(output.toAbsolutePath().getParent());
    try {
      if (thinning.isPresent()) {
        brought.addAll(0, thinning.get().bring());
      }
      model.run();
    } catch (SteercException e) {
      ExternalData.remove(brought);
      throw e;
    }
  }

  /** A model whose stream cannot be proven can still be steered where the user says. */
  private static Optional<Residual> residual(ModelFile file, Request request) {
    try {
      return Optional.of(Residual.find(file));
    } catch (SteercException e) {
      if (request.isNamedOnly()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** What a model has, and what is asked for. */
  private static Request joined(Manifest before, Request request) {
    return new Request(
        before.interventions(),
        request.layers(),
        request.sites(),
        request.ops(),
        request.targets(),
        Optional.of(request.mode().orElse(before.mode())),
        request.lastLogits() || before.lastLogits());
  }

  /**
   * Gives the original of a patched model back, byte for byte.
   *
   * @param output where to write it
   */
  public static void unpatch(Path model, Path output) {
    ModelFile file = ModelFile.open(model);
    Manifest manifest = Manifest.of(file).orElseThrow(() -> notPatched(file));
    Output.check(output, model);
    boolean isThin = manifest.thin().isPresent();
    withOriginal(
        file,
        manifest,
        output.toAbsolutePath().getParent(),
        original -> {
          ExternalData data = ExternalData.of(original, model.toAbsolutePath().getParent());
          data.refuseOutput(output);
          Output.Writer writer =
              to -> {
                if (isThin) {
                  Files.copy(original.path(), to);
                } else {
                  Files.move(original.path(), to);
                }
              };
          write(
              data,
              Optional.empty(),
              output,
              () -> Output.replace(output, original.path(), writer));
          return output;
        });
  }

  /**
   * Puts a model elsewhere, with the files of its weights beside it: by hard links, which cost
   * nothing, else by copies.
   */
  public static void copy(Path model, Path output) {
    ModelFile file = ModelFile.open(model);
    Output.check(output, model);
    ExternalData data = ExternalData.of(file, model.toAbsolutePath().getParent());
    data.refuseOutput(output);
    write(data, Optional.empty(), output, () -> ExternalData.bring(model, output));
  }

  private interface OnOriginal<T> {
    T apply(ModelFile original);
  }

  /** Restores the original into a temporary file for as long as it is needed. */
  private static <T> T withOriginal(
      ModelFile file, Manifest manifest, Path folder, OnOriginal<T> use) {
    if (manifest.thin().isPresent()) {
      return use.apply(Original.of(file, manifest.thin().get()));
    }
    if (file.size() < manifest.undo().size()) {
      throw changed(file);
    }
    Path temporary = Scratch.beside(folder.resolve(file.path().getFileName()));
    try {
      Splice.undoing(file, manifest.undo()).write(temporary);
      return use.apply(checked(file, temporary, manifest));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new SteercException(changed(file).problems().get(0), e);
    } finally {
      Scratch.discard(temporary);
    }
  }

  private static ModelFile checked(ModelFile file, Path temporary, Manifest manifest) {
    try {
      ModelFile original = ModelFile.open(temporary, file.path());
      if (original.size() == manifest.undo().originalSize()
          && Fingerprint.of(original).equals(manifest.fingerprint())) {
        return original;
      }
    } catch (SteercException e) {
      // not even a model any more: the same problem
    }
    throw changed(file);
  }

  private static SteercException changed(ModelFile file) {
    return Problem.of(Code.CHANGED_AFTER_PATCH, "the file was changed after it was patched")
        .at(file.where())
        .note("what the manifest would undo is no longer there")
        .help("patch the original again")
        .exception();
  }

  private static SteercException notThin(ModelFile file) {
    return Problem.of(Code.NOT_THIN, "the model is patched already, and not thin")
        .at(file.where())
        .note("a thin model refers to the original's file")
        .help("steerc unpatch " + file.where() + " -o ORIGINAL, then patch that with --thin")
        .exception();
  }

  static SteercException notPatched(ModelFile file) {
    return Problem.of(Code.NOT_PATCHED, "the model was not patched by steerc")
        .at(file.where())
        .note("its metadata has no `" + Manifest.KEY + "`")
        .help("patch it with `steerc patch " + file.where() + " --layers 0`")
        .exception();
  }
}
