package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.runtime.Check;
import dev.steerc.runtime.Proof;
import dev.steerc.runtime.Trial;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What {@code steerc verify} says it measured.
 *
 * @param name the patched model
 * @param proof the measurements
 */
record ProofReport(String name, Proof proof) {

  List<String> lines(Style style, boolean all) {
    List<String> lines = new ArrayList<>();
    lines.add(style.bold(name) + ": " + trials());
    Table table = new Table("what", "claim", "measured", "bound", "");
    for (Check check : proof.checks()) {
      table.row(
          check.subject(),
          check.claim(),
          number(check.measured()),
          (check.exceeds() ? ">" : "<=") + number(check.bound()),
          check.holds() ? "ok" : "FAILED");
    }
    for (String line : table.lines(style)) {
      lines.add(
          line.endsWith(" ok")
              ? line.substring(0, line.length() - 2) + style.green("ok")
              : line.endsWith("FAILED")
                  ? line.substring(0, line.length() - 6) + style.red("FAILED")
                  : line);
    }
    long failed = proof.checks().stream().filter(check -> !check.holds()).count();
    lines.add(
        failed == 0
            ? style.green("proven") + ": all " + proof.checks().size() + " measurements hold"
            : style.red("not proven") + ": " + failed + " of " + proof.checks().size() + " fail");
    return lines;
  }

  private String trials() {
    List<String> texts = new ArrayList<>();
    for (Trial trial : proof.trials()) {
      String past = trial.past() > 0 ? " after " + trial.past() + " cached" : "";
      texts.add(String.format("a %s of %dx%d%s", trial.name(), trial.rows(), trial.tokens(), past));
    }
    return String.join(" and ", texts) + ", as float32 differences";
  }

  private static String number(double value) {
    return value == 0 ? "0" : String.format(Locale.ROOT, "%.1e", value);
  }

  Map<String, Object> toMap() {
    List<Map<String, Object>> checks = new ArrayList<>();
    for (Check check : proof.checks()) {
      checks.add(
          Json.object(
              "what", check.subject(),
              "claim", check.claim(),
              "measured", check.measured(),
              "bound", check.bound(),
              "relation", check.exceeds() ? ">" : "<=",
              "holds", check.holds()));
    }
    return Json.object("model", name, "holds", proof.holds(), "checks", checks);
  }
}
