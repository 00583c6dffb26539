package dev.steerc;

import dev.steerc.manifest.Description;
import dev.steerc.manifest.Json;
import dev.steerc.onnx.Dim;
import dev.steerc.onnx.Graph;
import dev.steerc.onnx.Value;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code genai_config.json} says of the decoder beside it: the file by which
 * onnxruntime-genai, and its model builder, know a folder. What it says is compared with the graph.
 */
public final class GenaiConfig {
  /** The file's name. */
  public static final String NAME = "genai_config.json";

  private static final int MAX_FILE = 16 << 20;

  private final Path file;
  private final Map<?, ?> model;
  private final Map<?, ?> decoder;

  private GenaiConfig(Path file, Map<?, ?> document) {
    this.file = file;
    this.model = map(document.get("model"));
    this.decoder = map(model.get("decoder"));
  }

  /**
   * Reads the file of a folder, when there is one.
   *
   * @throws dev.steerc.problem.SteercException when it is no JSON object
   */
  public static Optional<GenaiConfig> in(Path folder) {
    Path file = folder.resolve(NAME);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      if (Files.size(file) <= MAX_FILE
          && Json.parse(Files.readString(file)) instanceof Map<?, ?> document) {
        return Optional.of(new GenaiConfig(file, document));
      }
    } catch (IOException | IllegalArgumentException e) {
      throw bad(file, String.valueOf(e.getMessage()));
    }
    throw bad(file, "it is no JSON object");
  }

  private static RuntimeException bad(Path file, String note) {
    return Problem.of(Code.BAD_CONFIG, "`" + NAME + "` cannot be understood")
        .at(file)
        .note(note)
        .help("fetch the file again from where the model came from, or pass the .onnx file")
        .exception();
  }

  /**
   * The file of the decoder.
   *
   * @throws dev.steerc.problem.SteercException when it is not there, or the decoder is in several
   */
  public Path model() {
    List<String> files = files();
    if (files.size() > 1) {
      throw Problem.of(Code.SPLIT_DECODER, "the decoder is in " + files.size() + " files")
          .at(file)
          .note("its pipeline is " + String.join(", ", files))
          .help("export it in one file, as the model builder does, or pass one of the files")
          .exception();
    }
    Path path = file.resolveSibling(files.isEmpty() ? "model.onnx" : files.get(0)).normalize();
    if (!path.startsWith(file.resolveSibling("").normalize()) || !Files.isRegularFile(path)) {
      throw Problem.of(Code.BAD_CONFIG, "`" + NAME + "` names a decoder that is not there")
          .at(file)
          .note("`filename` of the decoder is `" + path.getFileName() + "`")
          .help("put the file there, or correct the name")
          .exception();
    }
    return path;
  }

  /** Whether it is about a file, which is beside it. */
  public boolean isFor(Path decoder) {
    return files().equals(List.of(decoder.getFileName().toString()));
  }

  private List<String> files() {
    List<String> files = new ArrayList<>();
    if (decoder.get("pipeline") instanceof List<?> pipeline) {
      for (Object stage : pipeline) {
        map(stage).values().forEach(each -> files.add(String.valueOf(map(each).get("filename"))));
      }
    }
    if (files.isEmpty() && decoder.get("filename") instanceof String name) {
      files.add(name);
    }
    return files;
  }

  /** What the file says that the graph does not: onnxruntime-genai would fail, or go wrong. */
  public List<String> doubts(Inspection inspection) {
    List<String> doubts = new ArrayList<>();
    Description found = inspection.model();
    Graph graph = inspection.file().graph();
    if (found.blocks() > 0) {
      number(decoder, "num_hidden_layers", found.blocks(), doubts);
    }
    found.vocabulary().ifPresent(size -> number(model, "vocab_size", size, doubts));
    Optional<List<Dim>> cache =
        found.cache().inputs().stream()
            .findFirst()
            .flatMap(graph::declared)
            .flatMap(Value::shape)
            .filter(dims -> dims.size() == 4);
    cache.ifPresent(dims -> size("num_key_value_heads", dims.get(1), doubts));
    cache.ifPresent(dims -> size("head_size", dims.get(3), doubts));
    Map<?, ?> inputs = map(decoder.get("inputs"));
    for (String key : List.of("input_ids", "past_key_names", "past_value_names")) {
      name("input", inputs.get(key), graph.inputs(), doubts);
    }
    Map<?, ?> outputs = map(decoder.get("outputs"));
    for (String key : List.of("logits", "present_key_names", "present_value_names")) {
      name("output", outputs.get(key), graph.outputs(), doubts);
    }
    return doubts;
  }

  private void size(String key, Dim dim, List<String> doubts) {
    if (dim.isFixed()) {
      number(decoder, key, dim.size(), doubts);
    }
  }

  private static void number(Map<?, ?> from, String key, long graph, List<String> doubts) {
    if (from.get(key) instanceof Number said && said.longValue() != graph) {
      doubts.add(NAME + " says " + key + " " + said + ", the graph has " + graph);
    }
  }

  /** A name, in which %d stands for the number of a block. */
  private static void name(String kind, Object said, List<Value> values, List<String> doubts) {
    if (said instanceof String pattern) {
      String first = pattern.replace("%d", "0");
      if (values.stream().noneMatch(value -> value.name().equals(first))) {
        doubts.add(NAME + " names the " + kind + " " + pattern + ", which the graph has not");
      }
    }
  }

  private static Map<?, ?> map(Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }
}
