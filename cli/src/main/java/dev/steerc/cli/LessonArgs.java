package dev.steerc.cli;

import dev.steerc.onnx.Output;
import dev.steerc.problem.Choices;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.capture.Pooling;
import dev.steerc.runtime.learn.Form;
import dev.steerc.runtime.learn.Lesson;
import dev.steerc.runtime.learn.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Option;

/** How to learn a vector, and where to write it. */
public final class LessonArgs {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      required = true,
      description = "The vector to write, as .safetensors.")
  private Path output;

  @Option(
      names = "--method",
      paramLabel = "METHOD",
      defaultValue = "diffmean",
      description = "diffmean (the default), pca, logistic, actadd, or leace, which erases.")
  private String method;

  @Option(
      names = "--as",
      paramLabel = "FORM",
      defaultValue = "add",
      description =
          "How it is used: add (the default); ablate: the part along it goes; set: it becomes what"
              + " texts have that lack it.")
  private String form;

  @Option(
      names = "--positions",
      paramLabel = "WHICH",
      defaultValue = "mean",
      description =
          "mean (the default): the mean over the tokens behind what both texts begin with; last:"
              + " the last token.")
  private String positions;

  @Option(
      names = "--held-out",
      paramLabel = "SHARE",
      defaultValue = "0.2",
      description = "The share of the texts that judges only (default: ${DEFAULT-VALUE}).")
  private double heldOut;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "What chance begins from (default: ${DEFAULT-VALUE}).")
  private long seed;

  /** The tokens that count. */
  public Pooling pooling() {
    return TapArgs.pooling(positions, List.of(Pooling.MEAN, Pooling.LAST));
  }

  /**
   * The file to write, checked before the work, which may take long.
   *
   * @param model a file that it must not be
   */
  public Path output(Path model) {
    if (!output.toString().endsWith(".safetensors")) {
      throw Problem.of(Code.USAGE, "`" + output + "` is no name of a .safetensors file")
          .help("write one, and make other formats of it with `steerc vectors convert`")
          .exception();
    }
    Output.check(output, model);
    return output;
  }

  /**
   * How to learn.
   *
   * @throws dev.steerc.problem.SteercException when options make no sense
   */
  public Lesson lesson() {
    if (!(heldOut >= 0 && heldOut < 1)) {
      throw Problem.of(Code.USAGE, "--held-out " + heldOut + " is no share that leaves texts")
          .help("pass a number from 0 to less than 1, such as 0.2")
          .exception();
    }
    List<String> methods = Arrays.stream(Method.values()).map(Method::label).toList();
    Method chosen = Method.of(method).orElseThrow(() -> unknown("method", method, methods));
    List<String> forms = Arrays.stream(Form.values()).map(Form::label).toList();
    Form use = Form.of(form).orElseThrow(() -> unknown("form", form, forms));
    if (chosen == Method.LEACE && use != Form.ADD) {
      throw Problem.of(Code.USAGE, "leace learns an eraser, which cannot be used otherwise")
          .help("leave --as out, or choose another --method")
          .exception();
    }
    return new Lesson(chosen, use, heldOut, seed);
  }

  private static RuntimeException unknown(String what, String given, List<String> known) {
    return Problem.of(Code.USAGE, "there is no " + what + " `" + given + "`")
        .help(Choices.help(given, known))
        .exception();
  }
}
