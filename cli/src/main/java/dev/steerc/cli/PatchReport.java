package dev.steerc.cli;

import dev.steerc.Patched;
import dev.steerc.manifest.Json;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Plan;
import dev.steerc.plan.Port;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What {@code steerc patch} says it did.
 *
 * @param model the file or folder that was patched
 * @param output the file or folder that was written
 * @param patched one entry a model
 * @param others models in the folder that were not patched
 */
record PatchReport(Path model, Path output, List<Patched> patched, List<Path> others) {
  private static final int MOST_SITES = 24;

  List<String> lines(Style style) {
    List<String> lines = new ArrayList<>();
    Plan plan = patched.get(0).plan();
    String summary = InspectReport.summary(patched.get(0).manifest().model());
    lines.add(style.bold(model.toString()) + ": " + summary);
    List<String> ports = plan.steps().stream().flatMap(step -> ports(step).stream()).toList();
    lines.addAll(ports.subList(0, Math.min(MOST_SITES, ports.size())));
    if (ports.size() > MOST_SITES) {
      lines.add("  and " + (ports.size() - MOST_SITES) + " more");
    }
    if (plan.lastLogits()) {
      lines.add("  logits of the last position only: [batch, 1, vocabulary]");
    }
    patched.get(0).manifest().model().operator().map(PatchReport::fed).ifPresent(lines::add);
    patched.forEach(each -> lines.add(written(each)));
    others.forEach(file -> lines.add("copied " + file.getFileName() + " as it is"));
    lines.add("next: steerc " + (isProvable() ? "verify " + model + " " : "inspect ") + output);
    return lines;
  }

  /** A model that had steering already is no original, and what is inside an operator is hidden. */
  private boolean isProvable() {
    return patched.stream()
        .noneMatch(each -> each.again() || each.manifest().model().operator().isPresent());
  }

  /** What generates by itself hands its decoder one tensor for the prompt and every token. */
  private static String fed(String operator) {
    return "  inside a " + operator + " seq is 1, and batch is 1 or prompts x beams";
  }

  /** The line that says what was written. */
  String written(Patched each) {
    Path name =
        patched.size() == 1 && each.output().equals(output)
            ? output
            : output.resolve(each.output().getFileName());
    return String.format(
        "wrote %s: %s, %s added, %s",
        name,
        count(each.patch().replacedNodes(), "node") + " replaced",
        each.patch().addedNodes(),
        weights(each));
  }

  private static String weights(Patched each) {
    return each.manifest()
        .thin()
        .map(thin -> thin.size() + each.grown() + " bytes, the weights in " + thin.location())
        .orElseGet(() -> "+" + each.grown() + " bytes, the rest copied byte for byte");
  }

  private static String count(long n, String noun) {
    return n + " " + noun + (n == 1 ? "" : "s");
  }

  /** A line for each port, as {@code block 6 resid_post add steer.… [batch|1, seq|1, 768]}. */
  private static List<String> ports(Plan.Step step) {
    Intervention intervention = step.intervention();
    String where =
        intervention.site() instanceof Site.InBlock site
            ? String.format("block %-3s %-10s", site.block(), site.kind().label())
            : "value " + ((Site.Named) intervention.site()).value();
    String head = String.format("  %s  %-7s  ", where, intervention.op());
    if (intervention instanceof Tap tap) {
      return List.of(head + tap.output() + " [batch, seq, " + step.width() + "]");
    }
    return step.ports().stream().map(port -> head + port.name() + " " + dims(port)).toList();
  }

  private static String dims(Port port) {
    return port.dims().toString();
  }

  /** What is doubtful about the patch. */
  List<String> warnings() {
    return patched.stream().flatMap(each -> each.plan().warnings().stream()).distinct().toList();
  }

  String json() {
    List<Map<String, Object>> entries = new ArrayList<>();
    for (Patched each : patched) {
      entries.add(
          Json.object(
              "output",
                  output.endsWith(each.output().getFileName())
                      ? output
                      : output.resolve(each.output().getFileName()),
              "nodes_replaced", each.patch().replacedNodes(),
              "nodes_added", each.patch().addedNodes(),
              "bytes_added", each.grown(),
              "steering", each.manifest().steering(),
              "taps", each.manifest().taps(),
              "last_logits", each.manifest().lastLogits()));
    }
    return Json.write(Json.object("model", model, "patched", entries, "warnings", warnings()));
  }
}
