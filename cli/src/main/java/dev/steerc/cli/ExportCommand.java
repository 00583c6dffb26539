package dev.steerc.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code steerc export}: patched models for other hosts. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Write a patched model as another host wants it.",
      "",
      "  steerc export triton gpt2.steered.onnx -o repository"
    },
    subcommands = {ExportTritonCommand.class})
final class ExportCommand implements Runnable {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(System.out);
  }
}
