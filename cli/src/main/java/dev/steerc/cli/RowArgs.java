package dev.steerc.cli;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.bulk.Fields;
import java.util.List;
import picocli.CommandLine.Option;

/** Which fields of a row say what, and how many rows run at once. */
public final class RowArgs {
  @Option(
      names = "--prompt-column",
      paramLabel = "NAME",
      defaultValue = "prompt",
      description = "The field that has the prompt (default: ${DEFAULT-VALUE}).")
  private String prompt;

  @Option(
      names = "--steer-column",
      paramLabel = "NAME",
      defaultValue = "steer",
      description =
          "The field that has the steering (default: ${DEFAULT-VALUE}): joy:2, or joy:2,ocean:1, or"
              + " a list; none is no steering, and rows without get that of --steer. It names"
              + " vectors of the folder, never files.")
  private String steer;

  @Option(
      names = "--id-column",
      paramLabel = "NAME",
      defaultValue = "id",
      description = "The field that tells rows apart (default: ${DEFAULT-VALUE}).")
  private String id;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "0",
      description = "The most rows to run at once (default: by the memory, at most 32).")
  private int batch;

  /** The most rows to run at once; 0 leaves it to the model and the memory. */
  public int batch() {
    if (batch < 0) {
      throw Problem.of(Code.USAGE, "--batch " + batch + " is no number of rows")
          .help("pass 1 or more")
          .exception();
    }
    return batch;
  }

  /**
   * The fields.
   *
   * @param usual the steering of a row that says nothing of it
   */
  public Fields fields(List<String> usual) {
    return new Fields(prompt, steer, id, usual);
  }
}
