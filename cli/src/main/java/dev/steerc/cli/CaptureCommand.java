package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Choices;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.Twin;
import dev.steerc.runtime.capture.Capture;
import dev.steerc.runtime.capture.Captured;
import dev.steerc.runtime.capture.Format;
import dev.steerc.runtime.capture.Pooling;
import dev.steerc.runtime.capture.TextFile;
import dev.steerc.runtime.capture.Texts;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code steerc capture}: activations of many texts, to disk. */
@Command(
    name = "capture",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Write a model's activations on many texts to disk.",
      "",
      "  steerc capture gpt2.onnx texts.txt -o acts",
      "  steerc capture gpt2.onnx texts.jsonl -o acts --sites all --layers 4-8 --positions all",
      "  steerc capture gpt2.onnx texts.jsonl -o acts --sites 6.resid_mid --format npy"
    },
    description = {
      "A file .jsonl has {\"text\": …} or {\"prompt\": …, \"completion\": …} in each line, any other a",
      "text in each line. The model need not be patched. When it is interrupted, the same command",
      "goes on where it stopped, and the files come out the same."
    })
final class CaptureCommand implements Runnable {
  @Mixin private ModelArgs model;

  @Parameters(index = "1", paramLabel = "TEXTS", description = "The texts: .jsonl, or plain text.")
  private Path file;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FOLDER",
      required = true,
      description = "The folder to write into: a new one, or one with the same begun.")
  private Path output;

  @Mixin private TapArgs taps;

  @Option(
      names = "--positions",
      paramLabel = "WHICH",
      defaultValue = "last",
      description =
          "last (the default): each text's last token; mean: the mean over the completion, or over"
              + " all tokens where no prompt is told apart; all: a row for each of those tokens.")
  private String positions;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "safetensors",
      description = "safetensors (the default) in shards, or npy: one file for each site.")
  private String format;

  @Option(names = "--limit", paramLabel = "N", description = "Take the first N texts only.")
  private Long limit;

  @Option(
      names = "--truncate",
      description = "Cut texts that are too long for the model in front; else they are a problem.")
  private boolean truncate;

  @Option(names = "--fresh", description = "Replace what the folder has of another capture.")
  private boolean fresh;

  @Mixin private Talk talk;

  @Override
  public void run() {
    Pooling pooling = TapArgs.pooling(positions, List.of(Pooling.values()));
    Format kind = format();
    TextFile texts = new TextFile(file, limit());
    try (Twin twin = taps.open(model)) {
      Capture capture =
          Capture.of(twin.model(), taps.sites(), pooling).format(kind).cuts(truncate).fresh(fresh);
      Texts source = Texts.of(texts, twin.model().tokenizerFor("the texts become tokens"));
      CaptureReport report = new CaptureReport(captured(capture, source));
      report.lines(Style.ofTerminal()).forEach(talk::say);
      if (talk.isJson()) {
        System.out.println(Json.write(report.toMap()));
      }
    }
  }

  private Captured captured(Capture capture, Texts texts) {
    try (ProgressLine progress = ProgressLine.on(!talk.isQuiet())) {
      return capture.into(output, texts, progress::showTexts);
    }
  }

  private long limit() {
    if (limit != null && limit < 1) {
      throw Problem.of(Code.USAGE, "--limit " + limit + " leaves no text")
          .help("pass 1 or more")
          .exception();
    }
    return limit == null ? Long.MAX_VALUE : limit;
  }

  private Format format() {
    List<String> formats = Arrays.stream(Format.values()).map(Format::label).toList();
    return Format.of(format)
        .orElseThrow(
            () ->
                Problem.of(Code.USAGE, "there is no format `" + format + "`")
                    .help(Choices.help(format, formats))
                    .exception());
  }
}
