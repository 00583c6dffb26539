package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.onnx.Output;
import dev.steerc.problem.Choices;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.Twin;
import dev.steerc.runtime.capture.Capture;
import dev.steerc.runtime.capture.Pooling;
import dev.steerc.runtime.learn.Examples;
import dev.steerc.runtime.learn.Form;
import dev.steerc.runtime.learn.Learning;
import dev.steerc.runtime.learn.Lesson;
import dev.steerc.runtime.learn.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code steerc learn}: a vector from texts. */
@Command(
    name = "learn",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Learn a vector from texts that have something and texts that lack it.",
      "",
      "  steerc learn gpt2.onnx pairs.jsonl -o joy.safetensors",
      "  steerc learn gpt2.onnx --template \"I feel {}.\" --positive glad.txt --negative sad.txt \\",
      "      -o joy.safetensors",
      "  steerc learn gpt2.onnx labelled.jsonl --method leace --site resid_mid -o erase.safetensors"
    },
    description = {
      "Learns at every block, and judges by texts that it did not learn from. The file has a vector for",
      "each block, and acts at the one that is marked. The model need not be patched."
    })
final class LearnCommand implements Runnable {
  @Mixin private ModelArgs model;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "PAIRS",
      description =
          "JSON lines: {\"positive\": …, \"negative\": …}, or {\"text\": …, \"label\": …}; either"
              + " with a \"prompt\" in front that does not count.")
  private Path file;

  @Mixin private ExampleArgs texts;

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

  @Mixin private TapArgs taps;

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

  @Option(
      names = "--activations",
      paramLabel = "FOLDER",
      description = "Keep the activations there, and use them again the next time.")
  private Path activations;

  @Option(names = "--truncate", description = "Cut texts that are too long for the model in front.")
  private boolean truncate;

  @Option(names = "--fresh", description = "Replace what the folder of activations has.")
  private boolean fresh;

  @Mixin private Talk talk;

  @Override
  public void run() {
    Pooling pooling = TapArgs.pooling(positions, List.of(Pooling.MEAN, Pooling.LAST));
    Lesson lesson = lesson();
    checkOutput();
    Examples examples = texts.examples(file);
    try (Twin twin = taps.open(model)) {
      Capture capture = Capture.of(twin.model(), taps.sites(), pooling).cuts(truncate).fresh(fresh);
      Learning learning = learned(capture, examples, lesson);
      learning.write(output);
      LearnReport report = new LearnReport(model.path(), output, learning);
      report.lines(Style.ofTerminal()).forEach(talk::say);
      if (talk.isJson()) {
        System.out.println(Json.write(report.toMap()));
      }
    }
  }

  /** Before the work, which may take long. */
  private void checkOutput() {
    if (!output.toString().endsWith(".safetensors")) {
      throw Problem.of(Code.USAGE, "`" + output + "` is no name of a .safetensors file")
          .help("write one, and make other formats of it with `steerc vectors convert`")
          .exception();
    }
    Output.check(output, model.path());
  }

  private Learning learned(Capture capture, Examples examples, Lesson lesson) {
    try (ProgressLine progress = ProgressLine.on(!talk.isQuiet())) {
      return activations == null
          ? Learning.of(capture, examples, lesson, progress::showTexts)
          : Learning.of(capture, activations, examples, lesson, progress::showTexts);
    }
  }

  private Lesson lesson() {
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
