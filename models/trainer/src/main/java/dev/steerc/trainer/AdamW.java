package dev.steerc.trainer;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * AdamW: each number moves by the mean of its gradients over the root of their mean square.
 *
 * <p>Source: arXiv 1711.05101.
 */
final class AdamW implements Optimizer {
  private static final double RATE = 3e-3;
  private static final double MEAN = 0.9;
  private static final double SQUARE = 0.95;
  private static final double TINY = 1e-8;
  private static final double DECAY = 0.01;
  private static final String STEPS = "adamw.steps";

  private final Map<String, Tensor> parameters;
  private final Map<String, Tensor> memory = new LinkedHashMap<>();

  AdamW(Map<String, Tensor> parameters) {
    this.parameters = parameters;
    memory.put(STEPS, torch.zeros(1));
    parameters.forEach(
        (name, parameter) -> {
          memory.put("adamw.mean." + name, torch.zeros_like(parameter));
          memory.put("adamw.square." + name, torch.zeros_like(parameter));
        });
  }

  @Override
  public void step(double part) {
    float steps = memory.get(STEPS).add_(Torch.scalar(1)).item_float();
    double meanSum = 1 - Math.pow(MEAN, steps);
    double squareSum = 1 - Math.pow(SQUARE, steps);
    double rate = part * RATE;
    parameters.forEach(
        (name, parameter) -> {
          Tensor gradient = parameter.grad();
          Tensor mean = memory.get("adamw.mean." + name);
          Tensor square = memory.get("adamw.square." + name);
          mean.lerp_(gradient, Torch.scalar(1 - MEAN));
          square.mul_(Torch.scalar(SQUARE));
          square.addcmul_(gradient, gradient, Torch.scalar(1 - SQUARE));
          Tensor root = square.div(Torch.scalar(squareSum)).sqrt_().add_(Torch.scalar(TINY));
          parameter.mul_(Torch.scalar(1 - rate * DECAY));
          parameter.addcdiv_(mean, root, Torch.scalar(-rate / meanSum));
        });
  }

  @Override
  public Map<String, Tensor> memory() {
    return memory;
  }
}
