package dev.steerc.cli;

import dev.steerc.Steerc;
import dev.steerc.problem.Code;
import dev.steerc.runtime.Sampling;
import dev.steerc.runtime.Settings;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.format.Digest;
import dev.steerc.runtime.format.FileBytes;
import dev.steerc.runtime.measure.Exam;
import dev.steerc.runtime.measure.Sweep;
import dev.steerc.runtime.steering.Condition;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * All that a sweep depends on, for doing it again.
 *
 * @param facts by name, in the order of showing
 * @param command what was typed
 */
public record SweepSetting(Map<String, String> facts, String command) {
  private static final int LARGEST = 1 << 30;

  public static SweepSetting of(List<String> arguments, Sweep sweep, Path vector, String prompts) {
    Exam exam = sweep.choosing();
    SteeredModel model = exam.model();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("steerc", Steerc.VERSION);
    facts.put("model", model.path() + ", " + model.ports().base());
    String digest = Digest.sha256(FileBytes.read(vector, LARGEST, Code.BAD_TENSOR_FILE));
    facts.put("vector", vector + ", sha256:" + digest + " before the sweep");
    facts.put(
        "prompts",
        prompts
            + ": "
            + exam.prompts().size()
            + " to choose by, "
            + sweep.reporting().prompts().size()
            + " to report on");
    facts.put("scorer", exam.scorer().label());
    if (!exam.scorer().remark().isEmpty()) {
      facts.put("scorer's worth", exam.scorer().remark());
    }
    facts.put("rule", sweep.rule().text());
    facts.put("positions", sweep.grid().positions().toString());
    sweep.grid().when().ifPresent(one -> facts.put("condition", condition(one)));
    sweep.instruction().ifPresent(text -> facts.put("instruction", text));
    facts.put("generating", generating(exam.settings().apply(model.defaults())));
    facts.put("seed", Long.toString(exam.seed()));
    String typed = arguments.stream().map(SweepSetting::quoted).collect(Collectors.joining(" "));
    return new SweepSetting(facts, "steerc " + typed);
  }

  private static String condition(Condition when) {
    String side = when.above() ? " above " : " below ";
    return "the mean activation at " + when.site().text() + side + when.threshold();
  }

  private static String generating(Settings settings) {
    Sampling sampling = settings.sampling();
    String most = "at most " + settings.maxNewTokens() + " tokens, ";
    if (sampling.isGreedy()) {
      return most + "always the best one";
    }
    String penalty =
        sampling.repetitionPenalty() == 1
            ? ""
            : ", repetition penalty " + sampling.repetitionPenalty();
    return most
        + "temperature "
        + sampling.temperature()
        + (", top-k " + sampling.topK())
        + (", top-p " + sampling.topP())
        + (", min-p " + sampling.minP())
        + penalty;
  }

  private static String quoted(String argument) {
    boolean plain = argument.matches("[\\w./:=,@+-]+");
    return plain ? argument : "'" + argument.replace("'", "'\\''") + "'";
  }
}
