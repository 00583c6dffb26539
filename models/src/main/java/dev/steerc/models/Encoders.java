package dev.steerc.models;

import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.util.List;
import java.util.Optional;

/** Transformers that are no pre-norm decoders, drawn after their papers. */
final class Encoders {
  private final Sketch sketch = new Sketch();

  private Encoders() {}

  /** BERT (arXiv 1810.04805): segments, a norm behind the embedding, post-norm, a pooled output. */
  static ModelProto bert() {
    return new Encoders().pooled();
  }

  private ModelProto pooled() {
    String words = sketch.rows("words", "input_ids", Sketch.WIDTH);
    String typed = sketch.sum(words, sketch.rows("segments", "token_type_ids", Sketch.WIDTH));
    String x = sketch.norm("norm", sketch.sum(typed, sketch.positions("input_ids")));
    x = postNorm(x, Optional.of(sketch.padding("attention_mask")));
    sketch.graph().named(List.of("last_hidden_state"), "Identity", List.of(x));
    String pooled = sketch.linear("pooler", first(x), Sketch.WIDTH, Sketch.WIDTH);
    sketch.graph().named(List.of("pooler_output"), "Tanh", List.of(pooled));
    return sketch.finished(
        List.of(Sketch.ids("input_ids"), Sketch.ids("token_type_ids"), mask()),
        List.of(
            Sketch.state("last_hidden_state", Sketch.WIDTH),
            Signature.value("pooler_output", Tensors.FLOAT, "batch", Sketch.WIDTH)));
  }

  /** DistilBERT (arXiv 1910.01108) as a classifier of texts. */
  static ModelProto classifier() {
    return new Encoders().classes();
  }

  private ModelProto classes() {
    String x = sketch.norm("norm", embedded());
    x = postNorm(x, Optional.of(sketch.padding("attention_mask")));
    String inner = sketch.linear("pre_classifier", first(x), Sketch.WIDTH, Sketch.WIDTH);
    sketch.head("logits", sketch.op("Relu", List.of(inner)), Sketch.WIDTH, 2);
    return sketch.finished(
        List.of(Sketch.ids("input_ids"), mask()),
        List.of(Signature.value("logits", Tensors.FLOAT, "batch", 2)));
  }

  /** Pre-norm blocks that look at later tokens, for masked words (as in arXiv 2009.14794). */
  static ModelProto bidirectional() {
    return new Encoders().maskedWords();
  }

  private ModelProto maskedWords() {
    String x = preNorm(embedded(), Optional.of(sketch.padding("attention_mask")));
    sketch.head("logits", sketch.norm("norm", x), Sketch.WIDTH, Sketch.VOCABULARY);
    return language(true);
  }

  /** ViT (arXiv 2010.11929): patches of an image, a token for the class, pre-norm. */
  static ModelProto vision() {
    return new Encoders().patches();
  }

  private ModelProto patches() {
    String kernel = sketch.weight("patch.weight", 0.3, Sketch.WIDTH, 3, 4, 4);
    var stride = Attributes.integers("strides", 4, 4);
    String grid = sketch.op("Conv", List.of("pixel_values", kernel), stride);
    String shape = sketch.graph().integers(0, Sketch.WIDTH, 16);
    String flat = sketch.op("Reshape", List.of(grid, shape));
    String x = sketch.graph().transpose(flat, 0, 2, 1);
    x = preNorm(sketch.sum(x, sketch.weight("places", 0.4, 1, 16, Sketch.WIDTH)), Optional.empty());
    sketch.head("logits", first(sketch.norm("norm", x)), Sketch.WIDTH, 10);
    return sketch.finished(
        List.of(Signature.value("pixel_values", Tensors.FLOAT, "batch", 3, 16, 16)),
        List.of(Signature.value("logits", Tensors.FLOAT, "batch", 10)));
  }

  /** T5 (arXiv 1910.10683): an encoder, and a decoder that also looks at what the encoder gave. */
  static ModelProto twoSided() {
    return new Encoders().translation();
  }

  private ModelProto translation() {
    String source = sketch.rows("encoder.shared", "input_ids", Sketch.WIDTH);
    String memory = sketch.norm("encoder.norm", preNorm(source, Optional.empty()));
    String x = sketch.rows("decoder.shared", "decoder_input_ids", Sketch.WIDTH);
    Optional<String> causal = Optional.of(sketch.causal("decoder_input_ids"));
    for (int i = 0; i < Sketch.BLOCKS; i++) {
      String path = "decoder." + i;
      x = sketch.sum(x, sketch.attention(path + ".self", sketch.norm(path + ".ln_1", x), causal));
      String normed = sketch.norm(path + ".ln_2", x);
      x = sketch.sum(x, sketch.attention(path + ".cross", normed, memory, Optional.empty()));
      x = sketch.sum(x, sketch.mlp(path + ".mlp", sketch.norm(path + ".ln_3", x)));
    }
    sketch.head("logits", sketch.norm("decoder.norm", x), Sketch.WIDTH, Sketch.VOCABULARY);
    return sketch.finished(
        List.of(Sketch.ids("input_ids"), Sketch.ids("decoder_input_ids")),
        List.of(Sketch.state("logits", Sketch.VOCABULARY)));
  }

  /** GPT-1 (Radford et al. 2018): a decoder with a norm behind each sum. */
  static ModelProto postNormDecoder() {
    return new Encoders().firstGpt();
  }

  private ModelProto firstGpt() {
    String x = postNorm(embedded(), Optional.of(sketch.causal("input_ids")));
    sketch.head("logits", x, Sketch.WIDTH, Sketch.VOCABULARY);
    return language(false);
  }

  /** OPT-350m (arXiv 2205.01068): post-norm, and tokens of another width than the stream. */
  static ModelProto projected() {
    return new Encoders().narrowTokens();
  }

  private ModelProto narrowTokens() {
    String token = sketch.rows("embed_tokens", "input_ids", 4);
    String wide = sketch.op("MatMul", List.of(token, sketch.weight("in", 0.5, 4, Sketch.WIDTH)));
    String x = sketch.sum(wide, sketch.positions("input_ids"));
    x = postNorm(x, Optional.of(sketch.causal("input_ids")));
    String narrow = sketch.op("MatMul", List.of(x, sketch.weight("out", 0.5, Sketch.WIDTH, 4)));
    sketch.head("logits", narrow, 4, Sketch.VOCABULARY);
    return language(false);
  }

  /** The text half of CLIP (arXiv 2103.00020): causal and pre-norm, one vector for the text. */
  static ModelProto textOfClip() {
    return new Encoders().textVector();
  }

  private ModelProto textVector() {
    String x = preNorm(embedded(), Optional.of(sketch.causal("input_ids")));
    String normed = sketch.norm("norm", x);
    String end = sketch.op("ArgMax", List.of("input_ids"), Attributes.integer("axis", 1));
    String index = sketch.graph().unsqueeze(end, 2);
    var along = Attributes.integer("batch_dims", 1);
    String at = sketch.op("Squeeze", List.of(index, sketch.graph().integers(2)));
    String state = sketch.op("GatherND", List.of(normed, at), along);
    sketch.head("text_embeds", state, Sketch.WIDTH, 6);
    return sketch.finished(
        List.of(Sketch.ids("input_ids")),
        List.of(Signature.value("text_embeds", Tensors.FLOAT, "batch", 6)));
  }

  private String embedded() {
    String token = sketch.rows("wte", "input_ids", Sketch.WIDTH);
    return sketch.sum(token, sketch.positions("input_ids"));
  }

  private String preNorm(String x, Optional<String> mask) {
    String out = x;
    for (int i = 0; i < Sketch.BLOCKS; i++) {
      out = sketch.preNorm("h." + i, out, mask);
    }
    return out;
  }

  private String postNorm(String x, Optional<String> mask) {
    String out = x;
    for (int i = 0; i < Sketch.BLOCKS; i++) {
      out = sketch.postNorm("h." + i, out, mask);
    }
    return out;
  }

  /** The vector of the first token. */
  private String first(String x) {
    var axis = Attributes.integer("axis", 1);
    return sketch.op("Gather", List.of(x, sketch.graph().integer(0)), axis);
  }

  private ModelProto language(boolean masked) {
    return sketch.finished(
        masked ? List.of(Sketch.ids("input_ids"), mask()) : List.of(Sketch.ids("input_ids")),
        List.of(Sketch.state("logits", Sketch.VOCABULARY)));
  }

  private static ValueInfoProto mask() {
    return Sketch.ids("attention_mask");
  }
}
