package dev.steerc.residual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.steerc.onnx.Corpus;
import dev.steerc.onnx.ModelFile;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** No stream is found where there is none: a stream reported wrongly is worse than a refusal. */
class RefusedCorpusTest {
  private static final String REASONS =
      """
      attention-add-removed
        the residual stream is interrupted
        it continues `/h.1/attn/c_proj/Add_output_0`, which is not the stream's last value
      bert
        the blocks end in a norm, so no stream passes through
        it continues `/h.0/ln_1/LayerNormalization_output_0`, the norm of the sum `/h.0/attn/out_proj/Add_1_output_0`
      bidirectional
        every position looks at all others: an encoder
        its attention has no causal mask, and it keeps no keys and values
      branch-twice
        the residual stream is interrupted
        it continues `/h.1/Add_output_0`, which is not the stream's last value
      clip-text
        no output is of single tokens: a classifier or an encoder
        the stream ends in text_embeds
      cnn
        the residual additions begin at no embedding
        `/stem/Relu_output_0` is where they begin, and no token table leads there
      distilbert-classifier
        the blocks end in a norm, so no stream passes through
        it continues `/h.0/ln_1/LayerNormalization_output_0`, the norm of the sum `/h.0/attn/out_proj/Add_1_output_0`
      early-end
        no output depends on the last residual addition
        `/h.2/Add_1_output_0` leads to none of the graph's outputs
      encoder-decoder
        the graph has 2 residual streams
        they begin at `/encoder/shared/Gather_output_0` and `/decoder/shared/Gather_output_0`
      encoder-only-linear
        the graph has no residual stream
        no addition continues a value that its other operand is computed from
      ensemble
        the graph has 2 residual streams
        they begin at `/Add_1_output_0` and `second//Add_1_output_0`
      first-add-removed
        the residual stream is interrupted
        it continues `/h.0/mlp/c_proj/Add_output_0`, which is not the stream's last value
      gated
        the residual stream is interrupted
        it continues `/h.0/Add_1_output_0`, which is not the stream's last value
      gpt1
        the blocks end in a norm, so no stream passes through
        it continues `/h.0/ln_1/LayerNormalization_output_0`, the norm of the sum `/h.0/attn/out_proj/Add_1_output_0`
      last-add-removed
        block 2 is not attention followed by an MLP
        this sum adds attention where the other half of a block is missing
      loop
        the blocks are inside a `Loop`
        it runs one body for all blocks, so a port in it would steer them all
      lstm
        the graph has no residual stream
        no addition continues a value that its other operand is computed from
      mamba
        the blocks have no attention
        nothing that a sum adds weighs positions by a softmax
      mixer
        the residual additions begin at no embedding
        `/Transpose_output_0` is where they begin; its batch and sequence are swapped
      mlp-only
        the blocks have no attention
        nothing that a sum adds weighs positions by a softmax
      multiplied
        the residual stream is interrupted
        it continues `/h.1/Add_1_output_0`, which is not the stream's last value
      narrow-branch
        a branch is not as wide as the stream
        `/h.1/attn/c_proj/Add_output_0` has 1 channels, and the stream 8
      no-graph
        the model has no graph
        the file has 17 bytes and may be cut off
      one-add-removed
        the residual stream is interrupted
        it continues `/h.1/mlp/c_proj/Add_output_0`, which is not the stream's last value
      opt-350m
        the blocks end in a norm, so no stream passes through
        it continues `/h.0/ln_1/LayerNormalization_output_0`, the norm of the sum `/h.0/attn/out_proj/Add_1_output_0`
      post-norm
        the blocks end in a norm, so no stream passes through
        it continues `/h.0/ln_1/LayerNormalization_output_0`, the norm of the sum `/h.0/attn/c_proj/Add_1_output_0`
      qlinear-add
        the graph has no residual stream
        its additions are of 8-bit integers (QLinearAdd), which no vector fits
      raw-attention
        the stream is read by something that is neither a norm nor a residual addition
        it reads `/h.0/Add_1_output_0`
      raw-read
        the stream is read by something that is neither a norm nor a residual addition
        it reads `/h.1/Add_output_0`
      resnet
        the residual additions begin at no embedding
        `/stem/Relu_output_0` is where they begin, and no token table leads there
      reused-branch
        the residual stream is interrupted
        it continues `/h.0/mlp/c_proj/Add_output_0`, which is not the stream's last value
      rewired-add
        the stream is continued by two sums
        `/h.0/Add_1_output_0` is also continued by `/h.1/Add`
      rewired-mlp-add
        the stream is continued by two sums
        `/h.1/Add_output_0` is also continued by `/h.1/Add_1`
      rnn
        the graph has no residual stream
        no addition continues a value that its other operand is computed from
      stale-norm
        the residual stream is interrupted
        it continues `/h.2/Add_output_0`, which is not the stream's last value
      subtracted
        the residual stream is interrupted
        it continues `/h.1/Add_1_output_0`, which is not the stream's last value
      two-streams
        the graph has 2 residual streams
        they begin at `/Add_1_output_0` and `second//Add_1_output_0`
      u-net
        the residual additions begin at no embedding
        `/down1/Relu_output_0` is where they begin, and no token table leads there
      unread
        no output depends on the last residual addition
        `/h.2/Add_1_output_0` leads to none of the graph's outputs
      vit
        the residual additions begin at no embedding
        `/Add_output_0` is where they begin, and no token table leads there
      """;

  @Test
  void everyModelIsRefusedForItsOwnReason() {
    String refusals =
        Corpus.refused().stream()
            .map(RefusedCorpusTest::refusal)
            .collect(Collectors.joining("\n", "", "\n"));
    assertThat(refusals).isEqualTo(REASONS);
  }

  private static String refusal(Path model) {
    SteercException refused =
        catchThrowableOfType(SteercException.class, () -> Residual.find(ModelFile.open(model)));
    assertThat(refused).as(model.getFileName().toString()).isNotNull();
    Problem problem = refused.problems().get(0);
    String name = model.getFileName().toString().replace(".onnx", "");
    return name + "\n  " + problem.what() + "\n  " + String.join("\n  ", problem.notes());
  }
}
