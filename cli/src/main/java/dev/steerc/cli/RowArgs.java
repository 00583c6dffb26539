package dev.steerc.cli;

import dev.steerc.runtime.bulk.Fields;
import java.util.List;
import picocli.CommandLine.Option;

/** Which fields of a row say what. */
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

  /**
   * The fields.
   *
   * @param usual the steering of a row that says nothing of it
   */
  public Fields fields(List<String> usual) {
    return new Fields(prompt, steer, id, usual);
  }
}
