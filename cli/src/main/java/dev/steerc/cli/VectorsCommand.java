package dev.steerc.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code steerc vectors}: what to do with vector files. */
@Command(
    name = "vectors",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Look at vector files, convert, mix and compare them.",
      "",
      "  steerc vectors show vectors",
      "  steerc vectors convert happy.gguf happy.safetensors",
      "  steerc vectors mix \"0.6*joy - 0.2*formal\" -o warm.safetensors",
      "  steerc vectors audit joy calm formal"
    },
    subcommands = {
      VectorsShowCommand.class,
      VectorsConvertCommand.class,
      VectorsMixCommand.class,
      VectorsAuditCommand.class
    })
final class VectorsCommand implements Runnable {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(System.out);
  }
}
