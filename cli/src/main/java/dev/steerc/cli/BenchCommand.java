package dev.steerc.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code steerc bench}: what steerc costs on this machine. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    customSynopsis = {"", "Usage: steerc bench COMMAND"},
    synopsisHeading = "",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Measure what steerc costs on this machine.",
      "",
      "  steerc bench patch",
      "  steerc bench learn",
      "  steerc bench serve"
    },
    subcommands = {BenchPatchCommand.class, BenchLearnCommand.class, BenchServeCommand.class})
final class BenchCommand implements Runnable {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(System.out);
  }
}
