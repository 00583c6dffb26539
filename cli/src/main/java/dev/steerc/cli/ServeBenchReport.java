package dev.steerc.cli;

import dev.steerc.cli.serve.bench.Load;
import dev.steerc.cli.serve.bench.ServeBench;
import dev.steerc.cli.serve.bench.ServeBench.Throughput;
import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.bench.Footprint;
import dev.steerc.runtime.bench.Machine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What {@code steerc bench serve} says it measured. */
record ServeBenchReport(ServeBench bench, Machine machine, Path model, ServeBench.Result result) {
  private static final int SHOWN = 3;

  List<String> lines(Style style) {
    List<String> lines = new ArrayList<>();
    lines.add(
        format(
            "%s: %d prompts, %d steerings, texts of at most %d tokens; %d cores, %s, Java %s",
            model.getFileName(),
            bench.prompts().size(),
            bench.steerings(),
            bench.tokens(),
            machine.cores(),
            mebibytes(machine.memory()),
            machine.java()));
    lines.add(format("one behind the other, without a server: %.0f tokens/s", result.alone()));
    Table table = new Table("at once", "tokens/s", "against alone");
    for (Throughput one : result.throughputs()) {
      table.row(
          one.batch(),
          format("%.0f", one.tokensPerSecond()),
          format("%.2f x", one.tokensPerSecond() / result.alone()));
    }
    lines.addAll(table.lines(style));
    lines.addAll(load(result.load()));
    return lines;
  }

  private List<String> load(Load load) {
    List<String> lines = new ArrayList<>();
    lines.add(
        format(
            "%d clients for %.0f s: %d requests, %.0f tokens/s; first token: p50 %.0f ms, p99 %.0f ms",
            load.clients(),
            load.seconds(),
            load.requests(),
            load.tokensPerSecond(),
            1000 * load.firstWithin(0.5),
            1000 * load.firstWithin(0.99)));
    lines.add(
        format(
            "memory before and behind it: heap %s, %s; resident %s, %s; threads %d, %d",
            mebibytes(result.before().heap()),
            mebibytes(result.after().heap()),
            resident(result.before()),
            resident(result.after()),
            result.before().threads(),
            result.after().threads()));
    lines.add(
        load.wrong().isEmpty()
            ? "every text is the one that is generated alone"
            : load.wrong().size() + " texts are not the ones that are generated alone");
    return lines;
  }

  /** What makes the command fail. */
  Optional<Problem> problem() {
    List<Load.Wrong> wrong = result.load().wrong();
    if (wrong.isEmpty()) {
      return Optional.empty();
    }
    Problem problem =
        Problem.of(
            Code.PROOF_FAILED, wrong.size() + " answers are not what the model generates alone");
    for (Load.Wrong one : wrong.subList(0, Math.min(SHOWN, wrong.size()))) {
      problem =
          problem.note(
              one.request()
                  + " gave "
                  + one.status()
                  + " "
                  + one.answered()
                  + " instead of "
                  + one.expected());
    }
    return Optional.of(problem);
  }

  private static String resident(Footprint footprint) {
    return footprint.resident().isPresent()
        ? mebibytes(footprint.resident().getAsLong())
        : "unknown";
  }

  private static Long bytes(Footprint footprint) {
    return footprint.resident().isPresent() ? footprint.resident().getAsLong() : null;
  }

  private static String mebibytes(long bytes) {
    return (bytes >> 20) + " MiB";
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  String json() {
    List<Map<String, Object>> throughputs = new ArrayList<>();
    for (Throughput one : result.throughputs()) {
      throughputs.add(
          Json.object("at_once", one.batch(), "tokens_per_second", one.tokensPerSecond()));
    }
    Load load = result.load();
    return Json.write(
        Json.object(
            "model", model.getFileName().toString(),
            "cores", machine.cores(),
            "memory", machine.memory(),
            "java", machine.java(),
            "steerings", bench.steerings(),
            "alone_tokens_per_second", result.alone(),
            "throughput", throughputs,
            "clients", load.clients(),
            "seconds", load.seconds(),
            "requests", load.requests(),
            "tokens_per_second", load.tokensPerSecond(),
            "first_token_p50", load.firstWithin(0.5),
            "first_token_p99", load.firstWithin(0.99),
            "heap_before", result.before().heap(),
            "heap_after", result.after().heap(),
            "resident_before", bytes(result.before()),
            "resident_after", bytes(result.after()),
            "wrong", load.wrong().size()));
  }
}
