package dev.steerc.runtime.steering;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.exchange.Imported;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A vector as a file has it, with all that the file says of it.
 *
 * <p>Files are safetensors as docs/vectors.md describes, NumPy's {@code .npy}, control vectors in
 * GGUF and {@code .onnx_adapter}; the content tells the kind.
 *
 * @param path the file
 * @param metadata free text by key, that of the vector itself included; possibly none
 */
public record VectorFile(Path path, Vector vector, Map<String, String> metadata) {
  private static final String NORM = "norm.";
  private static final String NUMBER = "\\d{1,40}(\\.\\d{0,40})?([eE][-+]?\\d{1,4})?";

  /** The keys that a vector has of its own, and that are written from it. */
  private static final Set<String> OWN =
      Set.of(
          VectorTensors.OP,
          VectorTensors.LEVEL,
          VectorTensors.DEGREES,
          VectorTensors.BASE,
          VectorTensors.CHOSEN);

  public VectorFile {
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /**
   * Reads a file; the vector's name is the file's, without the ending.
   *
   * @throws dev.steerc.problem.SteercException when it cannot be read or makes no sense
   */
  public static VectorFile open(Path path) {
    return of(path, Imported.of(path));
  }

  /** A file that was read already. */
  public static VectorFile of(Path path, Imported file) {
    return new VectorFile(
        path, VectorTensors.read(path, file.tensors()), file.tensors().metadata());
  }

  /** Reads the vector of a file, as {@link #open} does. */
  public static Vector read(Path path) {
    return open(path).vector();
  }

  /**
   * Writes a vector as safetensors, whole or not at all.
   *
   * @param vector its edits are all of one operation, with the same numbers
   * @param more metadata beside the operation, its numbers and the base, such as the method
   */
  public static void write(Vector vector, Map<String, String> more, Path path) {
    VectorTensors.of(vector, more).write(path);
  }

  /** The name of a file's vector. */
  public static String name(Path path) {
    return path.getFileName()
        .toString()
        .replaceFirst("(?s)(.)\\.(npy|safetensors|gguf|onnx_adapter)$", "$1");
  }

  public String name() {
    return vector.name();
  }

  /** How long the activations typically are at the sites, as far as the file says it. */
  public Map<Site, Double> norms() {
    Map<Site, Double> norms = new LinkedHashMap<>();
    for (Site site : vector.edits().keySet()) {
      String text = metadata.getOrDefault(NORM + site.path(), "");
      double norm = text.matches(NUMBER) ? Double.parseDouble(text) : Double.NaN;
      if (Double.isFinite(norm)) {
        norms.put(site, norm);
      }
    }
    return norms;
  }

  /** What the file says beside the vector, such as how it was learned. */
  public Map<String, String> about() {
    Map<String, String> about = new LinkedHashMap<>(metadata);
    about.keySet().removeAll(OWN);
    return about;
  }

  /** The same with the fingerprint of the model that it is for. */
  public VectorFile basedOn(String base) {
    return with(
        new Vector(name(), vector.edits(), vector.placeless(), Optional.of(base), vector.chosen()));
  }

  /**
   * The same at one site: a vector without a place goes there, one with places keeps only it.
   *
   * @throws dev.steerc.problem.SteercException when it has places, and this is none of them
   */
  public VectorFile at(Site site) {
    Edit edit = vector.placeless().orElse(vector.edits().get(site));
    if (edit == null) {
      throw Problem.of(Code.SITE_NOT_NAMED, "`" + name() + "` has no direction at " + site.text())
          .at(path)
          .note("it has " + String.join(", ", texts(vector.edits().keySet())))
          .help("choose one of those")
          .exception();
    }
    return with(new Vector(name(), Map.of(site, edit), Optional.empty(), vector.base()));
  }

  /** Another vector with what this file says. */
  public VectorFile with(Vector other) {
    Map<String, String> own = VectorTensors.of(other, Map.of()).metadata();
    Map<String, String> all = about();
    all.putAll(own);
    return new VectorFile(path, other, all);
  }

  static List<String> texts(Set<Site> sites) {
    return sites.stream().map(Site::text).toList();
  }
}
