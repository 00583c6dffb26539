package dev.steerc.cli;

import dev.steerc.models.hub.Hub;
import dev.steerc.models.hub.Pull;
import dev.steerc.models.hub.Pulled;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code steerc pull}: fetches a model with all that it needs to run. */
@Command(
    name = "pull",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Fetch a model and its tokenizer from the Hugging Face hub.",
      "",
      "  steerc pull gpt2",
      "  steerc pull --list",
      "  steerc pull onnx-community/gpt2-ONNX --file onnx/model_int8.onnx -o gpt2-int8"
    },
    description = {
      "Every file is checked against the size and hash that the hub announces. A pull that broke off",
      "goes on where it stopped when it is run again; what is there and good is not fetched again.",
      "",
      "HF_TOKEN holds the token for models that need an account, HF_ENDPOINT the address of another hub."
    })
final class PullCommand implements Runnable {
  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      description = "A name that --list shows, or a repository as OWNER/NAME.")
  private String name;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FOLDER",
      description = "Where to write; by default a folder of the model's name.")
  private Path folder;

  @Option(
      names = "--revision",
      paramLabel = "REV",
      defaultValue = "main",
      description = "A branch, a tag or a commit (default: ${DEFAULT-VALUE}).")
  private String revision;

  @Option(
      names = "--file",
      paramLabel = "PATH",
      description = "The .onnx file inside the repository, if not the usual one.")
  private String file;

  @Option(names = "--list", description = "Show the models that have a short name.")
  private boolean list;

  @Mixin private Talk talk;

  @Override
  public void run() {
    if (list) {
      list();
      return;
    }
    if (name == null) {
      throw Problem.of(Code.USAGE, "no model is named")
          .help("pass a name that `steerc pull --list` shows, or OWNER/NAME")
          .exception();
    }
    PullReport report = new PullReport(pull());
    report.lines(Style.ofTerminal()).forEach(talk::say);
    if (talk.isJson()) {
      System.out.println(report.json());
    }
  }

  private Pulled pull() {
    Pull pull = Pull.of(name, revision, Optional.ofNullable(file), Optional.ofNullable(folder));
    try (PullProgress progress = new PullProgress(talk)) {
      return pull.from(Hub.fromEnvironment(), progress);
    }
  }

  private void list() {
    PullReport.known(Style.ofTerminal()).forEach(talk::say);
    if (talk.isJson()) {
      System.out.println(PullReport.knownJson());
    }
  }
}
