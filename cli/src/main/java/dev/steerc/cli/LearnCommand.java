package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.runtime.Twin;
import dev.steerc.runtime.capture.Capture;
import dev.steerc.runtime.capture.Pooling;
import dev.steerc.runtime.learn.Examples;
import dev.steerc.runtime.learn.Learning;
import dev.steerc.runtime.learn.Lesson;
import java.nio.file.Path;
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

  @Mixin private LessonArgs how;

  @Mixin private TapArgs taps;

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
    Pooling pooling = how.pooling();
    Lesson lesson = how.lesson();
    Path output = how.output(model.path());
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

  private Learning learned(Capture capture, Examples examples, Lesson lesson) {
    try (ProgressLine progress = ProgressLine.on(!talk.isQuiet())) {
      return activations == null
          ? Learning.of(capture, examples, lesson, progress::showTexts)
          : Learning.of(capture, activations, examples, lesson, progress::showTexts);
    }
  }
}
