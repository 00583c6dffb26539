package dev.steerc.cli;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.Settings;
import dev.steerc.runtime.learn.Seen;
import dev.steerc.runtime.measure.ContinuationScorer;
import dev.steerc.runtime.measure.PromptFile;
import dev.steerc.runtime.measure.Scorer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The prompts that something is measured by, and how texts are generated for them. */
public final class PromptArgs {
  @Option(
      names = "--prompts",
      paramLabel = "FILE",
      description =
          "Prompts, one a line, or JSON lines with a \"prompt\" each. Those that the vector was"
              + " learned from are left out.")
  private Path file;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Take the first N of the prompts that are left.")
  private Integer limit;

  @Option(
      names = "--instruction",
      paramLabel = "TEXT",
      description =
          "Measure a prompt that asks for the same as well: put in front of each prompt, or around"
              + " it where it has {prompt}.")
  private String instruction;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description = "The most tokens of a text (default: as the model's files say, or 256).")
  private Integer maxNewTokens;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "What chance begins from, for every point the same (default: 7).")
  private long seed = 7;

  /**
   * Some prompts.
   *
   * @param leftOut how many were there and have been seen by learning
   */
  public record Chosen(List<String> prompts, int leftOut) {}

  public Chosen prompts(Scorer scorer, Map<String, String> metadata) {
    if (limit != null && limit < 1) {
      throw Problem.of(Code.USAGE, "--limit " + limit + " leaves no prompt")
          .help("pass 2 or more")
          .exception();
    }
    List<String> all = all(scorer);
    Optional<Seen> seen = Seen.in(List.of(metadata));
    List<String> fresh =
        all.stream().filter(p -> !seen.map(s -> s.contains(p)).orElse(false)).toList();
    if (fresh.isEmpty()) {
      throw Problem.of(Code.BAD_PROMPTS, "the vector was learned from every one of the prompts")
          .at(where())
          .help("pass prompts that it has not seen")
          .exception();
    }
    List<String> some = limit == null ? fresh : fresh.subList(0, Math.min(fresh.size(), limit));
    return new Chosen(some, all.size() - fresh.size());
  }

  private List<String> all(Scorer scorer) {
    if (scorer instanceof ContinuationScorer own && file == null) {
      return own.prompts();
    }
    if (file == null || scorer instanceof ContinuationScorer) {
      throw Problem.of(
              Code.USAGE, file == null ? "there are no prompts" : "there are two files of prompts")
          .help(
              file == null
                  ? "pass --prompts FILE"
                  : "leave --prompts out: --continuations has some")
          .exception();
    }
    return PromptFile.read(file);
  }

  /** The file that is read, if there is one. */
  public Stream<Path> files() {
    return Stream.ofNullable(file);
  }

  /** What to call the prompts. */
  public String where() {
    return file == null ? "--continuations" : file.toString();
  }

  public Optional<String> instruction() {
    return Optional.ofNullable(instruction);
  }

  public Settings over(Settings model) {
    return maxNewTokens == null ? model : model.maxNewTokens(maxNewTokens);
  }

  public long seed() {
    return seed;
  }
}
