package dev.steerc.trainer;

import dev.steerc.models.Gpt2;
import dev.steerc.models.Gpt2.Config;
import dev.steerc.runtime.format.Floats;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * A GPT-2 in libtorch.
 *
 * <p>Padding is at the right, where no attention that looks back can see it; so there is no mask.
 *
 * @param parameters its weights by Hugging Face's names, leaves that take a gradient
 */
record Model(Config config, Map<String, Tensor> parameters) {
  private static final int MEAN = 1;

  /** A model with a copy of these weights. */
  static Model of(Gpt2 weights) {
    Torch.load();
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    Names.floats(weights).forEach((name, floats) -> parameters.put(name, leaf(floats)));
    return new Model(weights.config(), parameters);
  }

  /** A tensor that takes a gradient; what set_requires_grad returns would not own its memory. */
  private static Tensor leaf(Floats floats) {
    Tensor tensor = Torch.tensor(floats);
    tensor.set_requires_grad(true);
    return tensor;
  }

  /** A copy of the weights by name. */
  Map<String, Floats> weights() {
    Map<String, Floats> out = new LinkedHashMap<>();
    parameters.forEach((name, tensor) -> out.put(name, Torch.floats(tensor)));
    return out;
  }

  /** The same model with every weight rounded to float16. */
  Gpt2 halved() {
    Map<String, Floats> out = new LinkedHashMap<>();
    parameters.forEach(
        (name, tensor) -> out.put(name, Torch.withoutGradient(() -> Torch.halved(tensor))));
    return Names.model(config, out);
  }

  /**
   * The mean loss of a batch in nats per token.
   *
   * @return a scalar that gradients can be taken of
   */
  Tensor loss(Batches.Rows rows) {
    Tensor logits = logits(Torch.ids(rows.ids(), rows.width()));
    return torch.cross_entropy_loss(
        logits.reshape(-1, config.vocab()),
        torch.tensor(rows.targets()),
        new TensorOptional(),
        MEAN,
        Batches.IGNORED,
        0);
  }

  /**
   * What the model expects behind every token.
   *
   * @param ids int64 [rows, width]
   * @return float32 [rows, width, vocab]
   */
  Tensor logits(Tensor ids) {
    return head(stream(ids));
  }

  /** The tokens' logits from the stream behind the last block. */
  Tensor head(Tensor stream) {
    return norm(stream, "ln_f").matmul(parameter(Names.TOKENS).t());
  }

  /** The stream behind the last block, float32 [rows, width, hidden]. */
  Tensor stream(Tensor ids) {
    Tensor places = parameter(Names.PLACES).narrow(0, 0, ids.size(1));
    Tensor x = torch.embedding(parameter(Names.TOKENS), ids).add(places);
    for (int i = 0; i < config.blocks(); i++) {
      String block = Names.block(i);
      x = x.add(attention(norm(x, block + "ln_1"), block + "attn."));
      x = x.add(mlp(norm(x, block + "ln_2"), block + "mlp."));
    }
    return x;
  }

  private Tensor attention(Tensor x, String name) {
    Tensor qkv = linear(x, name + "c_attn");
    Tensor mixed =
        torch.scaled_dot_product_attention(
            heads(qkv, 0),
            heads(qkv, 1),
            heads(qkv, 2),
            new TensorOptional(),
            0,
            true,
            new DoubleOptional(),
            false);
    Tensor joined = mixed.transpose(1, 2).reshape(x.size(0), x.size(1), config.hidden());
    return linear(joined, name + "c_proj");
  }

  /** Query, key or value as [rows, heads, width, head width]. */
  private Tensor heads(Tensor qkv, int part) {
    return qkv.narrow(2, (long) part * config.hidden(), config.hidden())
        .reshape(qkv.size(0), qkv.size(1), config.heads(), config.headWidth())
        .transpose(1, 2);
  }

  private Tensor mlp(Tensor x, String name) {
    return linear(torch.gelu(linear(x, name + "c_fc"), "tanh"), name + "c_proj");
  }

  private Tensor norm(Tensor x, String name) {
    return torch.layer_norm(
        x,
        new long[] {config.hidden()},
        new TensorOptional(parameter(name + ".weight")),
        new TensorOptional(parameter(name + ".bias")),
        Gpt2.EPSILON,
        false);
  }

  private Tensor linear(Tensor x, String name) {
    Tensor matrix = parameter(name + ".weight");
    Scalar one = Torch.scalar(1);
    Tensor flat = x.reshape(-1, matrix.size(0));
    return torch
        .addmm(parameter(name + ".bias"), flat, matrix, one, one)
        .reshape(x.size(0), x.size(1), matrix.size(1));
  }

  private Tensor parameter(String name) {
    return parameters.get(name);
  }
}
