package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.algebra.Audit;
import dev.steerc.runtime.steering.VectorFile;
import dev.steerc.runtime.steering.VectorFormat;
import dev.steerc.runtime.steering.VectorFormat.GgufOptions;
import dev.steerc.runtime.steering.VectorStore;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code steerc vectors audit}: how vectors lie to each other. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Compare vectors: the cosine of each with each, at every site that they share.",
      "",
      "  steerc vectors audit joy calm formal",
      "  steerc vectors audit --vectors vectors --json",
      "  steerc vectors audit joy --project-out formal -o joy-alone.safetensors"
    },
    description = {
      "A cosine near 1 or -1 says that two vectors do nearly the same, or undo each other. With",
      "--project-out, the first vector is written without its part along another one, at every site",
      "that both have."
    })
final class VectorsAuditCommand implements Runnable {
  @Parameters(
      arity = "0..*",
      paramLabel = "VECTOR",
      description = "Names or files; without any, all of the vector folder.")
  private List<String> names = List.of();

  @Mixin private VectorFolder folder;

  @Option(
      names = "--project-out",
      paramLabel = "VECTOR",
      description = "Take the part along this one away from the first vector.")
  private String away;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      description = "Where to write what is left of it.")
  private Path output;

  @Mixin private Talk talk;

  @Override
  public void run() {
    if ((away == null) != (output == null) || away != null && names.isEmpty()) {
      throw Problem.of(Code.USAGE, "--project-out needs a vector to take from, and -o")
          .help("steerc vectors audit joy --project-out formal -o joy-alone.safetensors")
          .exception();
    }
    VectorStore store = folder.store();
    List<VectorFile> files =
        names.isEmpty() ? store.all() : names.stream().distinct().map(store::file).toList();
    if (away != null) {
      projectOut(files.get(0), store.file(away));
      return;
    }
    if (files.size() < 2) {
      throw Problem.of(Code.USAGE, "there are no two vectors to compare")
          .at(store.folder())
          .help("name two or more, or their folder with --vectors")
          .exception();
    }
    AuditReport report = new AuditReport(Audit.of(files), typed(files), folder.typed());
    report.lines(Style.ofTerminal()).forEach(talk::say);
    if (talk.isJson()) {
      System.out.println(Json.write(report.toMap()));
    }
  }

  /** What was typed for each, by its name and by its path: a report calls it one or the other. */
  private Map<String, String> typed(List<VectorFile> files) {
    Map<String, String> typed = new HashMap<>();
    List<String> words = names.stream().distinct().toList();
    for (int i = 0; i < words.size(); i++) {
      typed.put(files.get(i).name(), words.get(i));
      typed.put(files.get(i).path().toString(), words.get(i));
    }
    return typed;
  }

  private void projectOut(VectorFile file, VectorFile other) {
    VectorFile rest = Audit.without(file, other);
    VectorFormat.of(output)
        .write(rest, GgufOptions.DEFAULT, output, List.of(file.path(), other.path()));
    AuditReport report = new AuditReport(Audit.of(List.of(file, other)), Map.of(), "");
    report.projected(file.name(), other.name(), output).forEach(talk::say);
    if (talk.isJson()) {
      System.out.println(Json.write(report.toMap()));
    }
  }
}
