package dev.steerc.cli;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.measure.ClassifierScorer;
import dev.steerc.runtime.measure.CommandScorer;
import dev.steerc.runtime.measure.ContinuationScorer;
import dev.steerc.runtime.measure.Scorer;
import dev.steerc.runtime.measure.WordScorer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** What tells how much of the concept is in a text: exactly one of four. */
public final class ScorerArgs {
  @Option(
      names = "--words",
      paramLabel = "FILE",
      description =
          "Count words: one a line, or /expressions/; ! in front of one that speaks against.")
  private Path words;

  @Option(
      names = "--classifier",
      paramLabel = "FILE",
      description =
          "Train a classifier on JSON lines {\"text\", \"label\": 0|1} or {\"positive\","
              + " \"negative\"}.")
  private Path classifier;

  @Option(
      names = "--continuations",
      paramLabel = "FILE",
      description =
          "Compare how likely given continuations are: JSON lines {\"prompt\", \"positive\","
              + " \"negative\"}, which are the prompts as well.")
  private Path continuations;

  @Option(
      names = "--scorer-command",
      paramLabel = "COMMAND",
      description =
          "Ask a program: it reads a line {\"prompt\", \"text\"} and writes a line {\"score\": 0..1}"
              + " for each text. It is started once, without a shell.")
  private String command;

  @Option(
      names = "--scorer-timeout",
      paramLabel = "SECONDS",
      description = "How long to wait for its next answer (default: 120).")
  private long patience = 120;

  /** The files that are read. */
  public Stream<Path> files() {
    return Stream.of(words, classifier, continuations).filter(Objects::nonNull);
  }

  /** Opens the one that was asked for. */
  public Scorer open() {
    long given =
        Stream.of(words, classifier, continuations, command).filter(Objects::nonNull).count();
    if (given != 1) {
      throw Problem.of(
              Code.USAGE, given == 0 ? "nothing scores the texts" : "two scorers are asked for")
          .help("pass one of --words, --classifier, --continuations and --scorer-command")
          .exception();
    }
    if (words != null) {
      return WordScorer.open(words);
    }
    if (classifier != null) {
      return ClassifierScorer.open(classifier);
    }
    return continuations != null
        ? ContinuationScorer.open(continuations)
        : CommandScorer.start(command, Duration.ofSeconds(Math.max(1, patience)));
  }
}
