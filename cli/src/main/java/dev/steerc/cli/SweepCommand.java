package dev.steerc.cli;

import dev.steerc.runtime.measure.Sweep;
import dev.steerc.runtime.measure.Swept;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code steerc sweep}: finds out where and how strongly a vector is to act. */
@Command(
    name = "sweep",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Find where and how strongly a vector is to act, and what that costs.",
      "",
      "  steerc sweep gpt2.onnx joy.safetensors --prompts prompts.txt --words joyful.txt",
      "  steerc sweep gpt2.onnx joy --prompts prompts.txt --classifier reviews.jsonl \\",
      "      --layers 4 --layers 6-8 --fractions 0.05,0.1,0.2 --report sweep.html",
      "  steerc sweep gpt2.onnx joy --prompts prompts.txt --scorer-command \"python3 judge.py\" \\",
      "      --instruction \"Write happily. \" --dry-run"
    },
    description = {
      "Every point of the grid of places and strengths gets the same prompts and the same chance. Half",
      "of the prompts choose the point; the other half tells what it is worth. The vector's file then",
      "acts there by itself, and strength 1 is the chosen one. The model need not be patched."
    })
final class SweepCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Mixin private SteeredModelArgs model;

  @Parameters(
      index = "1",
      paramLabel = "VECTOR",
      description = "A file, or a name in the vector folder.")
  private String vector;

  @Mixin private SweepArgs swept;

  @Override
  public void run() {
    List<String> typed = spec.root().commandLine().getParseResult().originalArgs();
    String name = model.path().toString();
    swept.run(
        new SweepArgs.Model(name, model.path(), model.options()),
        vector,
        typed,
        (sweep, file) -> run(sweep));
  }

  private Swept run(Sweep sweep) {
    try (ProgressLine progress = ProgressLine.on(!swept.isQuiet())) {
      return sweep.run((what, done, all) -> progress.show("sweep", what, done, all));
    }
  }
}
