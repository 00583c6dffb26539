package dev.steerc.trainer;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.format.FileBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Writes the model's card and its plots. */
@Command(
    name = "card",
    description =
        "Writes README.md and its plots from training.json and measured.json. It computes nothing"
            + " anew, so the numbers are those of the model that is there, or it refuses.",
    footer = {
      "",
      "Example:",
      "  models/recipe card                           after train and vectors"
    })
final class CardCommand implements Callable<Integer> {
  @Option(
      names = "--demo",
      defaultValue = "${sys:steerc.root:-.}/models/demo",
      showDefaultValue = picocli.CommandLine.Help.Visibility.ALWAYS,
      description = "folder of the model")
  private Path demo;

  @Override
  public Integer call() throws IOException {
    Trained trained = Trained.read(demo);
    Measured measured = Measured.read(demo);
    check(Trained.FILE, trained.model());
    check(Measured.FILE, measured.model());
    Path plots = Files.createDirectories(demo.resolve(Card.PLOTS));
    for (Group group : Group.values()) {
      if (!group.of(measured).isEmpty()) {
        byte[] curves = Plots.curves(group, group.of(measured));
        FileBytes.write(plots.resolve(group.word() + ".png"), curves);
      }
    }
    FileBytes.write(plots.resolve("loss.png"), Plots.loss(trained.progress()));
    Path card = demo.resolve("README.md");
    String text = new Card(trained, measured).text();
    FileBytes.write(card, text.getBytes(StandardCharsets.UTF_8));
    System.out.println("wrote " + card + " and its plots");
    return 0;
  }

  private void check(String file, String model) {
    Path onnx = demo.resolve(Export.MODEL);
    if (!model.equals(Digest.of(onnx))) {
      throw Problem.of(Code.MODELS_DIFFER, "`" + file + "` tells of another model")
          .at(onnx)
          .note("its SHA-256 is another than that in `" + file + "`")
          .help("run `models/recipe train`, then `vectors`, then `card`")
          .exception();
    }
  }
}
