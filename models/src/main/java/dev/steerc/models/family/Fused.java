package dev.steerc.models.family;

import static dev.steerc.models.Trait.CONSTANT_INITIALIZERS;
import static dev.steerc.models.Trait.MATMUL_ADD;
import static dev.steerc.models.Trait.PAST;
import static dev.steerc.models.family.Architecture.GPT;
import static dev.steerc.models.family.Architecture.LLAMA;
import static dev.steerc.models.family.Feature.*;

import dev.steerc.models.Dialect;
import java.util.List;
import java.util.Set;

/** Some of the architectures in the operators of model builders, optimisers and newer opsets. */
final class Fused {
  private static final Shape TINY = Shape.TINY;

  /** ORT rotates whole vectors of eight numbers. */
  private static final Architecture WIDE =
      LLAMA.shape(TINY.heads(2, 1, 16)).positions(Positions.rotary(16));

  private static final Architecture EXPERTS = LLAMA.shape(TINY.experts(4, 2)).with(NORMED_CHOICE);

  static final List<Family> ALL =
      List.of(
          new Family(
              "llama-simplified",
              "LLaMA with SimplifiedLayerNormalization",
              LLAMA,
              spelled(17, NormOp.OPERATOR, AttentionOp.EAGER)),
          new Family(
              "llama-genai",
              "LLaMA as onnxruntime-genai builds it, the last sum hidden",
              WIDE,
              spelled(14, NormOp.SKIP, AttentionOp.GROUP_QUERY)),
          new Family(
              "llama-genai-last-sum",
              "the same, the last sum an output of its norm",
              WIDE,
              spelled(14, NormOp.SKIP, AttentionOp.GROUP_QUERY, Quirk.LAST_SUM)),
          new Family(
              "llama-mha",
              "LLaMA with ORT's RotaryEmbedding and MultiHeadAttention",
              LLAMA.shape(TINY.heads(4, 4, 4)),
              spelled(17, NormOp.SKIP, AttentionOp.MULTI_HEAD)),
          new Family(
              "llama-opset-23",
              "LLaMA with ONNX's RMSNormalization, RotaryEmbedding and Attention",
              LLAMA,
              spelled(23, NormOp.OPERATOR, AttentionOp.STANDARD)),
          new Family(
              "llama-einsum",
              "LLaMA whose attention is two Einsum",
              LLAMA,
              spelled(17, NormOp.CAST, AttentionOp.EINSUM)),
          new Family(
              "llama-guarded",
              "LLaMA whose softmax is guarded by IsNaN and Where",
              LLAMA,
              spelled(18, NormOp.CAST, AttentionOp.GUARDED)),
          new Family(
              "mixtral-fused",
              "Mixtral with ORT's MoE",
              EXPERTS,
              spelled(17, NormOp.SKIP, AttentionOp.EAGER, Quirk.FUSED_EXPERTS)),
          new Family(
              "gpt-oss-genai",
              "GPT-OSS as onnxruntime-genai builds it: sinks in GroupQueryAttention, MoE",
              WIDE.shape(TINY.heads(2, 1, 16).experts(4, 2).window(3))
                  .with(SINKS, ALTERNATING, CLAMPED, SOFTMAX_OF_CHOSEN)
                  .with(QKV_BIAS, OUT_BIAS, MLP_BIAS),
              spelled(17, NormOp.SKIP, AttentionOp.GROUP_QUERY, Quirk.FUSED_EXPERTS)),
          new Family(
              "gemma-2-genai",
              "Gemma-2 as onnxruntime-genai builds it: norms between branch and fused sum",
              WIDE.shape(TINY.heads(2, 1, 16).window(3))
                  .norm(Norm.RMS_PLUS_ONE)
                  .activation(Activation.GELU_TANH)
                  .scales(Scales.of(4, 1, 0.4, 1).capped(2, 3))
                  .with(TIED, NORM_AFTER, ALTERNATING),
              spelled(17, NormOp.SKIP, AttentionOp.GROUP_QUERY)),
          new Family(
              "phi-2-genai",
              "Phi-2 as onnxruntime-genai builds it: one fused sum of x and both branches",
              GPT.shape(TINY.heads(2, 2, 32))
                  .positions(Positions.rotary(16))
                  .join(Join.PARALLEL_STREAM_FIRST)
                  .with(HEAD_BIAS),
              spelled(14, NormOp.SKIP, AttentionOp.GROUP_QUERY)));

  private Fused() {}

  private static Spelling spelled(int opset, NormOp norm, AttentionOp attention, Quirk... quirks) {
    int ir = opset < 17 ? 7 : opset < 23 ? 8 : 11;
    var dialect = Dialect.of("onnxruntime", ir, opset, MATMUL_ADD, CONSTANT_INITIALIZERS, PAST);
    return new Spelling(dialect, norm, attention, Set.of(quirks));
  }
}
