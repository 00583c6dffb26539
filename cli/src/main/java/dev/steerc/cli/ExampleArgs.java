package dev.steerc.cli;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.learn.Contrasts;
import dev.steerc.runtime.learn.Examples;
import dev.steerc.runtime.learn.Labelled;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The texts to learn from. */
public final class ExampleArgs {
  @Option(
      names = "--positive",
      paramLabel = "FILE",
      description = "Instead of PAIRS, texts that have what is to be learned, one a line.")
  private Path positive;

  @Option(
      names = "--negative",
      paramLabel = "FILE",
      description = "Texts that lack it; each is paired with the one in the same line.")
  private Path negative;

  @Option(
      names = "--template",
      paramLabel = "TEXT",
      description = "A text with {} in it, into which the lines of both files are put.")
  private String template;

  /**
   * Reads them.
   *
   * @param file the file PAIRS; null when there is none
   */
  public Examples examples(Path file) {
    if ((positive == null) != (negative == null)) {
      throw usage("--positive and --negative go together");
    }
    if ((file == null) == (positive == null)) {
      throw usage(
          file == null ? "there are no texts to learn from" : "there are two sets of texts");
    }
    if (template != null && positive == null) {
      throw usage("--template has nothing to put into it");
    }
    if (file == null) {
      return Examples.ofPairs(
          template == null
              ? Contrasts.read(positive, negative)
              : Contrasts.filled(template, positive, negative));
    }
    return Labelled.isIn(file)
        ? Examples.ofLabelled(Labelled.read(file))
        : Examples.ofPairs(Contrasts.read(file));
  }

  private static RuntimeException usage(String what) {
    return Problem.of(Code.USAGE, what)
        .help("pass a file PAIRS, or --positive FILE --negative FILE, perhaps with --template")
        .exception();
  }
}
