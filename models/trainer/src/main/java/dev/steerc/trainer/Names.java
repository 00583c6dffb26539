package dev.steerc.trainer;

import dev.steerc.models.Gpt2;
import dev.steerc.models.Gpt2.Block;
import dev.steerc.models.Gpt2.Config;
import dev.steerc.models.Gpt2.Linear;
import dev.steerc.models.Gpt2.Norm;
import dev.steerc.models.Weight;
import dev.steerc.runtime.format.Floats;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/** The names that Hugging Face's files give to the weights of a GPT-2. */
final class Names {
  static final String TOKENS = "wte.weight";
  static final String PLACES = "wpe.weight";

  /** What a file calls the number of heads, which no tensor tells. */
  static final String HEADS = "n_head";

  private Names() {}

  /** The prefix of a block. */
  static String block(int index) {
    return "h." + index + ".";
  }

  /** The sizes that weights have. */
  static Config config(Map<String, Floats> weights, int heads) {
    long[] tokens = weights.get(TOKENS).dims();
    long[] places = weights.get(PLACES).dims();
    int blocks = 0;
    while (weights.containsKey(block(blocks) + "ln_1.weight")) {
      blocks++;
    }
    return new Config(blocks, (int) tokens[1], heads, (int) tokens[0], (int) places[0]);
  }

  /** The number of a model's parameters. */
  static long count(Gpt2 model) {
    return floats(model).values().stream().mapToLong(floats -> floats.values().length).sum();
  }

  /** The weights of a model by name, in the order of its layers. */
  static Map<String, Floats> floats(Gpt2 model) {
    Map<String, Floats> out = new LinkedHashMap<>();
    out.put(TOKENS, floats(model.tokens()));
    out.put(PLACES, floats(model.places()));
    for (int i = 0; i < model.blocks().size(); i++) {
      Block block = model.blocks().get(i);
      put(out, block(i) + "ln_1", block.attentionNorm());
      put(out, block(i) + "attn.c_attn", block.qkv());
      put(out, block(i) + "attn.c_proj", block.attentionOut());
      put(out, block(i) + "ln_2", block.mlpNorm());
      put(out, block(i) + "mlp.c_fc", block.up());
      put(out, block(i) + "mlp.c_proj", block.down());
    }
    put(out, "ln_f", model.finalNorm());
    return out;
  }

  /** The model that has these weights; further tensors are passed over. */
  static Gpt2 model(Config config, Map<String, Floats> weights) {
    return new Gpt2(
        config,
        weight(weights, TOKENS),
        weight(weights, PLACES),
        IntStream.range(0, config.blocks()).mapToObj(i -> block(weights, block(i))).toList(),
        norm(weights, "ln_f"));
  }

  private static Block block(Map<String, Floats> weights, String prefix) {
    return new Block(
        norm(weights, prefix + "ln_1"),
        linear(weights, prefix + "attn.c_attn"),
        linear(weights, prefix + "attn.c_proj"),
        norm(weights, prefix + "ln_2"),
        linear(weights, prefix + "mlp.c_fc"),
        linear(weights, prefix + "mlp.c_proj"));
  }

  private static Norm norm(Map<String, Floats> weights, String name) {
    return new Norm(weight(weights, name + ".weight"), weight(weights, name + ".bias"));
  }

  private static Linear linear(Map<String, Floats> weights, String name) {
    return new Linear(weight(weights, name + ".weight"), weight(weights, name + ".bias"));
  }

  private static Weight weight(Map<String, Floats> weights, String name) {
    Floats floats = weights.get(name);
    if (floats == null) {
      throw new IllegalArgumentException("no tensor `" + name + "`");
    }
    Integer[] dims =
        Arrays.stream(floats.dims()).mapToObj(Math::toIntExact).toArray(Integer[]::new);
    return Weight.given(floats.values(), dims);
  }

  private static void put(Map<String, Floats> out, String name, Norm norm) {
    out.put(name + ".weight", floats(norm.gain()));
    out.put(name + ".bias", floats(norm.bias()));
  }

  private static void put(Map<String, Floats> out, String name, Linear linear) {
    out.put(name + ".weight", floats(linear.matrix()));
    out.put(name + ".bias", floats(linear.bias()));
  }

  private static Floats floats(Weight weight) {
    long[] dims = weight.dims().stream().mapToLong(Integer::longValue).toArray();
    return new Floats(dims, weight.values());
  }
}
