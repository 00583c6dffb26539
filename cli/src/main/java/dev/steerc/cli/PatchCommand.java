package dev.steerc.cli;

import dev.steerc.ModelFolder;
import dev.steerc.Patched;
import dev.steerc.Steerc;
import dev.steerc.Weights;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Layers;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import dev.steerc.plan.Target;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code steerc patch}: inserts steering into a model. */
@Command(
    name = "patch",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Insert steering inputs into a model.",
      "",
      "  steerc patch gpt2.onnx --layers 6",
      "  steerc patch gpt2.onnx --layers 4-8,10 --site mlp_out --op project --tap -o out.onnx",
      "  steerc patch gpt2.onnx --at 6.resid_post:add --at 8.attn_out:project@2"
    },
    description = {
      "The output is the original plus a few nodes; fed no vector, it computes the same. A model that",
      "is already patched gets what it has and what is asked for."
    })
final class PatchCommand implements Runnable {
  @Parameters(paramLabel = "MODEL", description = "A .onnx file, or a folder with several.")
  private Path model;

  @Option(
      names = "--layers",
      paramLabel = "LAYERS",
      description = "Blocks to steer, counted from 0: 6, 4-8,10 or all.")
  private String layers;

  @Option(
      names = "--site",
      paramLabel = "SITE",
      split = ",",
      defaultValue = "resid_post",
      description = "resid_pre, attn_out, resid_mid, mlp_out or resid_post (the default).")
  private List<String> sites;

  @Option(
      names = "--op",
      paramLabel = "OP",
      split = ",",
      defaultValue = "add",
      description = "add (the default), project, tap, or bias: one vector a run, without a node.")
  private List<String> ops;

  @Option(
      names = "--rank",
      paramLabel = "R",
      description = "Fix the rank of project; by default every run chooses its own.")
  private Integer rank;

  @Option(names = "--tap", description = "Also make the values outputs, behind the edit.")
  private boolean tap;

  @Option(
      names = "--at",
      paramLabel = "BLOCK.SITE:OP",
      description = "One operation at one site, or at value:NAME:OP; may be repeated.")
  private List<String> at = List.of();

  @Option(
      names = "--inputs",
      paramLabel = "MODE",
      description =
          "optional (the default): ports have neutral defaults; required: every run feeds them.")
  private String inputs;

  @Option(
      names = "--thin",
      description = "Refer to the weights in the original's file instead of copying them.")
  private boolean thin;

  @Option(
      names = "--last-logits",
      description =
          "Score the last position of each row only, so that prompts run faster; a layer need not be"
              + " named.")
  private boolean lastLogits;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      description = "Where to write; by default MODEL.steered.onnx beside the model.")
  private Path output;

  @Mixin private Talk talk;

  @Override
  public void run() {
    Request request = request();
    Weights weights = thin ? Weights.REFERRED : Weights.AS_THEY_ARE;
    List<Patched> patched;
    List<Path> others = List.of();
    if (Files.isDirectory(model)) {
      ModelFolder folder = ModelFolder.open(model);
      talk.warn(folder.doubts());
      patched = folder.patch(request, output(), weights);
      others = folder.others();
    } else {
      patched = List.of(Steerc.patch(model, request, output(), weights));
    }
    PatchReport report = new PatchReport(model, output(), patched, others);
    talk.warn(report.warnings());
    talk.warn(
        patched.stream().filter(each -> thin && !each.isThin()).map(PatchCommand::full).toList());
    report.lines(Style.ofTerminal()).forEach(talk::say);
    if (talk.isJson()) {
      System.out.println(report.json());
    }
  }

  private static String full(Patched each) {
    return "`"
        + each.output().getFileName()
        + "` refers to nothing in the original: it has no large weights in its own graph";
  }

  private Path output() {
    if (output != null) {
      return output;
    }
    Path absolute = model.toAbsolutePath().normalize();
    String name = absolute.getFileName().toString();
    String stem = name.replaceFirst("\\.onnx$", "");
    Path steered = absolute.resolveSibling(stem + ".steered" + name.substring(stem.length()));
    return model.isAbsolute() ? steered : Path.of("").toAbsolutePath().relativize(steered);
  }

  private Request request() {
    OptionalInt fixed = rank == null ? OptionalInt.empty() : OptionalInt.of(checkedRank());
    List<Intervention> targets = at.stream().map(text -> Target.parse(text, fixed)).toList();
    if (layers == null && targets.isEmpty() && !lastLogits) {
      throw Problem.of(Code.NOTHING_TO_DO, "no layer is named")
          .help("say where: --layers 6, or --at 6.resid_post:add")
          .exception();
    }
    Request request =
        new Request(
            List.of(),
            Optional.ofNullable(layers).map(Layers::parse),
            sites.stream().map(Target::site).toList(),
            operations(fixed),
            targets,
            mode());
    return request.withLastLogits(lastLogits);
  }

  private List<Request.Operation> operations(OptionalInt fixed) {
    List<Request.Operation> operations = new ArrayList<>();
    for (String op : ops) {
      Target.of(new Site.Named(""), op, fixed); // complains about an unknown operation at once
      operations.add(site -> Target.of(site, op, fixed));
    }
    if (tap && !ops.contains("tap")) {
      operations.add(Tap::new);
    }
    return operations;
  }

  private int checkedRank() {
    if (rank < 1) {
      throw Problem.of(Code.USAGE, "--rank " + rank + " is not a rank")
          .help("pass 1 or more")
          .exception();
    }
    return rank;
  }

  private Optional<InputMode> mode() {
    if (inputs == null) {
      return Optional.empty();
    }
    for (InputMode mode : InputMode.values()) {
      if (mode.label().equals(inputs.toLowerCase(Locale.ROOT))) {
        return Optional.of(mode);
      }
    }
    throw Problem.of(Code.USAGE, "there is no input mode `" + inputs + "`")
        .help("choose one of optional, required")
        .exception();
  }
}
