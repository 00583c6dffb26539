package dev.steerc.trainer;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.format.Safetensors;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The loop of a training, with a table of how it goes; it goes on where one in the same folder
 * stopped.
 */
final class Trainer {
  /** The file of the weights, in the folder of the training once it is done. */
  static final String WEIGHTS = "model.safetensors";

  /** The file that a training goes on from, in the same folder; it is whole at any time. */
  static final String STATE = "training.safetensors";

  private static final String PROGRESS = "progress";
  private static final String FACT = "recipe.";
  private static final int TABLE = 100;
  private static final int SAVE = 200;

  private final Recipe recipe;
  private final Lessons lessons;
  private final Path folder;
  private final PrintStream table;
  private final Training training;
  private final int saveEvery;
  private Progress progress;

  /**
   * A training that is about to begin or to go on.
   *
   * @param folder where weights and state are kept
   * @throws dev.steerc.problem.SteercException if the folder holds another recipe's training
   */
  Trainer(Recipe recipe, Lessons lessons, Path folder, PrintStream table) {
    this(recipe, lessons, folder, table, SAVE);
  }

  /**
   * The same.
   *
   * @param saveEvery the steps that a kill can cost at most
   */
  Trainer(Recipe recipe, Lessons lessons, Path folder, PrintStream table, int saveEvery) {
    this.recipe = recipe;
    this.lessons = lessons;
    this.folder = folder;
    this.table = table;
    this.saveEvery = saveEvery;
    Path state = folder.resolve(STATE);
    if (Files.exists(state)) {
      Safetensors saved = Safetensors.read(state);
      check(saved.metadata(), state);
      training = Training.resume(recipe, saved);
      progress = Progress.of(Fields.parse(saved.metadata().get(PROGRESS)));
    } else {
      training = Training.begin(recipe);
      progress = Progress.NONE;
    }
  }

  /** Refuses to go on with another recipe: its rates would be those of neither. */
  private void check(Map<String, String> saved, Path state) {
    Problem problem =
        Problem.of(Code.USAGE, "the training in `" + folder + "` has another recipe").at(state);
    boolean isSame = true;
    for (Map.Entry<String, String> fact : facts().entrySet()) {
      String before = saved.getOrDefault(fact.getKey(), "not recorded");
      if (!before.equals(fact.getValue())) {
        String name = fact.getKey().substring(FACT.length());
        problem = problem.note(name + ": " + before + " there, " + fact.getValue() + " now");
        isSame = false;
      }
    }
    if (!isSame) {
      throw problem.help("pass the recipe of that training, or another folder").exception();
    }
  }

  private Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    recipe.facts().forEach((name, value) -> facts.put(FACT + name, value));
    lessons.facts().forEach((name, value) -> facts.put(FACT + name, value));
    return facts;
  }

  /** Does the steps that are left. */
  Model run() {
    table.println("  step     tokens    train     held out  tokens/s");
    progress.lines().forEach(line -> print(line, ""));
    double timed = progress.seconds();
    long counted = progress.tokens();
    while (training.steps() < recipe.steps()) {
      step();
      boolean last = training.steps() == recipe.steps();
      if (last || training.steps() % TABLE == 0) {
        progress = progress.line(training.steps(), heldOutLoss());
        double rate = (progress.tokens() - counted) / (progress.seconds() - timed);
        print(progress.last(), String.format(Locale.ROOT, "%9.0f", rate));
        timed = progress.seconds();
        counted = progress.tokens();
      }
      if (last || training.steps() % saveEvery == 0) {
        save();
      }
    }
    saveWeights();
    return training.model();
  }

  /** How it went, over all interruptions. */
  Progress progress() {
    return progress;
  }

  private void step() {
    Batches.Rows rows = lessons.batches().at(training.steps());
    long start = System.nanoTime();
    double loss = training.step(rows);
    progress = progress.step(rows.count(), loss, (System.nanoTime() - start) / 1e9);
  }

  private void print(Progress.Line line, String rate) {
    String text =
        String.format(
            Locale.ROOT,
            "%6d %10d %8.4f     %8.4f %s",
            line.step(),
            line.tokens(),
            line.train(),
            line.heldOut(),
            rate);
    table.println(text.stripTrailing());
    table.flush();
  }

  /** The mean loss per token of the held-out batches. */
  private double heldOutLoss() {
    double sum = 0;
    long count = 0;
    for (Batches.Rows rows : lessons.heldOut()) {
      float mean = Torch.withoutGradient(() -> training.model().loss(rows).item_float());
      sum += (double) mean * rows.count();
      count += rows.count();
    }
    return sum / count;
  }

  private void save() {
    Safetensors state = training.state();
    Map<String, String> metadata = new LinkedHashMap<>(state.metadata());
    metadata.putAll(facts());
    metadata.put(PROGRESS, Json.write(progress.toMap()));
    new Safetensors(metadata, state.tensors()).write(folder.resolve(STATE));
  }

  private void saveWeights() {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", "pt");
    metadata.put(Names.HEADS, Integer.toString(recipe.config().heads()));
    metadata.put("steps", Integer.toString(training.steps()));
    metadata.put("seed", Long.toString(recipe.seed()));
    new Safetensors(metadata, training.model().weights()).write(folder.resolve(WEIGHTS));
  }
}
