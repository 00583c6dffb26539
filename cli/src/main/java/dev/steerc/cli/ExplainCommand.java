package dev.steerc.cli;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.Arrays;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code steerc explain}: what an error means. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Explain an error by its code.",
      "",
      "  steerc explain layer-out-of-range",
      "  steerc explain"
    })
final class ExplainCommand implements Runnable {
  @Parameters(
      arity = "0..1",
      paramLabel = "CODE",
      completionCandidates = ExplainCommand.Codes.class,
      description = "The code, as in error[CODE]; without it, all are listed.")
  private String code;

  /** The codes, for shell completion. */
  static final class Codes implements Iterable<String> {
    @Override
    public java.util.Iterator<String> iterator() {
      return Arrays.stream(Code.values()).map(Code::slug).iterator();
    }
  }

  @Override
  public void run() {
    if (code == null) {
      Table table = new Table("code", "meaning");
      for (Code each : Code.values()) {
        table.row(each.slug(), each.meaning().split("[.:] ")[0]);
      }
      table.lines(Style.ofTerminal()).forEach(System.out::println);
      return;
    }
    String slug = code.replaceAll("^error\\[|\\]:?$", "");
    Code known =
        Code.of(slug)
            .orElseThrow(
                () ->
                    Problem.of(Code.UNKNOWN_CODE, "there is no error `" + slug + "`")
                        .help("list them with `steerc explain`")
                        .exception());
    System.out.println(Style.ofTerminal().bold(known.slug()));
    System.out.println(known.meaning());
    System.out.println(known.advice());
  }
}
