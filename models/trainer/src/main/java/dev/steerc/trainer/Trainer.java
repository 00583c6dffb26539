package dev.steerc.trainer;

import dev.steerc.runtime.format.Safetensors;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The loop of a training, with a table of how it goes; it goes on where one in the same folder
 * stopped.
 */
final class Trainer {
  /** The file of the weights, in the folder of the training. */
  static final String WEIGHTS = "model.safetensors";

  private static final String STATE = "training.safetensors";
  private static final int TABLE = 100;
  private static final int SAVE = 200;

  private final Recipe recipe;
  private final Batches batches;
  private final List<Batches.Rows> heldOut;
  private final Path folder;
  private final PrintStream table;
  private final Training training;
  private long tokens;
  private double loss;
  private long timed;
  private long nanos;

  /**
   * A training that is about to begin or to go on.
   *
   * @param heldOut batches to measure the loss of
   * @param folder where weights and state are kept
   */
  Trainer(
      Recipe recipe, Batches batches, List<Batches.Rows> heldOut, Path folder, PrintStream table) {
    this.recipe = recipe;
    this.batches = batches;
    this.heldOut = heldOut;
    this.folder = folder;
    this.table = table;
    Path state = folder.resolve(STATE);
    this.training =
        Files.exists(state)
            ? Training.resume(recipe, Safetensors.read(state))
            : Training.begin(recipe);
  }

  /** Does the steps that are left. */
  Model run() {
    for (int step = 0; step < training.steps(); step++) {
      tokens += batches.at(step).count();
    }
    table.println("  step     tokens    train     held out  tokens/s");
    while (training.steps() < recipe.steps()) {
      step();
      boolean last = training.steps() == recipe.steps();
      if (last || training.steps() % TABLE == 0) {
        line();
      }
      if (last || training.steps() % SAVE == 0) {
        save();
      }
    }
    return training.model();
  }

  private void step() {
    Batches.Rows rows = batches.at(training.steps());
    long start = System.nanoTime();
    double now = training.step(rows);
    nanos += System.nanoTime() - start;
    timed += rows.count();
    tokens += rows.count();
    loss = loss == 0 ? now : 0.95 * loss + 0.05 * now;
  }

  private void line() {
    table.printf(
        "%6d %10d %8.4f     %8.4f %9.0f%n",
        training.steps(), tokens, loss, heldOutLoss(), timed * 1e9 / nanos);
    table.flush();
    timed = 0;
    nanos = 0;
  }

  /** The mean loss per token of the held-out batches. */
  private double heldOutLoss() {
    double sum = 0;
    long count = 0;
    for (Batches.Rows rows : heldOut) {
      float mean = Torch.withoutGradient(() -> training.model().loss(rows).item_float());
      sum += (double) mean * rows.count();
      count += rows.count();
    }
    return sum / count;
  }

  private void save() {
    training.state().write(folder.resolve(STATE));
    save(training.model(), folder.resolve(WEIGHTS));
  }

  private void save(Model model, Path file) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", "pt");
    metadata.put(Names.HEADS, Integer.toString(recipe.config().heads()));
    metadata.put("steps", Integer.toString(training.steps()));
    metadata.put("seed", Long.toString(recipe.seed()));
    new Safetensors(metadata, model.weights()).write(file);
  }
}
