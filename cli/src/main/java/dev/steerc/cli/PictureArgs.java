package dev.steerc.cli;

import dev.steerc.Inspection;
import dev.steerc.cli.picture.Dot;
import dev.steerc.cli.picture.Svg;
import dev.steerc.onnx.Output;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import picocli.CommandLine.Option;

/** The options for a picture of the residual stream. */
final class PictureArgs {
  @Option(names = "--dot", description = "Print a picture of the stream as text for Graphviz.")
  private boolean dot;

  @Option(names = "--svg", description = "Print a picture of the stream as SVG.")
  private boolean svg;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Write the picture into a file.")
  private Path output;

  boolean isAsked() {
    return dot || svg;
  }

  /** Says what does not go together, before the work is done. */
  void check(Path model, boolean json) {
    if (dot && svg || isAsked() && json) {
      throw Problem.of(Code.USAGE, "a model is shown in one way at a time")
          .help("pass one of --json, --dot and --svg")
          .exception();
    }
    if (output != null && !isAsked()) {
      throw Problem.of(Code.USAGE, "-o is for a picture")
          .help("pass --svg or --dot as well")
          .exception();
    }
    if (output != null) {
      Output.check(output, model);
    }
  }

  /** A picture is of one model. */
  void checkFolder(Path folder, Collection<Path> decoders) {
    if (isAsked() && decoders.size() > 1) {
      throw Problem.of(Code.USAGE, "a picture is of one model, and the folder has several")
          .at(folder)
          .help("pass one of its files, such as " + decoders.iterator().next())
          .exception();
    }
  }

  /** Prints the picture, or writes it into the file. */
  void draw(Inspection inspection, Talk talk) {
    String text = dot ? Dot.of(inspection) : Svg.of(inspection);
    if (output == null) {
      System.out.print(text);
      System.out.flush();
      return;
    }
    Path model = inspection.file().path();
    Output.replace(output, model, temporary -> Files.writeString(temporary, text));
    talk.say("wrote " + output);
  }
}
