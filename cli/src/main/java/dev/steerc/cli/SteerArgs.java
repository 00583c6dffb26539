package dev.steerc.cli;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.steering.Condition;
import dev.steerc.runtime.steering.Conflict;
import dev.steerc.runtime.steering.SteerText;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.VectorStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What to steer with. */
public final class SteerArgs {
  @Option(
      names = "--steer",
      paramLabel = "VECTOR",
      description =
          "NAME:STRENGTH[@LAYERS][:POSITIONS][:DECAY], repeatable. NAME is in the vector folder, or"
              + " a file (.safetensors, .npy, .gguf, .onnx_adapter). LAYERS: 6, 4-8,10, all, 6.attn_out. POSITIONS: all,"
              + " prompt, generated, first:N, last:N, after:N. DECAY: linear:N, half-life:N."
              + " ablate=, reflect= or clamp= in front of NAME uses the vector so; the number of a"
              + " clamp is its level.")
  private List<String> steer = List.of();

  @Option(
      names = "--when",
      paramLabel = "CONDITION",
      description =
          "NAME@SITE>COSINE or NAME@SITE<COSINE: steer only where the prompt's mean activation at a"
              + " tapped site compares so with that vector; NAME alone where its file says the rest.")
  private String when;

  @Option(
      names = "--vectors",
      paramLabel = "FOLDER",
      description = "The vector folder (default: vectors beside the model).")
  private Path vectors;

  @Option(
      names = "--conflict",
      paramLabel = "RULE",
      description = "When vectors meet at a site: sum (the default), orthogonalise or error.")
  private String conflict = "sum";

  /** What was given, one text a vector. */
  public List<String> texts() {
    return steer;
  }

  /** The steering for a model, as yet unchecked. */
  public Steering steering(Path model) {
    return steering(steer, store(model));
  }

  /** The vectors that have names. */
  public VectorStore store(Path model) {
    return store(model, vectors);
  }

  /**
   * The vectors that have names.
   *
   * @param vectors their folder; null for the one beside the model
   */
  public static VectorStore store(Path model, Path vectors) {
    if (vectors != null && !Files.isDirectory(vectors)) {
      throw Problem.of(Code.FILE_NOT_FOUND, "there is no folder `" + vectors + "`")
          .at("--vectors")
          .help("pass a folder of vector files")
          .exception();
    }
    Path folder = Files.isDirectory(model) ? model : model.toAbsolutePath().getParent();
    return VectorStore.open(vectors != null ? vectors : folder.resolve("vectors"));
  }

  /** Several vectors as {@code --steer} takes them. */
  public Steering steering(List<String> texts, VectorStore store) {
    Optional<Condition> condition = Optional.ofNullable(when).map(store::condition);
    List<Term> terms = new ArrayList<>();
    for (String text : texts) {
      SteerText parsed = SteerText.parse(text);
      Term term = parsed.term(store.get(parsed.source()));
      terms.add(condition.map(term::when).orElse(term));
    }
    return new Steering(terms, rule());
  }

  private Conflict rule() {
    for (Conflict rule : Conflict.values()) {
      if (rule.label().equals(conflict.toLowerCase(Locale.ROOT))) {
        return rule;
      }
    }
    throw Problem.of(Code.USAGE, "there is no rule `" + conflict + "`")
        .help("choose one of sum, orthogonalise, error")
        .exception();
  }
}
