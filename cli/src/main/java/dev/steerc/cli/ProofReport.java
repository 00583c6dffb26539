package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.runtime.proof.Check;
import dev.steerc.runtime.proof.Claim;
import dev.steerc.runtime.proof.Proof;
import dev.steerc.runtime.proof.Trial;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code steerc verify} says it measured.
 *
 * @param name the patched model
 * @param proof the measurements
 */
record ProofReport(String name, Proof proof) {

  List<String> lines(Style style) {
    List<String> lines = new ArrayList<>();
    lines.add(style.bold(name) + ": " + trials());
    lines.addAll(coloured(style, whole().lines(style)));
    lines.add("");
    lines.addAll(coloured(style, edits().lines(style)));
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
      String past = trial.past() > 0 ? " after " + trial.past() + " cached tokens" : "";
      texts.add(
          String.format(
              "a %s of %d x %d tokens%s", trial.name(), trial.rows(), trial.tokens(), past));
    }
    return "ran " + String.join(" and ", texts);
  }

  private Table whole() {
    Table table = new Table("the model as a whole", "difference", "at most", "");
    for (Check check : proof.checks()) {
      if (check.subject().isEmpty()) {
        table.row(
            check.claim().text(),
            number(check.measured()),
            number(check.bound()),
            verdict(check.holds()));
      }
    }
    return table;
  }

  private Table edits() {
    Table table =
        new Table(
            "a random edit at", "off by", "at most", "upstream", "tapped twin", "output moves", "");
    Map<String, List<Check>> subjects = new LinkedHashMap<>();
    for (Check check : proof.checks()) {
      if (!check.subject().isEmpty()) {
        subjects.computeIfAbsent(check.subject(), s -> new ArrayList<>()).add(check);
      }
    }
    subjects.forEach(
        (subject, checks) ->
            table.row(
                subject,
                measured(checks, Claim.EXACT),
                checks.stream()
                    .filter(c -> c.claim() == Claim.EXACT)
                    .findFirst()
                    .map(c -> number(c.bound()))
                    .orElse("-"),
                measured(checks, Claim.LOCAL),
                measured(checks, Claim.SAME_AS_TAPPED),
                measured(checks, Claim.EFFECTIVE),
                verdict(checks.stream().allMatch(Check::holds))));
    return table;
  }

  private static String measured(List<Check> checks, Claim claim) {
    Optional<Check> check = checks.stream().filter(c -> c.claim() == claim).findFirst();
    return check.map(c -> number(c.measured())).orElse("-");
  }

  private static String verdict(boolean holds) {
    return holds ? "ok" : "FAILED";
  }

  private static List<String> coloured(Style style, List<String> lines) {
    return lines.stream()
        .map(line -> line.replaceFirst("ok$", style.green("ok")))
        .map(line -> line.replaceFirst("FAILED$", style.red("FAILED")))
        .toList();
  }

  private static String number(double value) {
    return value == 0 ? "0" : String.format(Locale.ROOT, "%.1e", value);
  }

  Map<String, Object> toMap() {
    List<Map<String, Object>> checks = new ArrayList<>();
    for (Check check : proof.checks()) {
      checks.add(
          Json.object(
              "at", check.subject().isEmpty() ? null : check.subject(),
              "claim", check.claim().name().toLowerCase(Locale.ROOT),
              "measured", check.measured(),
              "bound", check.bound(),
              "holds", check.holds()));
    }
    return Json.object("model", name, "holds", proof.holds(), "checks", checks);
  }
}
