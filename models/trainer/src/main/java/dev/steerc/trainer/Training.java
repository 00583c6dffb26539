package dev.steerc.trainer;

import dev.steerc.models.Gpt2;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.format.Safetensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.bytedeco.pytorch.Tensor;

/** A model on its way: its weights, what the optimizers remember, and the steps done. */
final class Training {
  private static final String STEP = "step";

  private final Recipe recipe;
  private final Model model;
  private final List<Optimizer> optimizers;
  private int step;

  private Training(Recipe recipe, Model model) {
    this.recipe = recipe;
    this.model = model;
    this.optimizers =
        List.of(
            new Muon(some(model, Training::isHiddenMatrix)),
            new AdamW(some(model, name -> !isHiddenMatrix(name))));
  }

  /** A training of which no step is done. */
  static Training begin(Recipe recipe) {
    return new Training(recipe, Model.of(Beginning.of(recipe.config(), recipe.seed())));
  }

  /** A training as {@link #state} gave it. */
  static Training resume(Recipe recipe, Safetensors state) {
    Gpt2 weights = Names.model(recipe.config(), state.tensors());
    Training training = new Training(recipe, Model.of(weights));
    training.step = Integer.parseInt(state.metadata().get(STEP));
    Torch.withoutGradient(() -> training.recall(state.tensors()));
    return training;
  }

  private Training recall(Map<String, Floats> tensors) {
    memory().forEach((name, tensor) -> tensor.copy_(Torch.tensor(tensors.get(name))));
    return this;
  }

  /** All that a later training needs to go on as if there had been no stop. */
  Safetensors state() {
    Map<String, Floats> tensors = new LinkedHashMap<>(model.weights());
    memory().forEach((name, tensor) -> tensors.put(name, Torch.floats(tensor)));
    return new Safetensors(Map.of(STEP, Integer.toString(step)), tensors);
  }

  Model model() {
    return model;
  }

  /** The number of steps done. */
  int steps() {
    return step;
  }

  /** Learns from one batch, and gives its mean loss before that. */
  double step(Batches.Rows rows) {
    double loss = Torch.scoped(() -> backward(rows));
    Torch.withoutGradient(
        () -> {
          optimizers.forEach(optimizer -> optimizer.step(recipe.part(step)));
          model.parameters().values().forEach(parameter -> parameter.grad().zero_());
          return null;
        });
    step++;
    return loss;
  }

  private double backward(Batches.Rows rows) {
    Tensor loss = model.loss(rows);
    loss.backward();
    return loss.item_float();
  }

  private Map<String, Tensor> memory() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    optimizers.forEach(optimizer -> all.putAll(optimizer.memory()));
    return all;
  }

  private static boolean isHiddenMatrix(String name) {
    return name.contains(".c_") && name.endsWith(".weight");
  }

  private static Map<String, Tensor> some(Model model, Predicate<String> names) {
    Map<String, Tensor> out = new LinkedHashMap<>();
    model.parameters().keySet().stream()
        .filter(names)
        .forEach(name -> out.put(name, model.parameters().get(name)));
    return out;
  }
}
