package dev.steerc.models;

import static dev.steerc.models.TestData.CLOSE;
import static dev.steerc.models.TestData.optimised;
import static dev.steerc.models.TestData.torch;
import static dev.steerc.models.Trait.*;

import java.util.List;

/** Spellings of a second, smaller GPT-2, most of them quantised, narrowed or fused. */
final class Twins {
  /** Of two blocks, as each more takes time in every law; its widths are multiples of 16. */
  static final Gpt2 MODEL = Gpt2.random(new Gpt2.Config(2, 32, 4, 96, 32), TestData.SEED + 2);

  private static final List<TestGraph> GRAPHS =
      List.of(
          twin("short", "withpast with two blocks and hidden 32", CLOSE, torch(14, 7, PAST)),
          twin(
              "qdq",
              "all values at fixed scales of 8 bits, the stream as well",
              1,
              quantised(13, PAST, QDQ, MATMUL_ADD, ZERO_RESHAPES)),
          twin(
              "int4",
              "ORT's MatMulNBits and GatherBlockQuantized in blocks of 16",
              4,
              quantised(17, PAST, NORM_OP, BLOCKS_OF_4_BITS, MATMUL_ADD, ZERO_RESHAPES)),
          twin(
              "int8-blocks",
              "ORT's MatMulNBits of 8 bits",
              0.5,
              quantised(17, PAST, NORM_OP, BLOCKS_OF_8_BITS, MATMUL_ADD, ZERO_RESHAPES)),
          twin(
              "fp16-all",
              "float16 throughout, SkipLayerNormalization as well",
              0.08,
              optimised(17, 8, PAST, NORM_OP, MATMUL_ADD, ZERO_RESHAPES, SKIP_STREAM_FIRST, HALF)),
          twin(
              "fp16-mixed",
              "stream and norms in float32, branches in float16",
              0.08,
              torch(17, 8, PAST, NORM_OP, MATMUL_ADD, ZERO_RESHAPES, HALF_BRANCHES)),
          twin(
              "fp16-table",
              "the rows of a float16 table become a float32 stream",
              0.08,
              torch(17, 8, PAST, NORM_OP, MATMUL_ADD, ZERO_RESHAPES, HALF_TABLE)),
          twin(
              "sum-op",
              "the residual additions are Sum nodes",
              CLOSE,
              torch(17, 8, PAST, NORM_OP, MATMUL_ADD, ZERO_RESHAPES, SUM_OP)),
          twin(
              "no-ops",
              "Dropout, Identity, Cast and Reshape that change nothing",
              CLOSE,
              torch(14, 7, PAST, NO_OPS)),
          twin(
              "adapters",
              "low-rank adapters beside the output projections",
              CLOSE,
              torch(17, 8, PAST, NORM_OP, MATMUL_ADD, ZERO_RESHAPES, ADAPTERS)),
          twin(
              "multi-head",
              "ORT's MultiHeadAttention, the first norm fused with the embedding",
              CLOSE,
              optimised(
                  17,
                  8,
                  PAST,
                  NORM_OP,
                  MATMUL_ADD,
                  ZERO_RESHAPES,
                  MULTI_HEAD,
                  EMBEDDING_SKIP,
                  SKIP_STREAM_SECOND)),
          twin(
              "opset23",
              "the operator Attention of opset 23",
              CLOSE,
              torch(23, 11, PAST, NORM_OP, MATMUL_ADD, ZERO_RESHAPES, ATTENTION_OP)),
          twin(
              "early-exit",
              "a second head reads the stream behind block 0",
              CLOSE,
              torch(17, 8, PAST, NORM_OP, MATMUL_ADD, ZERO_RESHAPES, EARLY_HEAD)),
          twin(
              "last-token",
              "only the last position reaches the final norm",
              CLOSE,
              torch(17, 8, PAST, NORM_OP, MATMUL_ADD, ZERO_RESHAPES, LAST_TOKEN)),
          twin("functions-norm", "norms are calls of one function", CLOSE, dynamo(NORM_FUNCTION)),
          twin(
              "functions-shared",
              "blocks are calls of one function",
              CLOSE,
              dynamo(BLOCK_FUNCTION)),
          twin(
              "functions-nested",
              "the same with functions inside: norm, attention, MLP",
              CLOSE,
              dynamo(NESTED_FUNCTIONS)),
          twin("functions-own", "each block is its own function", CLOSE, dynamo(OWN_FUNCTIONS)),
          twin(
              "bf16",
              "bfloat16 with norms in float32",
              0.5,
              torch(17, 8, PAST, MATMUL_ADD, ZERO_RESHAPES, BRAIN_HALF)));

  private Twins() {}

  static List<TestGraph> graphs() {
    return GRAPHS;
  }

  private static TestGraph twin(String name, String about, double tolerance, Dialect dialect) {
    return new TestGraph(name, about, MODEL, dialect, tolerance);
  }

  private static Dialect dynamo(Trait functions) {
    return torch(18, 10, PAST, NORM_OP, MATMUL_ADD, ZERO_RESHAPES, functions);
  }

  private static Dialect quantised(int opset, Trait... traits) {
    return Dialect.of("onnx.quantize", 8, opset, traits).with(CONSTANT_INITIALIZERS);
  }
}
