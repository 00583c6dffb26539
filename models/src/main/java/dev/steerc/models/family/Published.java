package dev.steerc.models.family;

import static dev.steerc.models.Trait.CONSTANT_INITIALIZERS;
import static dev.steerc.models.Trait.MATMUL_ADD;
import static dev.steerc.models.Trait.PAST;
import static dev.steerc.models.Trait.ZERO_RESHAPES;
import static dev.steerc.models.family.Architecture.GPT;
import static dev.steerc.models.family.Architecture.LLAMA;
import static dev.steerc.models.family.Feature.*;

import dev.steerc.models.Dialect;
import java.util.List;
import java.util.Set;

/** The published architectures as PyTorch's exporters write them. */
final class Published {
  private static final Shape TINY = Shape.TINY;
  private static final Shape MANY_HEADS = TINY.heads(4, 4, 4);
  private static final Shape ONE_KEY = TINY.heads(4, 1, 4);
  private static final Architecture PLAIN = LLAMA.without(GATED);
  private static final Architecture PARALLEL =
      GPT.positions(Positions.rotary(2)).join(Join.PARALLEL);
  private static final Architecture GEMMA =
      LLAMA
          .norm(Norm.RMS_PLUS_ONE)
          .activation(Activation.GELU_TANH)
          .scales(Scales.of(4, 1, 0, 1))
          .with(TIED);

  static final List<Family> ALL =
      List.of(
          new Family("llama", "LLaMA-2", LLAMA, torch(14, NormOp.CAST, AttentionOp.SDPA)),
          new Family(
              "mistral",
              "Mistral: a sliding window",
              LLAMA.shape(TINY.window(3)),
              torch(14, NormOp.CAST, AttentionOp.EAGER)),
          new Family(
              "gemma",
              "Gemma: gain 1 + weight, scaled embedding, one key head",
              GEMMA.shape(ONE_KEY),
              torch(14, NormOp.CAST, AttentionOp.EAGER, Quirk.COMPUTED_GAIN)),
          new Family(
              "gemma-2",
              "Gemma-2: norms before and after each branch, soft caps, alternating windows",
              GEMMA
                  .shape(TINY.window(3))
                  .scales(Scales.of(4, 1, 0.4, 1).capped(2, 3))
                  .with(NORM_AFTER, ALTERNATING),
              torch(17, NormOp.CAST, AttentionOp.EAGER)),
          new Family(
              "gemma-3",
              "Gemma-3: norms of queries and keys, windows that rotate faster",
              GEMMA.shape(ONE_KEY.window(3)).with(NORM_AFTER, ALTERNATING, LOCAL_BASE, HEAD_NORM),
              torch(18, NormOp.DECOMPOSED, AttentionOp.SDPA)),
          new Family(
              "phi-2",
              "Phi-2: (attention + mlp) + x from one norm, half of each head rotated",
              PARALLEL.with(HEAD_BIAS),
              torch(14, NormOp.DECOMPOSED, AttentionOp.SDPA)),
          new Family(
              "phi-3",
              "Phi-3: one linear for queries, keys and values, one for gate and up, a window",
              LLAMA.shape(MANY_HEADS.window(4)),
              torch(17, NormOp.CAST, AttentionOp.EAGER, Quirk.PACKED_QKV, Quirk.PACKED_GATE)),
          new Family(
              "falcon-7b",
              "Falcon-7B: x + (mlp + attention) from one norm, one key head",
              PARALLEL
                  .shape(ONE_KEY)
                  .join(Join.PARALLEL_STREAM_FIRST)
                  .positions(Positions.rotary(4))
                  .activation(Activation.GELU)
                  .without(QKV_BIAS, OUT_BIAS, MLP_BIAS)
                  .with(TIED),
              torch(14, NormOp.DECOMPOSED, AttentionOp.SDPA, Quirk.PACKED_GROUPS)),
          new Family(
              "falcon-40b",
              "Falcon-40B: x + (mlp + attention) from two norms, grouped heads in one linear",
              PARALLEL
                  .shape(TINY)
                  .join(Join.PARALLEL_STREAM_FIRST)
                  .positions(Positions.rotary(4))
                  .activation(Activation.GELU)
                  .without(QKV_BIAS, OUT_BIAS, MLP_BIAS)
                  .with(TWO_NORMS),
              torch(17, NormOp.OPERATOR, AttentionOp.SDPA, Quirk.PACKED_GROUPS)),
          new Family(
              "gpt-neox",
              "GPT-NeoX: (mlp + attention) + x from two norms",
              PARALLEL.join(Join.PARALLEL_MLP_FIRST).activation(Activation.GELU).with(TWO_NORMS),
              torch(17, NormOp.OPERATOR, AttentionOp.EAGER, Quirk.PACKED_GROUPS)),
          new Family(
              "gpt-j",
              "GPT-J: (attention + mlp) + x, neighbours rotated together, a head with a bias",
              PARALLEL
                  .positions(Positions.interleaved(2))
                  .without(QKV_BIAS, OUT_BIAS)
                  .with(HEAD_BIAS),
              torch(14, NormOp.DECOMPOSED, AttentionOp.EAGER)),
          new Family(
              "bloom",
              "BLOOM: ALiBi, a norm of the embedding, sums inside the modules",
              GPT.positions(Positions.alibi()).with(EMBEDDING_NORM, TIED),
              torch(
                  14,
                  NormOp.DECOMPOSED,
                  AttentionOp.EAGER,
                  Quirk.PACKED_GROUPS,
                  Quirk.MASKED_POSITIONS)),
          new Family(
              "mpt",
              "MPT: ALiBi, no biases and no shifts, attention + x and mlp + x; no cache",
              GPT.positions(Positions.alibi())
                  .join(Join.BRANCH_FIRST)
                  .norm(Norm.LAYER_UNSHIFTED)
                  .activation(Activation.GELU)
                  .without(QKV_BIAS, OUT_BIAS, MLP_BIAS)
                  .with(TIED),
              uncached(
                  17,
                  NormOp.OPERATOR,
                  AttentionOp.EAGER,
                  Quirk.PACKED_QKV,
                  Quirk.MASKED_POSITIONS)),
          new Family(
              "olmo",
              "OLMo: norms that have learned nothing",
              LLAMA.norm(Norm.LAYER_BARE),
              torch(14, NormOp.DECOMPOSED, AttentionOp.SDPA)),
          new Family(
              "olmo-2",
              "OLMo-2: branches that read the stream as it is and are normed behind",
              LLAMA.with(NO_NORM_BEFORE, NORM_AFTER, WHOLE_NORM),
              torch(14, NormOp.CAST, AttentionOp.SDPA)),
          new Family(
              "granite",
              "Granite: scaled embedding, branches, scores and logits",
              LLAMA.scales(Scales.of(6, 0.3, 0.35, 0.25)),
              torch(14, NormOp.CAST, AttentionOp.SDPA)),
          new Family(
              "minicpm",
              "MiniCPM: embedding and branches scaled, logits of a scaled-down stream",
              LLAMA.scales(Scales.of(12, 0.7, 0, 0.5)).with(TIED),
              torch(14, NormOp.CAST, AttentionOp.EAGER)),
          new Family(
              "stablelm",
              "StableLM: layer norms, gated MLP, half of each head rotated",
              LLAMA.norm(Norm.LAYER).positions(Positions.rotary(2)),
              torch(14, NormOp.DECOMPOSED, AttentionOp.SDPA)),
          new Family(
              "stablelm-2",
              "StableLM-2 12B: (x + attention) + mlp from one norm, norms of queries and keys",
              LLAMA
                  .norm(Norm.LAYER_UNSHIFTED)
                  .positions(Positions.rotary(2))
                  .join(Join.PARALLEL_CHAIN)
                  .with(HEAD_NORM),
              torch(17, NormOp.OPERATOR, AttentionOp.SDPA)),
          new Family(
              "starcoder",
              "StarCoder: attention + x, one key head, learned positions",
              GPT.shape(ONE_KEY).join(Join.ATTENTION_FIRST).with(TIED),
              torch(14, NormOp.DECOMPOSED, AttentionOp.EAGER, Quirk.PACKED_QKV)),
          new Family(
              "starcoder2",
              "StarCoder2: grouped heads, rotation, biases, a window",
              GPT.shape(TINY.window(4)).positions(Positions.rotary(4)),
              torch(17, NormOp.OPERATOR, AttentionOp.SDPA)),
          new Family(
              "cohere",
              "Command-R: (x + attention) + mlp from one norm without shift, scaled logits",
              LLAMA
                  .norm(Norm.LAYER_UNSHIFTED)
                  .positions(Positions.interleaved(4))
                  .join(Join.PARALLEL_CHAIN)
                  .scales(Scales.of(1, 1, 0, 0.5))
                  .with(TIED),
              torch(14, NormOp.CAST, AttentionOp.SDPA)),
          new Family(
              "parallel-chain",
              "mlp + (attention + x), an operand order that no published model needs but may have",
              PARALLEL.join(Join.PARALLEL_CHAIN_MLP_FIRST),
              torch(17, NormOp.OPERATOR, AttentionOp.SDPA)),
          new Family(
              "mixtral",
              "Mixtral: two of four experts, their weights made to sum to 1",
              LLAMA.shape(TINY.experts(4, 2)).with(NORMED_CHOICE),
              torch(14, NormOp.CAST, AttentionOp.SDPA)),
          new Family(
              "qwen-moe",
              "Qwen1.5-MoE: two of four experts and a shared one with a gate of its own",
              LLAMA.shape(TINY.experts(4, 2)).with(SHARED_EXPERT, QKV_BIAS),
              torch(14, NormOp.CAST, AttentionOp.EAGER)),
          new Family(
              "qwen3",
              "Qwen3: norms of queries and keys, heads wider than the stream",
              LLAMA.shape(TINY.heads(4, 2, 6)).positions(Positions.rotary(6)).with(HEAD_NORM),
              torch(17, NormOp.CAST, AttentionOp.SDPA)),
          new Family(
              "gpt-oss",
              "GPT-OSS: attention sinks, experts with biases and clamps, alternating windows",
              LLAMA
                  .shape(TINY.experts(4, 2).window(3))
                  .with(
                      SINKS, ALTERNATING, CLAMPED, SOFTMAX_OF_CHOSEN, QKV_BIAS, OUT_BIAS, MLP_BIAS),
              torch(18, NormOp.CAST, AttentionOp.EAGER)),
          new Family(
              "opt",
              "OPT: the stream is flat from the attention's sum to the MLP's",
              GPT.positions(Positions.learned(2)).activation(Activation.RELU).with(TIED),
              torch(
                  14, NormOp.DECOMPOSED, AttentionOp.SDPA, Quirk.FLAT_MLP, Quirk.MASKED_POSITIONS)),
          new Family(
              "flat-gpt",
              "a GPT whose stream is flat from the embedding on",
              GPT,
              torch(14, NormOp.DECOMPOSED, AttentionOp.EAGER, Quirk.FLAT)),
          new Family(
              "flat-llama",
              "a LLaMA whose stream is flat from the embedding on",
              LLAMA,
              torch(17, NormOp.CAST, AttentionOp.SDPA, Quirk.FLAT)),
          new Family(
              "gpt-neo",
              "GPT-Neo: attention + x, scores unscaled, a window in every second block",
              GPT.join(Join.ATTENTION_FIRST)
                  .shape(MANY_HEADS.window(3))
                  .scales(Scales.of(1, 1, 1, 1))
                  .without(QKV_BIAS)
                  .with(ALTERNATING, TIED),
              torch(17, NormOp.OPERATOR, AttentionOp.EAGER)),
          new Family(
              "nemotron",
              "Nemotron: squared ReLU, layer norms with gain 1 + weight, half of each head rotated",
              PLAIN
                  .norm(Norm.LAYER_PLUS_ONE)
                  .activation(Activation.RELU_SQUARED)
                  .positions(Positions.rotary(2)),
              torch(17, NormOp.OPERATOR, AttentionOp.SDPA, Quirk.COMPUTED_GAIN)));

  private Published() {}

  private static Spelling torch(int opset, NormOp norm, AttentionOp attention, Quirk... quirks) {
    var dialect =
        Dialect.of("pytorch", opset < 17 ? 7 : 8, opset, MATMUL_ADD, CONSTANT_INITIALIZERS, PAST);
    return new Spelling(dialect, norm, attention, Set.of(quirks));
  }

  private static Spelling uncached(int opset, NormOp norm, AttentionOp attention, Quirk... quirks) {
    var dialect = Dialect.of("pytorch", 8, opset, MATMUL_ADD, ZERO_RESHAPES);
    return new Spelling(dialect, norm, attention, Set.of(quirks));
  }
}
