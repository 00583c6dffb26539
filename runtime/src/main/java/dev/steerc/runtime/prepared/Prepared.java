package dev.steerc.runtime.prepared;

import dev.steerc.Steerc;
import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.FileBytes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The record of a folder with prepared models, {@code prepared.json}.
 *
 * @param machine where they were prepared
 * @param models what was prepared
 * @param files all files that count, with what they were
 * @param sources what the folder was made of, by absolute paths
 */
public record Prepared(
    Machine machine, List<Model> models, List<Identity> files, List<Identity> sources) {

  /** What the record is called in its folder. */
  public static final String FILE = "prepared.json";

  private static final long FORMAT = 1;
  private static final int MAX_FILE = 16 << 20;

  /**
   * A prepared model.
   *
   * @param name the portable file's
   * @param graph the file to open instead
   * @param fingerprint what identifies the model
   * @param packs whether its kernels need their weights packed at every opening
   */
  public record Model(String name, String graph, String fingerprint, boolean packs) {
    static Model of(Map<?, ?> json) {
      return new Model(
          (String) json.get("model"),
          (String) json.get("graph"),
          (String) json.get("fingerprint"),
          (Boolean) json.get("packs"));
    }

    Map<String, Object> json() {
      return Json.object("model", name, "graph", graph, "fingerprint", fingerprint, "packs", packs);
    }
  }

  /**
   * What there is of a model.
   *
   * @param doubt why the prepared graph is not used, where there is one
   */
  public record Finding(Optional<Model> model, Optional<String> doubt) {
    /** Nothing was prepared. */
    public static final Finding NONE = new Finding(Optional.empty(), Optional.empty());

    /** A prepared graph that must not be used. */
    public static Finding unused(Path model, String why) {
      String doubt = "what was prepared of `" + model + "` is not used: " + why;
      return new Finding(Optional.empty(), Optional.of(doubt));
    }
  }

  /** Looks beside a model for what was prepared of it, and checks that it holds here and now. */
  public static Finding find(Path model, Machine here) {
    Path folder = model.toAbsolutePath().getParent();
    if (!Files.exists(folder.resolve(FILE))) {
      return Finding.NONE;
    }
    Optional<Prepared> read = read(folder);
    if (read.isEmpty()) {
      return Finding.unused(model, "`" + FILE + "` cannot be understood");
    }
    Prepared prepared = read.get();
    Optional<Model> found =
        prepared.models.stream()
            .filter(m -> m.name().equals(model.getFileName().toString()))
            .findFirst();
    Optional<String> doubt = found.flatMap(m -> prepared.doubt(folder, here));
    return doubt.map(why -> Finding.unused(model, why)).orElse(new Finding(found, doubt));
  }

  /** Why it does not hold. */
  private Optional<String> doubt(Path folder, Machine here) {
    return here.difference(machine).or(() -> change(folder, files));
  }

  /** Whether the folder is whole, holds here, and was made of what its sources still are. */
  public boolean isCurrent(Path folder, Machine here) {
    return doubt(folder, here).or(() -> change(folder, sources)).isEmpty();
  }

  private static Optional<String> change(Path folder, List<Identity> files) {
    return files.stream().flatMap(file -> file.change(folder).stream()).findFirst();
  }

  /** The record of a folder; empty when there is none that can be understood. */
  public static Optional<Prepared> read(Path folder) {
    try {
      byte[] bytes = FileBytes.read(folder.resolve(FILE), MAX_FILE, Code.FILE_UNREADABLE);
      Map<?, ?> json = (Map<?, ?>) Json.parse(new String(bytes, StandardCharsets.UTF_8));
      boolean known = Long.valueOf(FORMAT).equals(json.get("format"));
      return known ? Optional.of(of(json)) : Optional.empty();
    } catch (SteercException | IllegalArgumentException e) {
      return Optional.empty();
    } catch (ClassCastException | NullPointerException e) {
      return Optional.empty(); // a field is absent or has another type
    }
  }

  private static Prepared of(Map<?, ?> json) {
    Machine machine =
        new Machine(
            (String) json.get("onnxruntime"),
            (String) json.get("system"),
            (String) json.get("instructions"));
    return new Prepared(
        machine,
        objects(json, "models").map(Model::of).toList(),
        objects(json, "files").map(Identity::of).toList(),
        objects(json, "sources").map(Identity::of).toList());
  }

  private static Stream<Map<?, ?>> objects(Map<?, ?> json, String key) {
    return ((List<?>) json.get(key)).stream().map(element -> (Map<?, ?>) element);
  }

  /** Writes the record, which makes the folder a prepared one. */
  public void write(Path folder) {
    String text =
        Json.write(
            Json.object(
                "format",
                FORMAT,
                "steerc",
                Steerc.VERSION,
                "onnxruntime",
                machine.onnxruntime(),
                "system",
                machine.system(),
                "instructions",
                machine.instructions(),
                "models",
                models.stream().map(Model::json).toList(),
                "files",
                files.stream().map(Identity::json).toList(),
                "sources",
                sources.stream().map(Identity::json).toList()));
    FileBytes.write(folder.resolve(FILE), (text + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
