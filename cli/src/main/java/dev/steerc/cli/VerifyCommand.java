package dev.steerc.cli;

import dev.steerc.ModelFolder;
import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.proof.Proof;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code steerc verify}: proves a patch by running both models. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Prove a patch: run both models in ONNX Runtime and measure.",
      "",
      "  steerc verify gpt2.onnx gpt2.steered.onnx"
    },
    description = {
      "Unsteered, the outputs have to be equal. Steered by a random vector, each site has to change by",
      "exactly that vector, and nothing upstream may change: a twin of the model with taps at every site",
      "shows both, and has to compute the same. Exits with 1 when one measurement fails."
    })
final class VerifyCommand implements Runnable {
  @Parameters(index = "0", paramLabel = "ORIGINAL", description = "The unpatched model or folder.")
  private Path original;

  @Parameters(index = "1", paramLabel = "PATCHED", description = "The patched model or folder.")
  private Path patched;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "7",
      description = "What made-up inputs and vectors begin from (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private Talk talk;

  @Override
  public void run() {
    Map<String, Proof> proofs = new LinkedHashMap<>();
    pairs().forEach((name, pair) -> proofs.put(name, prove(pair.get(0), pair.get(1))));
    List<String> failed = new ArrayList<>();
    Map<String, Object> documents = new LinkedHashMap<>();
    proofs.forEach(
        (name, proof) -> {
          ProofReport report = new ProofReport(name, proof);
          report.lines(Style.ofTerminal()).forEach(talk::say);
          documents.put(name, report.toMap());
          if (!proof.holds()) {
            failed.add(name);
          }
        });
    if (talk.isJson()) {
      Object document = Files.isDirectory(patched) ? documents : documents.get(patched.toString());
      System.out.println(Json.write(document));
    }
    if (!failed.isEmpty()) {
      throw Problem.of(Code.PROOF_FAILED, "the patch is not proven")
          .at(String.join(", ", failed))
          .help("do not ship the patched file; patch again")
          .exception();
    }
  }

  private Map<String, List<Path>> pairs() {
    Map<String, List<Path>> pairs = new LinkedHashMap<>();
    if (!Files.isDirectory(patched)) {
      pairs.put(patched.toString(), List.of(original, patched));
      return pairs;
    }
    for (Path file : ModelFolder.open(patched).decoders().keySet()) {
      pairs.put(file.toString(), List.of(original.resolve(file.getFileName()), file));
    }
    return pairs;
  }

  private Proof prove(Path base, Path file) {
    try (ProgressLine progress = ProgressLine.on(!talk.isQuiet())) {
      return Proof.of(base, file, seed, progress::show);
    }
  }
}
