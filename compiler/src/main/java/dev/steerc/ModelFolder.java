package dev.steerc;

import dev.steerc.manifest.Manifest;
import dev.steerc.onnx.Output;
import dev.steerc.onnx.Scratch;
import dev.steerc.plan.Request;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A folder of decoders: as optimum writes it, a plain one, one with a past, both merged; or as
 * onnxruntime-genai's model builder does, with one that {@code genai_config.json} names.
 */
public final class ModelFolder {
  private final Path folder;
  private final Map<Path, Inspection> decoders;
  private final List<Path> others;
  private final Optional<GenaiConfig> genai;

  private ModelFolder(
      Path folder, Map<Path, Inspection> decoders, List<Path> others, Optional<GenaiConfig> genai) {
    this.folder = folder;
    this.decoders = decoders;
    this.others = others;
    this.genai = genai;
  }

  /**
   * Opens a folder. A model without a residual stream is no decoder and left alone, nor is the
   * original that a thin model refers to; any other model that cannot be patched refuses the
   * folder, or half of a decoder would go unsteered unnoticed.
   *
   * @throws SteercException when no file in it is a decoder, when one cannot be read or proven, or
   *     when they are not alike
   */
  public static ModelFolder open(Path folder) {
    Optional<GenaiConfig> genai = GenaiConfig.in(folder);
    return genai.isPresent() ? named(folder, genai.get()) : found(folder);
  }

  private static ModelFolder named(Path folder, GenaiConfig genai) {
    Path decoder = genai.model();
    List<Path> others =
        files(folder).stream().filter(ModelFolder::isOnnx).filter(p -> !p.equals(decoder)).toList();
    return new ModelFolder(
        folder, Map.of(decoder, Steerc.inspect(decoder)), others, Optional.of(genai));
  }

  private static ModelFolder found(Path folder) {
    Map<Path, Inspection> decoders = new LinkedHashMap<>();
    List<Path> others = new ArrayList<>();
    List<Problem> broken = new ArrayList<>();
    for (Path file : files(folder)) {
      if (isOnnx(file)) {
        try {
          decoders.put(file, Steerc.inspect(file));
        } catch (SteercException e) {
          if (e.problems().stream().allMatch(p -> p.code() == Code.NO_RESIDUAL_STREAM)) {
            others.add(file);
          } else {
            broken.addAll(e.problems());
          }
        }
      }
    }
    if (!broken.isEmpty()) {
      throw new SteercException(broken);
    }
    if (decoders.isEmpty()) {
      throw none(folder, others);
    }
    decoders.keySet().removeAll(originals(folder, decoders)); // weights, there
    refuseMixture(folder, decoders);
    return new ModelFolder(folder, decoders, others, Optional.empty());
  }

  /** Where the folder's configuration contradicts its decoder, in whole sentences. */
  public List<String> doubts() {
    return genai.stream()
        .flatMap(config -> decoders.values().stream().flatMap(d -> config.doubts(d).stream()))
        .toList();
  }

  /** The models that are no decoders, or not the named one; they are copied as they are. */
  public List<Path> others() {
    return others;
  }

  /** What is known of each decoder, by file. */
  public Map<Path, Inspection> decoders() {
    return decoders;
  }

  /** Patches every decoder alike into another folder; all other files are copied there. */
  public List<Patched> patch(Request request, Path output) {
    return patch(request, output, Weights.AS_THEY_ARE);
  }

  /** Patches every decoder, and says where the outputs have their weights. */
  public List<Patched> patch(Request request, Path output, Weights weights) {
    List<Patched> patched = new ArrayList<>();
    rewrite(
        output, files(folder), (file, to) -> patched.add(Steerc.patch(file, request, to, weights)));
    return patched;
  }

  /** Restores every patched decoder into another folder; all other files are copied there. */
  public List<Path> unpatch(Path output) {
    List<Path> restored = new ArrayList<>();
    rewrite(
        output,
        withoutOriginals(),
        (file, to) -> {
          if (decoders.get(file).manifest().isEmpty()) {
            throw Steerc.notPatched(decoders.get(file).file());
          }
          Steerc.unpatch(file, to);
          restored.add(to);
        });
    return restored;
  }

  /** The files of the folder but for those that thin decoders refer to, which are written anew. */
  private List<Path> withoutOriginals() {
    Set<Path> originals = originals(folder, decoders);
    return files(folder).stream().filter(file -> !originals.contains(file)).toList();
  }

  /** The files that thin decoders refer to. */
  private static Set<Path> originals(Path folder, Map<Path, Inspection> decoders) {
    return decoders.values().stream()
        .flatMap(decoder -> decoder.manifest().flatMap(Manifest::thin).stream())
        .map(thin -> folder.resolve(thin.location()))
        .collect(Collectors.toSet());
  }

  private interface Rewriting {
    void rewrite(Path decoder, Path to);
  }

  /** All is made in a temporary folder first, so that a failure leaves nothing behind. */
  private void rewrite(Path output, List<Path> files, Rewriting rewriting) {
    refuseOutput(output);
    Path temporary = Scratch.beside(output.toAbsolutePath());
    try {
      Files.createDirectory(temporary);
      for (Path decoder : decoders.keySet()) {
        rewriting.rewrite(decoder, temporary.resolve(decoder.getFileName()));
      }
      for (Path file : files) {
        Path to = temporary.resolve(file.getFileName());
        if (!Files.exists(to) && !isPrepared(file)) {
          Files.copy(file, to);
        }
      }
      Files.move(temporary, output, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw Output.failure(output, e);
    } finally {
      Scratch.discard(temporary);
    }
  }

  private void refuseOutput(Path output) {
    Path parent = output.toAbsolutePath().getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      throw Problem.of(Code.OUTPUT_FOLDER_MISSING, "no folder `" + parent + "`")
          .at(output)
          .help("create it first")
          .exception();
    }
    if (Files.exists(output)) {
      throw Problem.of(Code.OUTPUT_UNWRITABLE, "`" + output + "` exists already")
          .at(output)
          .note("a folder is written as a whole, and never over another")
          .help("remove it first, or choose another name with -o")
          .exception();
    }
  }

  private static void refuseMixture(Path folder, Map<Path, Inspection> decoders) {
    List<String> kinds =
        decoders.entrySet().stream().map(e -> kind(e.getValue())).distinct().toList();
    if (kinds.size() > 1) {
      throw Problem.of(Code.MODELS_DIFFER, "the folder holds decoders of different models")
          .at(folder)
          .note(String.join("; ", kinds))
          .help("pass one .onnx file")
          .exception();
    }
  }

  private static String kind(Inspection inspection) {
    return inspection.model().blocks() + " blocks, hidden " + inspection.model().hidden();
  }

  private static SteercException none(Path folder, List<Path> others) {
    Problem problem =
        Problem.of(Code.NOT_A_MODEL_FOLDER, "no decoder in `" + folder + "`")
            .at(folder)
            .help("pass a folder with .onnx decoders, or one .onnx file");
    for (Path other : others) {
      problem = problem.note("`" + other.getFileName() + "` has no residual stream");
    }
    return problem.exception();
  }

  /** Whether a file is what `steerc prepare` made of a model; it does not hold for another. */
  private static boolean isPrepared(Path file) {
    return file.getFileName().toString().matches("(?s)prepared\\.json|.*\\.prepared(\\.data)?");
  }

  private static boolean isOnnx(Path file) {
    return file.getFileName().toString().endsWith(".onnx");
  }

  private static List<Path> files(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw Problem.of(Code.FILE_UNREADABLE, "cannot read `" + folder + "`")
          .note(String.valueOf(e.getMessage()))
          .exception();
    }
  }
}
