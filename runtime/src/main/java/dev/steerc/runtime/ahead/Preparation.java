package dev.steerc.runtime.ahead;

import dev.steerc.ExternalData;
import dev.steerc.Steerc;
import dev.steerc.onnx.Fingerprint;
import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Output;
import dev.steerc.onnx.Scratch;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.OnnxRuntime;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.format.FileBytes;
import dev.steerc.runtime.prepared.Identity;
import dev.steerc.runtime.prepared.Prepared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes a folder with a model and what is prepared of it. */
public final class Preparation {
  private final Path folder;
  private final List<Prepared.Model> models = new ArrayList<>();
  private final Set<String> own = new LinkedHashSet<>();
  private final Map<String, Path> brought = new LinkedHashMap<>();

  /** When what was brought was last written, as it was before it was looked at. */
  private final Map<String, FileTime> written = new HashMap<>();

  private Preparation(Path folder) {
    this.folder = folder;
  }

  /**
   * Prepares a model. The folder is whole when this returns, and as it was when it fails.
   *
   * @param model a file, or a folder with a decoder or a pair
   * @param output a folder that is not there yet, or that was prepared earlier: it is replaced
   * @throws dev.steerc.problem.SteercException when the model cannot be run, when the folder cannot
   *     be written, or when what was prepared gives other numbers than the model
   */
  public static Prepared write(Path model, Path output) {
    return write(model, output, true);
  }

  /**
   * The same.
   *
   * @param whole whether what lies beside the model is copied as well
   */
  static Prepared write(Path model, Path output, boolean whole) {
    refuse(output);
    Path temporary = Scratch.beside(output.toAbsolutePath().normalize());
    try {
      Files.createDirectory(temporary);
      Prepared prepared = new Preparation(temporary).make(model, whole);
      put(temporary, output);
      return prepared;
    } catch (IOException e) {
      throw Output.failure(output, e);
    } finally {
      Scratch.discard(temporary);
    }
  }

  private static void refuse(Path output) {
    Path parent = output.toAbsolutePath().normalize().getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      throw Problem.of(Code.OUTPUT_FOLDER_MISSING, "no folder `" + parent + "`")
          .at(output)
          .help("create it first")
          .exception();
    }
    if (Files.exists(output) && Prepared.read(output).isEmpty()) {
      throw Problem.of(Code.OUTPUT_UNWRITABLE, "`" + output + "` exists already")
          .at(output)
          .note("no model was prepared there")
          .help("remove it first, or choose another name with -o")
          .exception();
    }
  }

  private static void put(Path made, Path output) throws IOException {
    Path before = Scratch.beside(output.toAbsolutePath().normalize());
    try {
      if (Files.exists(output)) {
        Files.move(output, before, StandardCopyOption.ATOMIC_MOVE);
      }
      Files.move(made, output, StandardCopyOption.ATOMIC_MOVE);
      FileBytes.keep(output.toAbsolutePath().normalize().getParent());
    } finally {
      Scratch.discard(before);
    }
  }

  private Prepared make(Path given, boolean whole) throws IOException {
    Answers answers;
    Set<Path> decoders;
    try (SteeredModel model = SteeredModel.open(given, ModelOptions.DEFAULT)) {
      decoders = model.decoders();
      answers = Answers.of(model);
    }
    for (Path decoder : decoders) {
      prepare(decoder);
    }
    if (whole) {
      Companions.copy(decoders.iterator().next(), folder);
    }
    Prepared prepared = record();
    prepared.write(folder);
    compare(answers, decoders.iterator().next());
    return prepared;
  }

  private void prepare(Path decoder) throws IOException {
    String name = decoder.getFileName().toString();
    String graph = name.replaceFirst("\\.onnx$", "") + ".prepared";
    Path portable = folder.resolve(name);
    keep(decoder);
    Steerc.copy(decoder, portable);
    Path optimised = Scratch.beside(folder.resolve(graph));
    String data = optimised.getFileName() + ".data";
    try {
      OnnxRuntime.optimise(portable, optimised, data);
      ModelFile file = ModelFile.open(portable);
      boolean packs = Weights.move(file, optimised, folder.resolve(graph), graph + ".data");
      models.add(new Prepared.Model(name, graph, Fingerprint.of(file), packs));
      own.addAll(List.of(graph, graph + ".data"));
    } finally {
      Scratch.discard(optimised);
      Files.deleteIfExists(folder.resolve(data));
    }
  }

  private void keep(Path decoder) throws IOException {
    Path model = decoder.toAbsolutePath();
    keep(model.getFileName().toString(), model);
    for (String location : ExternalData.locations(ModelFile.open(model))) {
      keep(location, model.resolveSibling(location));
    }
  }

  private void keep(String name, Path source) throws IOException {
    brought.put(name, source);
    written.put(name, Files.getLastModifiedTime(source));
  }

  private Prepared record() throws IOException {
    List<Identity> files = new ArrayList<>();
    List<Identity> sources = new ArrayList<>();
    for (String name : own) {
      files.add(Identity.of(folder, name));
    }
    for (Map.Entry<String, Path> file : brought.entrySet()) {
      Identity here = Identity.of(folder, file.getKey());
      files.add(here);
      Identity source = here.at(file.getValue());
      if (!source.modified().equals(written.get(file.getKey()).toString())) {
        throw Output.inputChanged(file.getValue());
      }
      sources.add(source);
    }
    return new Prepared(OnnxRuntime.machine(), models, files, sources);
  }

  /** What ONNX Runtime wrote down is not believed: the same kernels have to give the same bits. */
  private void compare(Answers expected, Path decoder) {
    Path portable = folder.resolve(decoder.getFileName());
    try (SteeredModel model = SteeredModel.open(portable, ModelOptions.DEFAULT)) {
      if (!model.doubts().isEmpty() || !Answers.of(model).equals(expected)) {
        throw Problem.of(Code.NOT_PREPARED, "what was prepared gives other numbers than the model")
            .at(decoder)
            .help("run the model as it is")
            .exception();
      }
    }
  }
}
