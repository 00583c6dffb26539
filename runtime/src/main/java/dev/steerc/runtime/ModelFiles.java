package dev.steerc.runtime;

import dev.steerc.GenaiConfig;
import dev.steerc.Inspection;
import dev.steerc.ModelFolder;
import dev.steerc.manifest.Description;
import dev.steerc.manifest.Manifest;
import dev.steerc.onnx.Fingerprint;
import dev.steerc.onnx.Graph;
import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Node;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.residual.Residual;
import dev.steerc.runtime.prepared.Prepared;
import dev.steerc.runtime.steering.Ports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The files of one decoder.
 *
 * @param prefill what runs prompts
 * @param step what goes on from a cache; mostly the same file
 */
record ModelFiles(Decoding prefill, Decoding step) {
  private static final String FIRST = "decoder_model";
  private static final String SECOND = "decoder_with_past_model";
  private static final Set<String> MIXING =
      Set.of("DynamicQuantizeLinear", "DynamicQuantizeMatMul", "MoE", "QMoE");
  private static final String MERGED = "decoder_model_merged";

  /** One file and what is known of it. */
  record Decoding(ModelFile file, Description model, Optional<Manifest> manifest) {
    static Decoding of(Path path) {
      ModelFile file = ModelFile.open(path);
      Optional<Manifest> manifest = Manifest.of(file);
      return new Decoding(
          file, manifest.map(Manifest::model).orElseGet(() -> describe(file)), manifest);
    }

    /** A model whose stream cannot be proven still generates. */
    private static Description describe(ModelFile file) {
      try {
        return Description.of(Residual.find(file));
      } catch (SteercException e) {
        return Description.UNKNOWN;
      }
    }

    Path path() {
      return file.path();
    }

    Ports ports() {
      return manifest
          .map(m -> Ports.of(file, m))
          .orElseGet(() -> Ports.none(model.blocks(), Fingerprint.of(file), file.where()));
    }

    /** What it was patched with: both halves of a pair are fed the same. */
    List<String> plan() {
      return manifest.stream()
          .flatMap(
              m ->
                  m.interventions().stream()
                      .map(Intervention::text)
                      .map(text -> m.mode() == InputMode.REQUIRED ? text + ", required" : text))
          .toList();
    }
  }

  /** Where a decoder is: one file, or both of a pair. */
  static Set<Path> find(Path path) {
    Path model = Files.isDirectory(path) ? decoder(path) : path;
    Set<Path> files = new LinkedHashSet<>(Set.of(model));
    partner(model).ifPresent(files::add);
    return files;
  }

  static ModelFiles of(Path path) {
    return of(find(path));
  }

  /** The same, {@linkplain #find found}. */
  static ModelFiles of(Set<Path> found) {
    Path model = found.iterator().next();
    Decoding one = Decoding.of(model);
    Optional<Path> partner = found.stream().skip(1).findFirst();
    if (partner.isEmpty()) {
      return new ModelFiles(one, one);
    }
    Decoding other = Decoding.of(partner.get());
    if (!one.plan().equals(other.plan())) {
      throw Problem.of(Code.MODELS_DIFFER, "half of a pair of decoders is patched otherwise")
          .at(model)
          .note(model.getFileName() + " has " + one.plan())
          .note(partner.get().getFileName() + " has " + other.plan())
          .help(
              "patch the folder, so that both are patched alike: `steerc patch FOLDER --layers N`")
          .exception();
    }
    return isFirst(model) ? new ModelFiles(one, other) : new ModelFiles(other, one);
  }

  private static boolean isFirst(Path model) {
    String name = model.getFileName().toString();
    return name.startsWith(FIRST) && !name.startsWith(MERGED);
  }

  /** The other half of a pair as optimum writes it, if this is one. */
  private static Optional<Path> partner(Path model) {
    String name = model.getFileName().toString();
    String other = isFirst(model) ? name.replace(FIRST, SECOND) : name.replace(SECOND, FIRST);
    Path partner = model.resolveSibling(other);
    return !other.equals(name) && Files.exists(partner) ? Optional.of(partner) : Optional.empty();
  }

  private static Path decoder(Path folder) {
    return GenaiConfig.in(folder)
        .map(GenaiConfig::model)
        .or(() -> prepared(folder))
        .orElseGet(() -> choose(folder));
  }

  /**
   * A prepared folder says what it has, which is quicker than to look; its thin model is chosen.
   */
  private static Optional<Path> prepared(Path folder) {
    return Prepared.read(folder).stream()
        .flatMap(record -> record.models().stream())
        .map(model -> folder.resolve(model.name()))
        .filter(Files::exists)
        .findFirst();
  }

  /** The decoder of a folder: the merged one, or the only one, or the only pair. */
  private static Path choose(Path folder) {
    Set<Path> decoders = ModelFolder.open(folder).decoders().keySet();
    List<Path> merged = decoders.stream().filter(p -> name(p).startsWith(MERGED)).toList();
    List<Path> whole = decoders.stream().filter(p -> partner(p).isEmpty()).toList();
    List<Path> first = decoders.stream().filter(p -> partner(p).isPresent() && isFirst(p)).toList();
    for (List<Path> candidates : List.of(merged, whole, first)) {
      if (candidates.size() == 1) {
        return candidates.get(0);
      }
    }
    throw Problem.of(Code.NOT_A_MODEL_FOLDER, "the folder has several decoders")
        .at(folder)
        .note("they are " + decoders.stream().map(ModelFiles::name).toList())
        .help("name one of the files")
        .exception();
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  Ports ports() {
    return step.ports();
  }

  /** Operators of either file whose result for one row depends on the others. */
  Set<String> mixing() {
    Set<String> mixing = new TreeSet<>();
    mix(prefill.file().graph(), mixing);
    mix(step.file().graph(), mixing);
    return mixing;
  }

  private static void mix(Graph graph, Set<String> mixing) {
    for (Node node : graph.nodes()) {
      if (MIXING.contains(node.op())) {
        mixing.add(node.op());
      }
      node.subgraphs().forEach(inner -> mix(inner, mixing));
    }
  }

  /** Where the configuration of onnxruntime-genai contradicts the decoder that it names. */
  List<String> doubts() {
    Inspection inspection = new Inspection(step.file(), step.model(), step.manifest());
    Path own = step.path().toAbsolutePath().normalize();
    return GenaiConfig.in(own.getParent()).stream()
        .filter(config -> config.isFor(own))
        .flatMap(config -> config.doubts(inspection).stream())
        .toList();
  }

  Decoder decoder(Opening opening) {
    Engine first = opening.take(prefill.path());
    try {
      if (step == prefill) {
        return Decoder.of(first, prefill);
      }
      return Decoder.ofPair(first, prefill, opening.take(step.path()), step);
    } catch (RuntimeException e) {
      first.close();
      throw e;
    }
  }
}
